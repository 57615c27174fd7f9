// SPDX-License-Identifier: Apache-2.0
// LogReader: from a path to pieces of logs. Opens archives (also within each other), has captures of networks read by
// Suricata, recognises each log by its content, reads it in order and cuts it into pieces that can be decoded on their own.
// What nobody reads is listed with a reason.
// One thread; the pieces may be decoded on others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "decode/decoder.h"
#include "source/capture.h"

namespace bartizan {

// A file, or a member of an archive as `archive!member`.
struct Log {
  std::string file;
  const Format* format = nullptr;
  Instant modified;                      // of the evidence file; zero: not known
  std::vector<FormatScore> scores = {};  // of all formats that could read it, surest first
  const TimeZone* zone = nullptr;        // of times that name none; null: UTC
  bool is_made =
      false;  // written by Suricata a moment ago: places in it and numbers of flows are not those of another run
  std::string host = {};  // it was collected from (collected_host.h); empty: not known
};

struct LogPiece {
  std::shared_ptr<const Log> log;  // pieces outlive the reading of their log
  std::vector<std::uint8_t> buffer;
  std::size_t size = 0;  // of the piece, at the start of the buffer
  std::uint64_t offset = 0;
  std::string context;

  Piece view() const { return {Bytes(buffer).first(size), offset, context, log->modified, log->zone}; }
};

// The receiver may move the piece away, or leave it so that its buffer is used again. False: no more, please.
using TakePiece = std::function<bool(LogPiece& piece)>;

struct ReadReport {
  std::vector<std::string> not_recognised;  // `path: reason`
  std::vector<std::string> errors;          // `path: reason`
  std::uint64_t logs = 0, bytes = 0;        // bytes of logs, decompressed
  std::uint64_t file_bytes = 0;             // read from the file itself; known while it is read
};

struct ReadOptions {
  // Windows event logs and what no decoder knows are searched for event records at any place (decode/evtx_carve.h).
  bool carve = false;
  const TimeZone* zone = nullptr;  // as DecodeOptions::zone
  CaptureOptions capture;
};

// Reads the file at `path` (`-`: standard input). Fails only when it cannot be opened.
Result<void> read_logs(const std::string& path, const TakePiece& take, ReadReport& report,
                       const ReadOptions& options = {});

}  // namespace bartizan
