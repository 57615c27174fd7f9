// SPDX-License-Identifier: Apache-2.0
// For tests of formats: a whole text through a format's cutter and decoder, in reads of a given size. Pure.
#pragma once

#include <string>
#include <string_view>

#include "decode/decoder.h"

namespace bartizan {

struct DecodedText {
  std::unique_ptr<Decoder> decoder;  // names of events may live in it
  EventBatch events;
  OddityList oddities;

  std::string field(std::size_t event, std::string_view name) const {
    const std::string_view* value = event < events.size() ? events[event].find(name) : nullptr;
    return value ? std::string(*value) : "(absent)";
  }
};

inline DecodedText decode_text(const Format& format, std::string_view text, std::size_t read_bytes = SIZE_MAX,
                               Instant modified = {}) {
  DecodedText decoded;
  const auto cutter = format.make_cutter();
  decoded.decoder = format.make_decoder({});
  std::uint64_t offset = 0;
  for (std::size_t given = 0; offset < text.size();) {
    given = read_bytes < text.size() - given ? given + read_bytes : text.size();
    const bool at_end = given == text.size();
    for (Bytes rest = as_bytes(text.substr(offset, given - offset)); !rest.empty();) {
      const std::size_t size = cutter->cut(rest, at_end);
      if (size == 0) break;
      decoded.decoder->decode({rest.first(size), offset, cutter->context(), modified}, decoded.events,
                              decoded.oddities);
      rest = rest.subspan(size), offset += size;
    }
  }
  return decoded;
}

}  // namespace bartizan
