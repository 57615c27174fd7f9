// SPDX-License-Identifier: Apache-2.0
#include "engine/log_decoders.h"

#include <algorithm>

namespace bartizan {
namespace {

bool lacks_host(const Event& event) { return event.host.empty() && !event.columns; }

// Copies the events with the host where they lack one. Their texts stay where they are.
void add_with_host(const EventBatch& events, std::string_view host, EventBatch& out) {
  for (const Event& event : events) {
    Event& copy = out.start() = event;
    if (lacks_host(event)) copy.host = host;
    for (const Field& field : event.fields) out.add(field);
    out.commit();
  }
}

}  // namespace

Decoder& LogDecoders::decoder_of(const Log& log) {
  std::unique_ptr<Decoder>& decoder = decoders_[log.format];
  if (!decoder) decoder = log.format->make_decoder(options_);
  return *decoder;
}

const EventBatch& LogDecoders::decode(const LogPiece& piece, OddityList& oddities) {
  decoded_.clear(), named_.clear();
  decoder_of(*piece.log).decode(piece.view(), decoded_, oddities);
  if (piece.log->host.empty() || std::ranges::none_of(decoded_, lacks_host)) return decoded_;
  add_with_host(decoded_, piece.log->host, named_);
  return named_;
}

const Event* LogDecoders::decode_record(const LogPiece& piece, const Event& event) {
  record_.clear(), named_record_.clear();
  if (!decoder_of(*piece.log).decode_record(piece.view(), event.offset, record_) || record_.empty())
    return nullptr;
  if (piece.log->host.empty()) return &record_[0];
  add_with_host(record_, piece.log->host, named_record_);
  return &named_record_[0];
}

}  // namespace bartizan
