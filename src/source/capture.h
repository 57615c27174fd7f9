// SPDX-License-Identifier: Apache-2.0
// Network captures (pcap, pcapng) as Suricata sees them: the capture goes into an installed Suricata by a pipe, and the
// stream gives what comes out by another, its EVE records, one JSON object a line. Nothing of the capture is written to disk;
// a private folder holds Suricata's configuration (docs/design/0005-captures.md) and its log, and goes with the stream. The
// stream owns the process and ends it when it is destroyed. Time, silence and output are bounded by base/limits.h. One thread
// a stream. What Suricata complained of is in complaints() once the end was reached; a run that failed fails the read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "source/byte_stream.h"

namespace bartizan {

// By content; 4 bytes are enough.
bool looks_like_capture(Bytes head);

struct CaptureOptions {
  std::vector<std::string> rules;    // files of signatures; none: those that are installed
  std::function<bool()> keep_going;  // asked several times a second; false ends Suricata. Empty: never
};

class CaptureStream final : public ByteStream {
 public:
  // `in` outlives the stream; `head` is what was read of it already.
  static Result<std::unique_ptr<CaptureStream>> open(ByteStream& in, Bytes head,
                                                     const CaptureOptions& options);
  ~CaptureStream() override;
  CaptureStream(const CaptureStream&) = delete;
  CaptureStream& operator=(const CaptureStream&) = delete;

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  using Clock = std::chrono::steady_clock;
  CaptureStream(ByteStream& in, Bytes head, const CaptureOptions& options);
  Result<void> make_folder();
  Result<void> start();
  Result<std::size_t> wait_and_move(std::span<std::uint8_t> room);
  void give_packets();
  Result<void> finish();
  void stop();

  ByteStream& in_;
  const CaptureOptions& options_;
  std::vector<std::uint8_t>
      packets_;  // read of the capture and not yet taken by Suricata, from packets_at_ on
  std::size_t packets_at_ = 0;
  bool capture_is_read_ = false, eve_is_read_ = false;
  std::string broken_;  // why the rest of the capture could not be read
  std::string failed_;  // what the reads after the last byte report
  std::string folder_;
  int packets_fd_ = -1, eve_fd_ = -1;
  int process_ = -1;
  Clock::time_point started_, moved_;
  std::uint64_t eve_bytes_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace bartizan
