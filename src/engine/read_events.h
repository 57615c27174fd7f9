// SPDX-License-Identifier: Apache-2.0
// Reads one evidence file and hands over its events batch by batch: recognises the format by content, cuts the bytes into
// pieces that can be decoded alone, and keeps one piece in memory at a time. Archives are walked, nested ones too; each member is
// read like a file. One thread per call.
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

// Files are named `path`, members of archives `path!member`.
struct FileReport {
  std::uint64_t logs = 0;                   // recognised and read: 1 for a log, any number for an archive
  std::vector<std::string> not_recognised;  // `file: reason`
  std::vector<std::string> errors;          // `file: reason`: not read, or not to its end
  std::uint64_t bytes = 0, events = 0;      // bytes of logs, decompressed
  std::uint64_t oddities_total = 0;
  std::vector<std::string> oddities;        // `file: at byte N: what`; a bounded number of them
};

// `deliver` gets each batch and may answer false to stop (a cancelled run). `file` is the path or
// the member it is from. An Error means the file could not be opened; failures after that are in the report, and the
// batches before them have been delivered.
using Deliver = std::function<bool(std::vector<Event>& batch, const std::string& file)>;
Result<FileReport> read_events(const std::string& path, const ReadOptions& options, const Deliver& deliver);

}  // namespace bartizan
