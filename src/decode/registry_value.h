// SPDX-License-Identifier: Apache-2.0
// Values of the Windows registry in the words Sysmon has for a value that was set (TargetObject with the abbreviated root,
// Details), so that registry_set rules apply to exports and policies too. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/event.h"

namespace bartizan {

// The types of winnt.h that exports hold.
enum class RegistryType : std::uint32_t {
  kText = 1,
  kExpandableText = 2,
  kBinary = 3,
  kDword = 4,
  kTexts = 7,
  kQword = 11,
};

// `bytes` as the registry keeps them: texts are UTF-16.
std::string registry_details(RegistryType type, std::string_view bytes);
std::string registry_dword(std::uint32_t number);

// `kind` is Sysmon's EventType. What a value was set to is not said where it was deleted.
void add_registry_event(std::string_view kind, std::string_view object, std::string_view details,
                        std::uint64_t offset, EventBatch& out);

}  // namespace bartizan
