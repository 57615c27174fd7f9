// SPDX-License-Identifier: Apache-2.0
// Projection: tells a decoder which fields of a kind of event anybody wants, so that only those become text. A decoder
// asks once for each kind it meets and keeps the answer, which stays valid and unchanged as long as the projection.
// columns_of may be called from several threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "model/event.h"

namespace bartizan {

// Everything rules are chosen by.
struct EventKind {
  std::string_view channel, provider;
  std::uint32_t event_id = 0;
  std::string_view product, category, service;
  bool header_is_plain = false;  // as Event::header_is_plain
};

inline EventKind kind_of(const Event& event) {
  return {event.channel,  event.provider, event.event_id,       event.product,
          event.category, event.service,  event.header_is_plain};
}

// Tells whether a text of a record that nobody asks for by name can matter, before it is decoded. Yes is always a safe answer.
// Numbers, times, GUIDs, SIDs and hexadecimal text never matter. Any thread.
class KeywordFilter {
 public:
  virtual ~KeywordFilter() = default;
  virtual bool may_match(std::string_view text) const = 0;
  virtual bool may_match_utf16(Bytes text) const = 0;
  std::size_t shortest = 0;  // letters; in a text of fewer nothing matches
  bool is_quick = false;     // asking again costs less than remembering the answer
};

struct Columns {
  std::vector<std::string> names;  // sorted; Field::column is an index into it
  bool all = false;                // fields of other names are wanted too, without a column
  // With `all`: not null when they are wanted only of records in which this may match. A decoder that leaves them out sets
  // Event::lacks_keywords.
  const KeywordFilter* keywords = nullptr;
};

class Projection {
 public:
  virtual ~Projection() = default;
  virtual const Columns* columns_of(const EventKind& kind) = 0;  // never null
  // Of columns it gave. Not null: where this does not match the text of a record (as decode/rule_out.h makes it) no rule of
  // the kind holds. Only decoders that ask pay for making it.
  virtual const KeywordFilter* any_rule_of(const Columns&) { return nullptr; }
};

}  // namespace bartizan
