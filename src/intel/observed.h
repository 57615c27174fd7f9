// SPDX-License-Identifier: Apache-2.0
// ObservedValues: what an event names that may be an indicator, as keys: by the names of its fields, and in command lines, scripts
// and messages by what they look like. Scan looks each key up; a day summary keeps them; so both see the same. One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intel/indicator.h"
#include "intel/text_values.h"
#include "model/event.h"

namespace bartizan::intel {

enum class FieldRole : std::uint8_t {
  kNone,
  kAddress,
  kHost,  // a name or an address
  kUrl,
  kHashes,  // one, or several as SHA1=…,MD5=…
  kImphash,
  kEmail,
  kJa3,
  kJa4,
  kRegistryKey,
  kMutex,
  kPath,
  kUserAgent,
  kText,
};

struct ObservedField {
  std::string_view name;
  FieldRole role;
};
std::span<const ObservedField> observed_fields();  // sorted by name
FieldRole role_of_field(std::string_view name);

class ObservedValues {
 public:
  explicit ObservedValues(KindSet wanted = kEveryKind) : wanted_(wanted), text_values_(wanted) {}

  // Every key of a value in a field of that role, the precise ones first.
  void read(FieldRole role, std::string_view value, KeyReceiver& receiver);

 private:
  bool wants(Kind kind) const { return wanted_ & set_of(kind); }
  bool take_address(std::string_view value, KeyReceiver& receiver);
  void take_host(std::string_view value, KeyReceiver& receiver);
  void take_url(std::string_view value, KeyReceiver& receiver);
  void take_hashes(std::string_view value, KeyReceiver& receiver);
  void take_hash(std::string_view name, std::string_view digits, KeyReceiver& receiver);
  void take_paths(std::string_view value, KeyReceiver& receiver);

  KindSet wanted_;
  TextValues text_values_;
  std::string key_, further_;
};

}  // namespace bartizan::intel
