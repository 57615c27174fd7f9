// SPDX-License-Identifier: Apache-2.0
#include "decode/rule_out.h"

#include <algorithm>

namespace bartizan {
namespace {

constexpr std::size_t kKnownMax = 16;  // walked for each event, so few; logs seldom mix more kinds

// Of so many records a quarter must be ruled out to make up for asking; if not, as many times 32 are not asked about.
constexpr std::uint32_t kVerdictRecords = 256, kLeftAloneRecords = 32 * kVerdictRecords;

}  // namespace

void RuleOut::judge(std::string_view record, EventBatch& batch) {
  if (!projection_) return;
  Known& known = known_of(batch.draft());
  if (!known.any_rule) return;
  if (known.left_alone > 0) return void(--known.left_alone);
  // A filter knows numbers in plain decimal only.
  for (const Field& field : batch.draft_fields())
    if (field.is_number && field.value.find('e') != field.value.npos) return;
  if (!known.any_rule->may_match(text_of(record, batch))) {
    batch.draft().ruled_out = known.columns;
    ++known.ruled_out;
  }
  if (++known.asked < kVerdictRecords) return;
  if (known.ruled_out < kVerdictRecords / 4) known.left_alone = kLeftAloneRecords;
  known.asked = known.ruled_out = 0;
}

RuleOut::Known& RuleOut::known_of(const Event& event) {
  std::uint64_t sizes = 0;
  for (const std::string_view text :
       {event.channel, event.provider, event.product, event.category, event.service})
    sizes = sizes << 12 | (text.size() & 0xfff);
  for (std::size_t i = 0; i < known_.size(); ++i)
    if (known_[i].is_of(event, sizes)) {
      if (i == 0) return known_[0];
      std::swap(known_[i], known_[i - 1]);
      return known_[i - 1];
    }
  Known known{std::string(event.channel), std::string(event.provider),
              std::string(event.product), std::string(event.category),
              std::string(event.service), event.event_id,
              event.header_is_plain,      projection_->columns_of(kind_of(event))};
  known.sizes_of_texts = sizes;
  known.any_rule = projection_->any_rule_of(*known.columns);
  if (known_.size() == kKnownMax) known_.pop_back();
  return known_.emplace_back(std::move(known));
}

std::string_view RuleOut::text_of(std::string_view record, const EventBatch& batch) {
  const auto is_covered = [&](std::string_view value) {
    return std::less_equal<>()(record.data(), value.data()) &&
           std::less_equal<>()(value.data() + value.size(), record.data() + record.size());
  };
  bool has_empty = false, is_copied = false;
  for (const Field& field : batch.draft_fields()) {
    has_empty = has_empty || field.value.empty();
    if (field.value.empty() || is_covered(field.value)) continue;
    if (!is_copied) text_.assign(record), is_copied = true;
    text_.append(1, '\n').append(field.value);
  }
  while (!is_copied && !record.empty() && (record.back() == '\n' || record.back() == '\r'))
    record.remove_suffix(1);
  if (!has_empty) return is_copied ? std::string_view(text_) : record;
  if (!is_copied) text_.assign(record);
  return text_.append(1, '\n');
}

}  // namespace bartizan
