// SPDX-License-Identifier: Apache-2.0
// RuleOut: marks events on which no rule can hold (Event::ruled_out), told from the text of the record. A value that is a
// view of that text is covered by asking about the text once; one that the decoder made (unescaped, a word of its own) is
// asked about by itself. A kind of which few records are ruled out is left alone for a while: the question has its price. Without
// a projection it does nothing. One a decoder; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "model/projection.h"

namespace bartizan {

class RuleOut {
 public:
  explicit RuleOut(Projection* projection) : projection_(projection) {}

  // Before commit(), when the draft has its log source and its fields. `record`: what its values are views of.
  void judge(std::string_view record, EventBatch& batch);

 private:
  struct Known {
    std::string channel, provider, product, category, service;
    std::uint32_t event_id = 0;
    bool header_is_plain = false;
    const Columns* columns = nullptr;
    const KeywordFilter* any_rule = nullptr;
    std::uint64_t sizes_of_texts = 0;
    std::uint32_t asked = 0, ruled_out = 0, left_alone = 0;  // records: since the last verdict; still to come

    // Numbers first: most kinds differ in them.
    bool is_of(const Event& event, std::uint64_t sizes) const {
      return sizes_of_texts == sizes && event_id == event.event_id &&
             header_is_plain == event.header_is_plain && service == event.service &&
             category == event.category && product == event.product && provider == event.provider &&
             channel == event.channel;
    }
  };

  Known& known_of(const Event& event);
  // The record, behind it the values that are no views of it, as RuleFilter takes them.
  std::string_view text_of(std::string_view record, const EventBatch& batch);

  Projection* projection_;
  std::vector<Known> known_;
  std::string text_;
};

}  // namespace bartizan
