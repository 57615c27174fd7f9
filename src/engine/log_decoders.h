// SPDX-License-Identifier: Apache-2.0
// LogDecoders: the decoders of the formats met so far, one each, and the events of the piece decoded last. An event that does
// not name its host gets the one that its log was collected from (Log::host). One thread; `options` must outlive it.
#pragma once

#include <map>
#include <memory>

#include "decode/decoder.h"
#include "engine/log_reader.h"

namespace bartizan {

class LogDecoders {
 public:
  explicit LogDecoders(const DecodeOptions& options) : options_(options) {}

  // The events live until the next call, and as long as the piece.
  const EventBatch& decode(const LogPiece& piece, OddityList& oddities);
  // The whole of an event of that piece of which only some fields were wanted, until the next call; null when its decoder
  // cannot give it.
  const Event* decode_record(const LogPiece& piece, const Event& event);

 private:
  Decoder& decoder_of(const Log& log);

  const DecodeOptions& options_;
  std::map<const Format*, std::unique_ptr<Decoder>> decoders_;
  EventBatch decoded_, named_;  // of the piece; the second with hosts
  EventBatch record_, named_record_;
};

}  // namespace bartizan
