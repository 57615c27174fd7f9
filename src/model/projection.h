// SPDX-License-Identifier: Apache-2.0
// Projection: tells a decoder which fields of a kind of event anybody wants, so that only those become text. A decoder
// asks once for each kind it meets and keeps the answer, which stays valid and unchanged as long as the projection.
// columns_of may be called from several threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
  return {event.channel, event.provider, event.event_id, event.product, event.category, event.service, event.header_is_plain};
}

struct Columns {
  std::vector<std::string> names;  // sorted; Field::column is an index into it
  bool all = false;                // fields of other names are wanted too, without a column
};

class Projection {
 public:
  virtual ~Projection() = default;
  virtual const Columns* columns_of(const EventKind& kind) = 0;  // never null
};

}  // namespace bartizan
