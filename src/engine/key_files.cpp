// SPDX-License-Identifier: Apache-2.0
#include "engine/key_files.h"

#include <charconv>

#include "base/text.h"

namespace bartizan {
namespace {

std::string_view value_of(const Event& record, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names)
    if (const std::string_view* value = record.find(name)) return *value;
  return {};
}

std::optional<KeyFile::Kind> kind_of_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  if (name.ends_with(".keytab")) return KeyFile::Kind::kKeytab;
  if (name.starts_with("krb5cc_") || name.starts_with("ccache_")) return KeyFile::Kind::kTicketCache;
  return {};
}

// Whether it is a plain file, and others can read it: `-rw-r--r--`, or 0100644 as auditd writes it. A group counts unless
// it is root's.
std::optional<bool> is_open_to_others(std::string_view mode, std::string_view group) {
  const bool is_roots_group = group == "root" || group == "0";
  if (mode.size() >= 10 && mode[0] == '-') return mode[7] == 'r' || (mode[4] == 'r' && !is_roots_group);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(mode.data(), mode.data() + mode.size(), bits, 8);
  if (error != std::errc() || end != mode.data() + mode.size() || (bits & 0170000) != 0100000) return {};
  return (bits & 04) != 0 || ((bits & 040) != 0 && !is_roots_group);
}

}  // namespace

std::optional<KeyFile> key_file_in(const Event& record) {
  const std::string_view name = value_of(record, {"TargetFilename", "name"});
  const auto kind = kind_of_name(name);
  if (!kind) return {};
  const auto open =
      is_open_to_others(value_of(record, {"Mode", "mode"}), value_of(record, {"Group", "ogid"}));
  if (!open) return {};
  return KeyFile{*kind, std::string(name), *open};
}

std::string_view cache_setting_in(const Event& record) {
  if (record.service != "krb5_conf" || value_of(record, {"Setting"}) != "default_ccache_name") return {};
  return value_of(record, {"Value"});
}

bool is_in_files(std::string_view cache) {
  const std::size_t colon = cache.find(':');
  const std::string_view type = colon == cache.npos ? std::string_view() : cache.substr(0, colon);
  return type.empty() || equals_ignoring_ascii_case(type, "FILE") || equals_ignoring_ascii_case(type, "DIR");
}

}  // namespace bartizan
