// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JSON log: the cutter ends, every object it finds is decoded without a crash, and what a
// projection leaves of an event is part of the whole.
#include <string_view>

#include "base/must.h"
#include "decode/decoder.h"
#include "decode/json.h"

namespace bartizan {

const Format& json_format();

namespace {

class Few final : public Projection {
 public:
  Few() { columns_.names = {"Channel", "EventID", "a", "eventName", "type"}; }
  const Columns* columns_of(const EventKind&) override { return &columns_; }

 private:
  Columns columns_;
};

void cut_objects(Bytes bytes) {
  static JsonDecoder decoder;
  JsonCutter cutter;
  OddityList oddities;
  EventBatch events;
  for (std::size_t from = 0;;) {
    const JsonCut cut = cutter.next(bytes, from, true);
    if (cut.kind == JsonCut::Kind::kEnd) return;
    MUST(cut.kind != JsonCut::Kind::kMore);
    MUST(cut.end > from && cut.end <= bytes.size());
    if (cut.kind == JsonCut::Kind::kObject)
      decoder.decode(slice(bytes, cut.begin, cut.end - cut.begin), bytes.size() - cut.begin, cut.begin,
                     events, oddities);
    from = cut.end;
    events.clear();
  }
}

void decode_projected(Bytes bytes) {
  static Few few;
  static const auto decoder = json_format().make_decoder({.projection = &few});
  static const auto plain = json_format().make_decoder({});
  OddityList oddities;
  EventBatch some, whole, again;
  const Piece piece{bytes, 0, {}, {}};
  decoder->decode(piece, some, oddities);
  plain->decode(piece, whole, oddities);
  MUST(some.size() == whole.size());
  for (std::size_t i = 0; i < some.size(); ++i) {
    MUST(some[i].time == whole[i].time && some[i].event_id == whole[i].event_id &&
         some[i].channel == whole[i].channel);
    if (!some[i].columns) continue;
    again.clear();
    MUST(decoder->decode_record(piece, some[i].offset, again));
    MUST(again[0].fields.size() == whole[i].fields.size());
  }
}

}  // namespace
}  // namespace bartizan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bartizan::cut_objects({data, size});
  bartizan::decode_projected({data, size});
  return 0;
}
