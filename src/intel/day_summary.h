// SPDX-License-Identifier: Apache-2.0
// Day summaries: what a day's events named, in a filter of some 12 bits a value, so that tomorrow's indicators can be compared with
// the stored past without reading it. A day may be called possible that is not, once in 250 indicators asked; never the other way
// round. `match_past` asks the summaries and then the caller, who reads the possible days and says what was really there.
//   A store keeps one DaySummary a day: made by DaySummaryBuilder from the events (the values scan looks up, by ObservedValues),
//   written as bytes, which may be handed back whole or mapped.
// Networks are asked for by prefixes of fixed lengths: a network between two of them by all the longer ones within, and below the
// longest, or above a bound, the day is possible. Values, one thread each; reading is safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "intel/filter.h"
#include "intel/indicator.h"
#include "intel/observed.h"

namespace bartizan::intel {

class DaySummary {
 public:
  // Bytes that DaySummaryBuilder made; they must outlive it.
  static Result<DaySummary> open(Bytes bytes);
  bool may_have(const Indicator& indicator) const;
  std::uint64_t values() const { return values_; }

 private:
  bool may_have_network(std::string_view key) const;

  std::uint64_t values_ = 0;
  std::vector<FilterBlock> copied_;  // where the bytes are not aligned
  std::span<const FilterBlock> blocks_;
};

class DaySummaryBuilder final : private KeyReceiver {
 public:
  // Of every event of the day, whole or with the observed fields.
  void add(const Event& event);
  // One value, when the events are not at hand.
  void add(Kind kind, std::string_view key);
  // The summary; the builder is empty afterwards.
  std::string finish();
  std::uint64_t values() const { return hashes_.size(); }

 private:
  void take(Kind kind, std::string_view key) override { add(kind, key); }
  void sift();

  ObservedValues observed_;
  std::vector<std::uint64_t> hashes_;
  std::size_t sift_at_ = 1u << 16;
};

struct Day {
  std::string name;  // 2023-02-15, or whatever the store calls it
  const DaySummary* summary = nullptr;
};

// When an indicator was met: the first and the last time, and how often.
struct PastSighting {
  std::uint32_t indicator = 0;  // place in the list that was asked for
  Instant first, last;
  std::uint64_t events = 0;
};

struct PastFacts {
  std::uint64_t days = 0, days_read = 0;
};

// `read_day` gets a day and the places of the indicators that may be in it, and appends what was really met. Sightings of all days are
// joined, sorted by place. Days are read in the order given.
using ReadDay = std::function<Result<void>(const Day& day, std::span<const std::uint32_t> indicators,
                                           std::vector<PastSighting>& met)>;
Result<std::vector<PastSighting>> match_past(std::span<const Day> days, std::span<const Indicator> indicators,
                                             const ReadDay& read_day, PastFacts& facts);

}  // namespace bartizan::intel
