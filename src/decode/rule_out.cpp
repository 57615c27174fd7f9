// SPDX-License-Identifier: Apache-2.0
#include "decode/rule_out.h"

#include <algorithm>

namespace bartizan {
namespace {

constexpr std::size_t kKnownMax = 16;  // walked for each event, so few; logs seldom mix more kinds

}  // namespace

void RuleOut::judge(std::string_view record, EventBatch& batch) {
  if (!projection_) return;
  const Columns& columns = columns_of(batch.draft());
  if (columns.any_rule && !may_match(*columns.any_rule, record, batch)) batch.draft().ruled_out = &columns;
}

const Columns& RuleOut::columns_of(const Event& event) {
  for (std::size_t i = 0; i < known_.size(); ++i)
    if (known_[i].is_of(event)) {
      if (i > 0) std::swap(known_[i], known_[i - 1]);
      return *known_[i > 0 ? i - 1 : 0].columns;
    }
  Known known{std::string(event.channel), std::string(event.provider),
              std::string(event.product), std::string(event.category),
              std::string(event.service), event.event_id,
              event.header_is_plain,      projection_->columns_of(kind_of(event))};
  if (known_.size() == kKnownMax) known_.pop_back();
  return *known_.emplace_back(std::move(known)).columns;
}

bool RuleOut::may_match(const KeywordFilter& filter, std::string_view record, const EventBatch& batch) {
  if (filter.may_match(record)) return true;
  const auto is_covered = [&](std::string_view value) {
    return std::less_equal<>()(record.data(), value.data()) &&
           std::less_equal<>()(value.data() + value.size(), record.data() + record.size());
  };
  return std::any_of(batch.draft_fields().begin(), batch.draft_fields().end(), [&](const Field& field) {
    return !field.value.empty() && !is_covered(field.value) && filter.may_match(field.value);
  });
}

}  // namespace bartizan
