// SPDX-License-Identifier: Apache-2.0
#include "intel/observed.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::intel {

FieldRole role_of_field(std::string_view name) {
  const auto fields = observed_fields();
  const auto found =
      std::lower_bound(fields.begin(), fields.end(), name,
                       [](const ObservedField& field, std::string_view text) { return field.name < text; });
  return found != fields.end() && found->name == name ? found->role : FieldRole::kNone;
}

void ObservedValues::read(FieldRole role, std::string_view value, KeyReceiver& receiver) {
  if (value.size() < limits::kIntelShortTextMin && role != FieldRole::kAddress) return;
  const auto take = [&](Kind kind, auto normal) {
    if (wants(kind) && normal(value, key_)) receiver.take(kind, key_);
  };
  switch (role) {
    case FieldRole::kNone: return;
    case FieldRole::kAddress:
      if (!take_address(value, receiver) && value.find_first_of(", ") != value.npos)
        text_values_.read(value, receiver);
      return;
    case FieldRole::kHost:
      if (!take_address(value, receiver)) take_host(value, receiver);
      return;
    case FieldRole::kUrl: return take_url(value, receiver);
    case FieldRole::kHashes: return take_hashes(value, receiver);
    case FieldRole::kImphash: return take_hash("IMPHASH", value, receiver);
    case FieldRole::kEmail:
      if (value.find_first_of(",;") != value.npos) return text_values_.read(value, receiver);
      return take(Kind::kEmail, normal_email);
    case FieldRole::kJa3:
      if (wants(Kind::kJa3) && value.size() == 32 && parse_hex(value, key_)) receiver.take(Kind::kJa3, key_);
      return;
    case FieldRole::kJa4: fold_case(value, key_); return receiver.take(Kind::kJa4, key_);
    case FieldRole::kRegistryKey:
      if (wants(Kind::kRegistryKey) && normal_registry_key(value, key_)) take_registry_key(key_, receiver);
      return;
    case FieldRole::kMutex:
      if (!wants(Kind::kMutex)) return;
      fold_case(value, key_);
      receiver.take(Kind::kMutex, key_);
      if (const std::size_t slash = key_.rfind('\\'); slash != key_.npos)
        receiver.take(Kind::kMutex, std::string_view(key_).substr(slash + 1));
      return;
    case FieldRole::kPath: return take_paths(value, receiver);
    case FieldRole::kUserAgent: return take(Kind::kUserAgent, normal_user_agent);
    case FieldRole::kText: return text_values_.read(value, receiver);
  }
}

bool ObservedValues::take_address(std::string_view value, KeyReceiver& receiver) {
  const auto address = parse_address(value);
  if (!address) {
    // 192.0.2.1:443
    const std::size_t colon = value.find(':');
    if (colon == value.npos || colon != value.rfind(':') || value.find('.') > colon) return false;
    const auto without_port = parse_address(value.substr(0, colon));
    if (without_port) receiver.take(Kind::kAddress, without_port->key());
    return without_port.has_value();
  }
  receiver.take(Kind::kAddress, address->key());
  return true;
}

void ObservedValues::take_host(std::string_view value, KeyReceiver& receiver) {
  if (wants(Kind::kDomain) && normal_domain(value.substr(0, value.find(':')), key_))
    take_domain(key_, receiver);
}

void ObservedValues::take_url(std::string_view value, KeyReceiver& receiver) {
  // Proxies write CONNECT requests as host:443, and firewalls leave the scheme out.
  const bool has_scheme = value.find("://") != value.npos;
  if (!has_scheme && (value.front() == '/' || value.find('.') == value.npos)) return;
  if (!has_scheme) further_.assign("http://").append(value), value = further_;
  if (!normal_url(value, key_)) return;
  receiver.take(Kind::kUrl, key_);
  const std::size_t host = key_.find("://") + 3;
  std::string_view name = std::string_view(key_).substr(host);
  name = name.substr(0, name.find('/'));
  if (name.empty()) return;
  further_.assign(name);
  if (!take_address(further_, receiver) && wants(Kind::kDomain)) {
    key_.assign(further_, 0, further_.find(':'));
    take_domain(key_, receiver);
  }
}

void ObservedValues::take_hashes(std::string_view value, KeyReceiver& receiver) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.size(), value.find_first_of(",;"));
    std::string_view one = value.substr(0, comma);
    value.remove_prefix(std::min(value.size(), comma + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    const std::size_t equals = one.find('=');
    const bool has_name = equals != one.npos;
    take_hash(has_name ? one.substr(0, equals) : std::string_view(), has_name ? one.substr(equals + 1) : one,
              receiver);
  }
}

void ObservedValues::take_hash(std::string_view name, std::string_view digits, KeyReceiver& receiver) {
  if (digits.size() != 32 && digits.size() != 40 && digits.size() != 64) return;
  const bool is_imphash = equals_ignoring_ascii_case(name, "IMPHASH");
  const Kind kind = is_imphash            ? Kind::kImphash
                    : digits.size() == 32 ? Kind::kMd5
                    : digits.size() == 40 ? Kind::kSha1
                                          : Kind::kSha256;
  if (wants(kind) && parse_hex(digits, key_) && key_.size() * 2 == digits.size()) receiver.take(kind, key_);
}

void ObservedValues::take_paths(std::string_view value, KeyReceiver& receiver) {
  if (wants(Kind::kFileName) && normal_path(value, key_)) take_path(key_, receiver);
}

}  // namespace bartizan::intel
