// SPDX-License-Identifier: Apache-2.0
// Reads one evidence file and hands over its events batch by batch, or its records one by one as text, in the order of the
// log: read_logs and the decoders in one thread, for verbs that show what is in a log.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/log_reader.h"

namespace bartizan {

struct FileReport : ReadReport {
  std::uint64_t events = 0;
  std::uint64_t oddities_total = 0;
  std::vector<std::string> oddities;  // `file: at byte N: what`; a bounded number of them
};

// `deliver` gets each batch and may answer false to stop (a cancelled run). `file` is the path or
// the member it is from. An Error means the file could not be opened; failures after that are in the report, and the
// batches before them have been delivered.
using Deliver = std::function<bool(const EventBatch& batch, const std::string& file)>;
Result<FileReport> read_events(const std::string& path, const DecodeOptions& options, const Deliver& deliver);

// The records as `form` has them. A log of a format without such forms is an error of the report. With an Error or after
// `take` answered false as above.
Result<FileReport> render_records(const std::string& path, const DecodeOptions& options, Rendering form,
                                  const TakeRecord& take);

}  // namespace bartizan
