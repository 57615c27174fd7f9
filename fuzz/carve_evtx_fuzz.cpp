// SPDX-License-Identifier: Apache-2.0
// Any bytes as a disk image and as an event log, carved: no crash, no hang, the same answer twice, no record
// twice, and of a log the same records in their place as without carving.
#include <algorithm>
#include <string>
#include <vector>

#include "base/must.h"
#include "decode/evtx_carve.h"

using namespace bartizan;

namespace {

struct Found {
  std::uint64_t offset;
  std::string carved;
  bool operator==(const Found&) const = default;
};

std::vector<Found> carve(Bytes bytes, bool is_log) {
  std::vector<Found> found;
  OddityList oddities;
  CarveWindow window;
  window.bytes = bytes;
  window.is_log = is_log;
  carve_records(window, false, oddities, [&](const EvtxRecord& record) {
    found.push_back({record.offset, std::string(record.carved)});
  });
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Found> image = carve(Bytes(data, size), false);
  MUST(image == carve(Bytes(data, size), false));
  std::vector<std::uint64_t> offsets;
  for (const Found& one : image) offsets.push_back(one.offset);
  std::ranges::sort(offsets);
  MUST(std::ranges::adjacent_find(offsets) == offsets.end());

  std::vector<std::uint8_t> log(kEvtxHeaderBytes);
  log.insert(log.end(), data, data + size);
  std::vector<std::uint64_t> in_place, plain;
  for (const Found& one : carve(log, true))
    if (one.carved.empty()) in_place.push_back(one.offset);
  OddityList oddities;
  for (std::size_t at = kEvtxHeaderBytes; at < log.size(); at += kEvtxChunkBytes) {
    // Where another chunk begins inside one that lacks its signature, that one ends.
    const Bytes chunk = slice(log, at, kEvtxChunkBytes);
    if (!as_text(chunk).starts_with(std::string_view("ElfChnk\0", 8)) &&
        find_carved_chunk(chunk, 0) < chunk.size())
      return 0;
    for_each_evtx_record(chunk, at, false, oddities,
                         [&](const EvtxRecord& record) { plain.push_back(record.offset); });
  }
  MUST(in_place == plain);
  return 0;
}
