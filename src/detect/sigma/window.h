// SPDX-License-Identifier: Apache-2.0
// CorrelationWindow: says whether a correlation's condition holds for the matches in a window that moves over one group.
// Matches enter at its end and leave at its start, each in amortised logarithmic time or less, so that a hostile log of
// one burst costs no more than any other. One thread; never fails.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "detect/sigma/correlation.h"

namespace bartizan::sigma {

// One match as the condition sees it.
struct WindowEntry {
  std::uint32_t rule = 0;                          // position in Correlation::rules
  bool counts = true;                              // false: the next entry is the same event
  std::vector<std::vector<std::uint32_t>> tuples;  // of value_count
  std::vector<double> numbers;                     // of the other value types
};

// True when more matches can only help: the window may slide.
bool only_grows(const Correlation& correlation);

class CorrelationWindow {
 public:
  // The entries are those of the whole group, in order.
  CorrelationWindow(const Correlation& correlation, const std::vector<WindowEntry>& entries);
  void enter();  // the next entry
  void leave();  // the oldest entry
  bool holds();

 private:
  void pop_sum();
  void rank(const WindowEntry& entry, std::int64_t change);
  double at_rank(std::int64_t wanted) const;
  double measure() const;
  bool expression_holds(const Expression& expression) const;

  const Correlation& correlation_;
  const std::vector<WindowEntry>& entries_;
  std::size_t start_ = 0, end_ = 0;
  std::int64_t events_ = 0, numbers_ = 0, different_rules_ = 0;
  std::vector<std::int64_t> per_rule_;
  std::map<std::vector<std::uint32_t>, std::int64_t> tuples_;
  // A queue of sums from two stacks: nothing is ever subtracted, so a huge value leaves no rounding error behind.
  std::vector<double> leaving_;
  double entered_ = 0;
  std::vector<double> sorted_;               // all numbers of the group
  std::vector<std::int64_t> counts_;         // Fenwick tree over sorted_
  std::vector<std::size_t> sequence_start_;  // latest start (plus 1) of the first n rules in order
};

}  // namespace bartizan::sigma
