// SPDX-License-Identifier: Apache-2.0
// Writes a result in full or says why not. A file appears under its name only when all of it is on the disk:
// it is written beside it as NAME.partial-XXXXXX first, and that is removed when anything fails. What is no
// regular file (a device, a pipe) is written to directly.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::app {

// A result that is written piece by piece. What was not finished is removed with it.
class Output {
 public:
  // `path` empty or `-`: standard output.
  static Result<std::unique_ptr<Output>> open(const std::string& path);
  virtual ~Output() = default;
  // Failures are told by finish().
  virtual void write(std::string_view text) = 0;
  // Once, after everything was written.
  virtual Result<void> finish() = 0;
};

// `path` empty or `-`: standard output.
Result<void> write_output(const std::string& path, std::string_view text);

// The end of a verb that prints as it reads: its exit code, after saying so when standard output could not be written.
int finish_standard_output(bool all_read);

}  // namespace bartizan::app
