// SPDX-License-Identifier: Apache-2.0
#include "engine/collected_host.h"

#include "decode/text_cursor.h"

namespace bartizan {
namespace {

// `uac-%hostname%-%os%-%timestamp%`, the default of UAC's output_base_name; neither system nor time has a hyphen.
std::string_view host_of_uac(std::string_view name) {
  constexpr std::string_view kBegin = "uac-";
  constexpr std::size_t kTimeDigits = 14;
  if (!name.starts_with(kBegin)) return {};
  name.remove_prefix(kBegin.size());
  name = name.substr(0, name.find('.', name.rfind('-')));
  const std::size_t time = name.rfind('-');
  if (time == name.npos || name.size() - time - 1 != kTimeDigits || !all_digits(name.substr(time + 1)))
    return {};
  const std::size_t system = name.rfind('-', time - 1);
  return system == name.npos || time == 0 ? std::string_view() : name.substr(0, system);
}

// `Collection-%Hostname%-%TIMESTAMP%`, the default of Velociraptor's offline collector.
std::string_view host_of_velociraptor(std::string_view name) {
  constexpr std::string_view kBegin = "Collection-", kDate = "-dddd-dd-dd";
  if (!name.starts_with(kBegin)) return {};
  name.remove_prefix(kBegin.size());
  for (std::size_t at = name.find('-'); at != name.npos; at = name.find('-', at + 1)) {
    const std::string_view date = name.substr(at, kDate.size());
    bool fits = date.size() == kDate.size();
    for (std::size_t i = 0; fits && i < date.size(); ++i)
      fits = kDate[i] == 'd' ? date[i] >= '0' && date[i] <= '9' : date[i] == kDate[i];
    if (fits) return name.substr(0, at);
  }
  return {};
}

}  // namespace

std::string_view host_of_collection(std::string_view path) {
  while (!path.empty()) {
    const std::size_t begin = path.find_last_of("/!") + 1;  // 0 when there is none
    const std::string_view name = path.substr(begin);
    if (const auto host = host_of_uac(name); !host.empty()) return host;
    if (const auto host = host_of_velociraptor(name); !host.empty()) return host;
    path = path.substr(0, begin == 0 ? 0 : begin - 1);
  }
  return {};
}

}  // namespace bartizan
