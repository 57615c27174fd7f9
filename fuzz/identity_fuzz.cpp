// SPDX-License-Identifier: Apache-2.0
// Any lines as events about identities: normalised and judged without a crash. A line is
// `id|product/service|name=value|…`.
#include <string_view>
#include <vector>

#include "detect/identity/detector.h"

using namespace bartizan;

namespace {

std::string_view until(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at == rest.npos ? rest.size() : at + 1);
  return taken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  identity::IdentityDetector detector;
  std::uint64_t sequence = 0;
  while (!text.empty()) {
    std::string_view line = until(text, '\n');
    std::vector<Field> fields;
    Event event;
    event.event_id = static_cast<std::uint32_t>(identity::number_in(until(line, '|')));
    std::string_view source = until(line, '|');
    event.product = until(source, '/'), event.service = source;
    if (event.product == "windows") event.channel = "Security";
    event.time.ticks = static_cast<std::int64_t>(sequence) * kTicksPerSecond;
    event.host = "h", event.record_id = event.channel.empty() ? "" : "1";
    while (!line.empty()) {
      std::string_view pair = until(line, '|');
      const std::string_view name = until(pair, '=');
      fields.push_back({name, pair});
    }
    event.fields = fields;
    detector.observe(event, "f", sequence++);
  }
  std::vector<Finding> findings;
  detector.finish(findings);
  return 0;
}
