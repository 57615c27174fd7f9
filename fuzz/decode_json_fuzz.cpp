// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JSON log: the cutter ends, and every object it finds is decoded without a crash.
#include "base/must.h"
#include "decode/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bartizan::Bytes bytes(data, size);
  bartizan::JsonCutter cutter;
  bartizan::JsonDecoder decoder;
  bartizan::OddityList oddities;
  bartizan::EventBatch events;
  std::size_t from = 0;
  for (;;) {
    bartizan::JsonCut cut = cutter.next(bytes, from, true);
    if (cut.kind == bartizan::JsonCut::Kind::kEnd) return 0;
    MUST(cut.kind != bartizan::JsonCut::Kind::kMore);
    MUST(cut.end > from && cut.end <= size);
    if (cut.kind == bartizan::JsonCut::Kind::kObject)
      decoder.decode(bartizan::slice(bytes, cut.begin, cut.end - cut.begin), cut.begin, events, oddities);
    from = cut.end;
    events.clear();
  }
}
