// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <algorithm>

namespace bartizan {

const Format* recognise_format(Bytes head) {
  const Format* best = nullptr;
  int best_score = 0;
  for (const Format* format : all_formats())
    if (const int score = format->recognise(head); score > best_score) best = format, best_score = score;
  return best;
}

std::vector<FormatScore> score_formats(Bytes head) {
  std::vector<FormatScore> scores;
  for (const Format* format : all_formats())
    if (const int score = format->recognise(head); score > 0) scores.push_back({format, score});
  std::ranges::stable_sort(scores, std::ranges::greater{}, &FormatScore::score);
  return scores;
}

}  // namespace bartizan
