// SPDX-License-Identifier: Apache-2.0
// Loaded rules as bytes and back. unpacked_payload takes any bytes: what it gives is sound (every index within its list, every
// number of an enumeration known, conditions no deeper than limits allow) or nothing. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/rule_cache.h"

namespace bartizan {

std::string packed_payload(const LoadedRules& rules);
std::optional<LoadedRules> unpacked_payload(std::string_view bytes);

}  // namespace bartizan
