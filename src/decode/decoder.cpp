// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

namespace bartizan {

const Format* recognise_format(Bytes head) {
  const Format* best = nullptr;
  int best_score = 0;
  for (const Format* format : all_formats())
    if (const int score = format->recognise(head); score > best_score) best = format, best_score = score;
  return best;
}

}  // namespace bartizan
