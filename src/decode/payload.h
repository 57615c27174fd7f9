// SPDX-License-Identifier: Apache-2.0
// Messages that carry another format inside a carrier such as syslog or journald: JSON, event XML, audit
// records, CEF, LEEF, key=value. The message is decoded by that format's own decoder, and what the carrier
// knows is added where the message does not say it (its fields are left out when there are too many). A kind
// of payload is a line in payload.cpp that names a format; one that is not in the list of formats is plain
// text. One thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "decode/decoder.h"

namespace bartizan {

// What the carrier says of a message. `fields` must be lasting or in the batch.
struct Carrier {
  std::string_view host;
  std::string_view product, service;  // declared for a payload that declares nothing
  Instant time;
  std::uint64_t offset = 0;
  std::span<const Field> fields;
  const TimeZone* zone = nullptr;  // as Piece::zone
};

class PayloadDecoder {
 public:
  PayloadDecoder();
  // False: the message is plain text, or nothing came of it. True: its events are in `out`.
  bool decode(std::string_view message, const Carrier& carrier, EventBatch& out, OddityList& oddities);

 private:
  struct Reader {
    const Format* format;
    std::unique_ptr<Decoder> decoder;
  };
  void add(const Event& inner, const Carrier& carrier, EventBatch& out);

  std::vector<Reader> readers_;  // in the order of the table; format is null when it is not in the list
  EventBatch inner_;
};

}  // namespace bartizan
