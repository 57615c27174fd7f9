// SPDX-License-Identifier: Apache-2.0
// STIX patterns on events. An observation ([…]) is tested on one event: properties stand for fields (docs/user/intel.md lists
// them); values of properties that are indicators are compared in their normal form, all else as STIX says. Which events to test is
// told by the values in the index that wake a pattern, or every event for those few that have none.
// PatternSet: the patterns of a run, immutable once made, any thread. PatternRun holds what testing one event needs, one a
// thread. PatternTracker joins what was seen of a pattern on one host, in the order of time (of one time: of files and places in them),
// whatever the order in which it is told, and answers with what completed it; one thread, bounded.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "intel/observed.h"
#include "intel/pattern.h"
#include "model/event.h"
#include "model/finding.h"

namespace re2 {
class RE2;
}

namespace bartizan::intel {

// Values of which each event that meets one of the pattern's observations names at least one; of observations without such a
// value: none.
std::vector<Indicator> waking_values(const Pattern& pattern);

class PatternSet {
 public:
  PatternSet();
  ~PatternSet();
  PatternSet(PatternSet&&) noexcept;
  PatternSet& operator=(PatternSet&&) noexcept;

  // The error says why it cannot be evaluated.
  std::expected<void, std::string> add(std::uint32_t id, Pattern pattern);

  // A number for find and for hits; nothing: not in the set.
  std::optional<std::uint32_t> number_of(std::uint32_t id) const;
  std::uint32_t id_of(std::uint32_t number) const { return patterns_[number].id; }
  const Pattern& pattern(std::uint32_t number) const { return patterns_[number].pattern; }
  // Those that every event has to be tested on.
  const std::vector<std::uint32_t>& free() const { return free_; }
  bool empty() const { return patterns_.empty(); }

 private:
  friend class PatternRun;
  struct Compiled {
    std::uint32_t id = 0;
    Pattern pattern;
    std::vector<std::unique_ptr<re2::RE2>> expressions;  // by test; of LIKE and MATCHES
    std::vector<std::vector<Indicator>> values;          // by test; normal forms of constants
  };
  std::vector<Compiled> patterns_;
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;
  std::vector<std::uint32_t> free_;
};

class PatternRun final : private KeyReceiver {
 public:
  explicit PatternRun(const PatternSet& patterns) : patterns_(patterns) {}

  // The event that the next questions are about; it is whole.
  void begin(const Event& event);
  // A bit for each observation of the pattern, by its order among those with brackets, that the event meets; what met it goes to
  // `why`.
  std::uint64_t test(std::uint32_t number, std::vector<FindingReason>& why);

 private:
  void take(Kind kind, std::string_view key) override;
  bool holds(const PatternSet::Compiled& one, std::uint32_t term, std::vector<FindingReason>& why);
  bool holds_test(const PatternSet::Compiled& one, std::uint32_t test, std::vector<FindingReason>& why);
  bool holds_on(const PatternSet::Compiled& one, std::uint32_t number, const PatternTest& test,
                std::string_view value) const;

  struct Value {
    Kind kind;
    std::string key;
    std::string_view field, text;  // where it stands
  };
  const PatternSet& patterns_;
  ObservedValues observed_;
  const Event* event_ = nullptr;
  const Field* field_ = nullptr;
  std::vector<Value> values_;
};

struct PatternHit {
  std::uint32_t pattern = 0;       // number
  std::uint64_t observations = 0;  // bits
  std::uint64_t sequence = 0;      // rises with the place of the event in its file
  Finding finding;                 // as if the event were all of it
};

class PatternTracker {
 public:
  explicit PatternTracker(const PatternSet& patterns) : patterns_(patterns) {}
  void add(PatternHit&& hit);
  // Appends a finding for each time a pattern was complete. Call it once.
  void finish(std::vector<Finding>& out);
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct State {
    std::vector<std::vector<std::size_t>> seen;  // by observation: places in hits_
  };
  struct Span {
    std::int64_t begin, end;
  };
  std::optional<Span> latest(const Pattern& pattern, std::uint32_t observation, const State& state,
                             std::int64_t until) const;
  std::optional<Span> latest_once(const Pattern& pattern, std::uint32_t observation, const State& state,
                                  std::int64_t until) const;

  const PatternSet& patterns_;
  std::vector<PatternHit> hits_;
  std::uint64_t left_out_ = 0;
};

}  // namespace bartizan::intel
