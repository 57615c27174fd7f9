// SPDX-License-Identifier: Apache-2.0
#include "app/time_zone_option.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace bartizan::app {
namespace {

// A name of the database: no way out of its folder.
bool is_place(const std::string& name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), is_plain);
}

}  // namespace

std::expected<std::optional<TimeZone>, std::string> time_zone_of(const Arguments& arguments) {
  if (!arguments.has("--timezone")) return std::nullopt;
  const std::string name = arguments.value("--timezone");
  if (auto zone = TimeZone::parse_offset(name)) return zone;
  if (is_place(name)) {
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (auto zone = TimeZone::parse_tzif(as_bytes(content))) return zone;
  }
  return std::unexpected(
      "'" + name +
      "' is no time zone; write Europe/Berlin (needs the package tzdata) or an offset such as +02:00");
}

}  // namespace bartizan::app
