// SPDX-License-Identifier: Apache-2.0
// The fields of an event under the names its place gives them, for the plain evaluator. Converted values live until the
// next look_at. One thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "detect/sigma/evaluate.h"
#include "normalise/logsource.h"

namespace bartizan {

class PlaceLookup final : public sigma::FieldLookup {
 public:
  // Null: the event's own names.
  void look_at(const EventPlace* place) {
    place_ = place;
    made_.clear();
  }

  void values(const Event& event, std::string_view field,
              std::vector<sigma::FieldValue>& out) const override {
    if (place_)
      if (auto mapped = place_->fields.find(field); mapped != place_->fields.end()) {
        mapped_.clear();
        append_mapped(event, mapped->second, made_, mapped_);
        for (std::string_view value : mapped_) out.push_back({value, false, false});
        return;
      }
    plain_.values(event, field, out);
  }
  void all_values(const Event& event, std::vector<sigma::FieldValue>& out) const override {
    plain_.all_values(event, out);
  }

 private:
  const EventPlace* place_ = nullptr;
  sigma::PlainFieldLookup plain_;
  mutable std::vector<std::string_view> mapped_;
  mutable std::deque<std::string> made_;  // a deque: views into it must stay valid
};

}  // namespace bartizan
