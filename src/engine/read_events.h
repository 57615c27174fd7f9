// SPDX-License-Identifier: Apache-2.0
// Reads one evidence file and hands over its events batch by batch: recognises the format by content, cuts the bytes into
// pieces that can be decoded alone, and keeps one piece in memory at a time. One thread per call.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/event.h"
#include "model/oddity.h"

namespace bartizan {

struct ReadOptions {
  bool strict = false;  // reject EVTX chunks whose checksum is wrong
};

struct FileReport {
  std::string format;          // empty: not recognised
  std::string not_recognised;  // the reason, when so
  std::uint64_t bytes = 0, events = 0;
  OddityList oddities;
};

// `deliver` gets each batch and may answer false to stop (a cancelled run). An Error means the file could not be read
// any further; batches before it have been delivered.
using Deliver = std::function<bool(std::vector<Event>& batch)>;
Result<FileReport> read_events(const std::string& path, const ReadOptions& options, const Deliver& deliver);

}  // namespace bartizan
