// SPDX-License-Identifier: Apache-2.0
// Any bytes as EVTX chunks: no crash, no hang, and what is decoded through compiled templates is what the interpreter says.
#include <algorithm>

#include "base/must.h"
#include "decode/evtx.h"
#include "decode/evtx_quick.h"

namespace {

bool same(const bartizan::Field& a, const bartizan::Field& b) {
  return a.name == b.name && a.value == b.value && a.is_number == b.is_number && a.is_null == b.is_null;
}

bool same(const bartizan::Event& a, const bartizan::Event& b) {
  return a.channel == b.channel && a.provider == b.provider && a.event_id == b.event_id &&
         a.record_id == b.record_id && a.host == b.host && a.time.ticks == b.time.ticks &&
         a.offset == b.offset && a.header_is_plain == b.header_is_plain &&
         std::ranges::equal(a.fields, b.fields, [](const auto& x, const auto& y) { return same(x, y); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bartizan::Bytes bytes(data, size);
  bartizan::evtx::EvtxQuickDecoder quick(nullptr);
  for (std::size_t at = 0; at < size; at += bartizan::kEvtxChunkBytes) {
    bartizan::EventBatch plain, quickly;
    bartizan::OddityList oddities;
    const bartizan::Bytes chunk = bartizan::slice(bytes, at, bartizan::kEvtxChunkBytes);
    quick.begin_piece();
    bartizan::decode_evtx_chunk(chunk, at, false, plain, oddities);
    bartizan::decode_evtx_chunk(chunk, at, false, quickly, oddities, &quick);
    MUST(plain.size() == quickly.size());
    for (std::size_t i = 0; i < plain.size(); ++i) MUST(same(plain[i], quickly[i]));
  }
  return 0;
}
