// SPDX-License-Identifier: Apache-2.0
// Any text as a STIX pattern: parsed without a crash, and what parses is evaluated on an event and joined.
#include "base/must.h"
#include "intel/pattern_watch.h"

using namespace bartizan;
using namespace bartizan::intel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto pattern = parse_pattern(text);
  if (!pattern) {
    MUST(pattern.error().at <= text.size());
    return 0;
  }
  (void)values_of(*pattern);
  (void)waking_values(*pattern);
  PatternSet set;
  if (!set.add(1, std::move(*pattern))) return 0;
  const Field fields[] = {{"Image", "C:\\a\\b.exe"},
                          {"CommandLine", "b -x 1"},
                          {"DestinationIp", "198.51.100.7"},
                          {"DestinationPort", "443"},
                          {"QueryName", "a.evil.example"}};
  Event event;
  event.fields = fields;
  PatternRun run(set);
  PatternTracker tracker(set);
  for (int i = 0; i < 3; ++i) {
    run.begin(event);
    std::vector<FindingReason> why;
    PatternHit hit{0, run.test(0, why), static_cast<std::uint64_t>(i), {}};
    hit.finding.time = {i * kTicksPerSecond};
    if (hit.observations != 0) tracker.add(std::move(hit));
  }
  std::vector<Finding> findings;
  tracker.finish(findings);
  return 0;
}
