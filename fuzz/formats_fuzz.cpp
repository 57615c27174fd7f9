// SPDX-License-Identifier: Apache-2.0
// Any bytes as a log of any format: the first byte chooses the format, the second where the log is cut in two. No crash,
// no hang, and every cut makes progress.
#include <string>

#include "base/must.h"
#include "decode/decoder.h"

using namespace bartizan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Format& format = *all_formats()[data[0] % all_formats().size()];
  const std::size_t first_read = std::size_t{data[1]} * 16;
  Bytes rest(data + 2, size - 2);
  (void)format.recognise(slice(rest, 0, kHeadBytes));
  const auto cutter = format.make_cutter();
  const auto decoder = format.make_decoder({});
  EventBatch batch;
  OddityList oddities;
  std::uint64_t offset = 0;
  while (!rest.empty()) {
    std::size_t piece = offset == 0 && first_read > 0 ? cutter->cut(slice(rest, 0, first_read), false) : 0;
    if (piece == 0) piece = cutter->cut(rest, true);
    MUST(piece > 0 && piece <= rest.size());
    const std::string context = cutter->context();
    batch.clear();
    decoder->decode({rest.first(piece), offset, context, {}}, batch, oddities);
    rest = rest.subspan(piece);
    offset += piece;
  }
  return 0;
}
