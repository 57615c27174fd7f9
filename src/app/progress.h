// SPDX-License-Identifier: Apache-2.0
// The progress line of a long run. progress_line is a pure function of numbers; ProgressLine draws it on
// standard error when that is a terminal, at most ten times a second, and wipes it at the end. One thread.
#pragma once

#include <cstdint>
#include <string>

namespace bartizan::app {

struct ProgressFigures {
  std::uint64_t bytes_done = 0, bytes_total = 0;  // of the files as they lie on the disk; total 0: not known
  std::uint64_t events = 0, findings = 0;
  double seconds = 0;  // since the start
};

// At most `width` columns, without a line end. Parts are left out from the right when they do not fit.
std::string progress_line(const ProgressFigures& figures, std::size_t width, bool colour);

class ProgressLine {
 public:
  ProgressLine();   // looks whether there is a terminal, and starts the clock
  ~ProgressLine();  // wipes the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  // `seconds` is filled in here.
  void show(ProgressFigures figures);
  void wipe();

 private:
  bool on_terminal_, colour_, drawn_ = false;
  std::int64_t started_ns_, drawn_ns_ = 0;
};

}  // namespace bartizan::app
