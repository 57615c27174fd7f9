// SPDX-License-Identifier: Apache-2.0
// Any bytes as an EVTX chunk: no crash, no hang, and the same answer twice.
#include "base/must.h"
#include "decode/evtx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bartizan::Bytes bytes(data, size);
  for (std::size_t at = 0; at < size; at += bartizan::kEvtxChunkBytes) {
    bartizan::EventBatch once, again;
    bartizan::OddityList oddities;
    bartizan::Bytes chunk = bartizan::slice(bytes, at, bartizan::kEvtxChunkBytes);
    bartizan::decode_evtx_chunk(chunk, at, false, once, oddities);
    bartizan::decode_evtx_chunk(chunk, at, false, again, oddities);
    MUST(once.size() == again.size());
  }
  return 0;
}
