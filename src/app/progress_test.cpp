// SPDX-License-Identifier: Apache-2.0
#include "app/progress.h"

#include <gtest/gtest.h>

namespace bartizan::app {
namespace {

TEST(ProgressLine, SaysShareBytesRateAndTimeLeft) {
  const ProgressFigures figures{250'000'000, 1'000'000'000, 620'000, 12, 2};
  EXPECT_EQ(progress_line(figures, 100, false),
            "[======                  ]  25%  250.0 MB of 1.0 GB  310k events/s  0:06 left  12 findings");
  EXPECT_EQ(progress_line({0, 0, 5, 0, 1}, 100, false), "0 B  5 events/s  0 findings");
  EXPECT_EQ(progress_line({10, 5, 0, 0, 0}, 100, false),
            "[========================] 100%  10 B of 5 B  0 findings");
  EXPECT_NE(progress_line({1, 4000, 0, 0, 2}, 100, false).find("2:13:18 left"), std::string::npos);
}

TEST(ProgressLine, NeverExceedsTheWidth) {
  const ProgressFigures figures{999'949'999'999, 1'999'949'999'999, 62'000'000'000, 123'456, 7261};
  for (std::size_t width = 0; width < 120; ++width)
    EXPECT_LE(progress_line(figures, width, false).size(), width);
  EXPECT_EQ(progress_line(figures, 5, false), " 50%");
}

TEST(ProgressLine, ColoursOnlyTheBar) {
  const std::string line = progress_line({1, 2, 3, 4, 5}, 100, true);
  EXPECT_TRUE(line.starts_with("\033[36m["));
  EXPECT_NE(line.find("]\033[0m  50%"), std::string::npos);
}

}  // namespace
}  // namespace bartizan::app
