// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/window.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bartizan::sigma {
namespace {

bool has_not(const Expression& expression) {
  return expression.kind == Expression::Kind::kNot || std::ranges::any_of(expression.children, has_not);
}

bool compare(double value, const Threshold& threshold) {
  switch (threshold.comparison) {
    case Comparison::kGreater: return value > threshold.number;
    case Comparison::kGreaterOrEqual: return value >= threshold.number;
    case Comparison::kLess: return value < threshold.number;
    case Comparison::kLessOrEqual: return value <= threshold.number;
    case Comparison::kEqual: return value == threshold.number;
    case Comparison::kNotEqual: return value != threshold.number;
  }
  return false;
}

double sum_of(const WindowEntry& entry) {
  return std::accumulate(entry.numbers.begin(), entry.numbers.end(), 0.0);
}

}  // namespace

bool only_grows(const Correlation& correlation) {
  if (correlation.expression) return !has_not(*correlation.expression);
  return std::ranges::all_of(correlation.thresholds, [](const Threshold& threshold) {
    return threshold.comparison == Comparison::kGreater ||
           threshold.comparison == Comparison::kGreaterOrEqual;
  });
}

CorrelationWindow::CorrelationWindow(const Correlation& correlation, const std::vector<WindowEntry>& entries)
    : correlation_(correlation), entries_(entries), per_rule_(correlation.rules.size(), 0) {
  const CorrelationType type = correlation.type;
  if (type == CorrelationType::kTemporalOrdered) sequence_start_.assign(correlation.rules.size(), 0);
  if (type != CorrelationType::kValuePercentile && type != CorrelationType::kValueMedian) return;
  for (const WindowEntry& entry : entries)
    sorted_.insert(sorted_.end(), entry.numbers.begin(), entry.numbers.end());
  std::ranges::sort(sorted_);
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
  counts_.assign(sorted_.size() + 1, 0);
}

void CorrelationWindow::enter() {
  const WindowEntry& entry = entries_[end_++];
  if (per_rule_[entry.rule]++ == 0) ++different_rules_;
  if (entry.counts) ++events_;
  for (const auto& tuple : entry.tuples) ++tuples_[tuple];
  numbers_ += static_cast<std::int64_t>(entry.numbers.size());
  entered_ += sum_of(entry);
  rank(entry, 1);
  if (sequence_start_.empty()) return;
  if (entry.rule == 0) sequence_start_[0] = end_;
  else sequence_start_[entry.rule] = std::max(sequence_start_[entry.rule], sequence_start_[entry.rule - 1]);
}

void CorrelationWindow::leave() {
  pop_sum();
  const WindowEntry& entry = entries_[start_++];
  if (--per_rule_[entry.rule] == 0) --different_rules_;
  if (entry.counts) --events_;
  for (const auto& tuple : entry.tuples)
    if (const auto it = tuples_.find(tuple); --it->second == 0) tuples_.erase(it);
  numbers_ -= static_cast<std::int64_t>(entry.numbers.size());
  rank(entry, -1);
}

void CorrelationWindow::pop_sum() {
  if (leaving_.empty()) {
    double sum = 0;
    for (std::size_t i = end_; i-- > start_;) leaving_.push_back(sum += sum_of(entries_[i]));
    entered_ = 0;
  }
  leaving_.pop_back();
}

void CorrelationWindow::rank(const WindowEntry& entry, std::int64_t change) {
  if (counts_.empty()) return;
  for (double number : entry.numbers) {
    auto at = static_cast<std::size_t>(std::ranges::lower_bound(sorted_, number) - sorted_.begin()) + 1;
    for (; at < counts_.size(); at += at & (~at + 1)) counts_[at] += change;
  }
}

// The wanted-th smallest number of the window, from 1.
double CorrelationWindow::at_rank(std::int64_t wanted) const {
  std::size_t at = 0, step = 1;
  while (step * 2 < counts_.size()) step *= 2;
  for (; step > 0; step /= 2) {
    if (at + step >= counts_.size() || counts_[at + step] >= wanted) continue;
    at += step;
    wanted -= counts_[at];
  }
  return sorted_[at];
}

double CorrelationWindow::measure() const {
  const auto count = static_cast<double>(numbers_);
  const double sum = entered_ + (leaving_.empty() ? 0 : leaving_.back());
  switch (correlation_.type) {
    case CorrelationType::kEventCount: return static_cast<double>(events_);
    case CorrelationType::kValueCount: return static_cast<double>(tuples_.size());
    case CorrelationType::kValueSum: return sum;
    case CorrelationType::kValueAverage: return sum / count;
    case CorrelationType::kValuePercentile:
      return at_rank(
          std::max<std::int64_t>(1, std::llround(std::ceil(correlation_.percentile * count / 100))));
    case CorrelationType::kValueMedian:
      return at_rank((numbers_ + 1) / 2) / 2 + at_rank(numbers_ / 2 + 1) / 2;
    case CorrelationType::kTemporal:
    case CorrelationType::kTemporalOrdered: return static_cast<double>(different_rules_);
  }
  return 0;
}

// As deep as the parser allows.
bool CorrelationWindow::expression_holds(const Expression& expression) const {
  const auto holds_here = [this](const Expression& child) { return expression_holds(child); };
  switch (expression.kind) {
    case Expression::Kind::kAnd: return std::ranges::all_of(expression.children, holds_here);
    case Expression::Kind::kOr: return std::ranges::any_of(expression.children, holds_here);
    case Expression::Kind::kNot: return std::ranges::none_of(expression.children, holds_here);
    case Expression::Kind::kSearch: return per_rule_[expression.index] > 0;
    case Expression::Kind::kLeaf: return false;
  }
  return false;
}

bool CorrelationWindow::holds() {
  const CorrelationType type = correlation_.type;
  const bool needs_numbers = type == CorrelationType::kValueSum || type == CorrelationType::kValueAverage ||
                             type == CorrelationType::kValuePercentile ||
                             type == CorrelationType::kValueMedian;
  if (needs_numbers && numbers_ == 0) return false;  // there is nothing to judge
  // Positions count from 1: the sequence starts inside the window when it starts after start_.
  if (!sequence_start_.empty() && sequence_start_.back() <= start_) return false;
  if (correlation_.expression) return expression_holds(*correlation_.expression);
  const double value = measure();
  return std::ranges::all_of(correlation_.thresholds,
                             [value](const Threshold& t) { return compare(value, t); });
}

}  // namespace bartizan::sigma
