// SPDX-License-Identifier: Apache-2.0
// Sieve: whether any rule of a Program can hold on an event, told from a text in which all of its values stand, before one
// value is looked at. It asks the rules with every test weakened: a test that has literals holds when one of them stands
// anywhere in the text, other tests and negations hold. So it may say yes too often and never no too often. Each rule is
// guarded by its rarest necessary tests. Where the literals of guards are rare in the texts that are asked about, a text is
// done with one pass for them, and only where one is found the others are looked for; where they are common, one pass looks
// for all. The answers are the same. may_hold from any thread. The Program must outlive it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/field_index.h"
#include "detect/sigma/program.h"

namespace bartizan::sigma {

class Sieve {
 public:
  // One of these stands, folded, in what the value is made of whenever the leaf holds on the value of the slot; an empty one:
  // the value is empty. Nothing: not known.
  using LiteralsOf = std::function<std::optional<std::vector<std::string>>(const Leaf& leaf, SlotId slot)>;
  // Null when some rule can hold whatever the text.
  static std::unique_ptr<Sieve> make(const Program& program, const LiteralsOf& literals_of);

  // `folded`: the text. `has_empty`: some value is empty.
  bool may_hold(std::string_view folded, bool has_empty) const;

 private:
  struct Scratch;
  class Builder;
  explicit Sieve(const Program& program) : program_(program) {}
  bool holds(std::uint32_t node, const Scratch& scratch) const;

  const Program& program_;
  FieldIndex guards_, others_, all_;  // literals of predicates that wake a rule; of all others; of both
  mutable std::atomic<int> luck_ =
      0;  // 0 or above: of the texts of late more had no guard's literal than had one
  std::vector<std::vector<std::uint32_t>> woken_by_;  // predicate -> rules
  std::vector<std::uint8_t> is_unknown_, is_unknown_group_;
  std::vector<std::uint32_t> of_empty_;  // predicates that hold on an empty value
};

// Of a leaf whose value is the record's own: its literals, as above.
std::optional<std::vector<std::string>> literals_of(const Leaf& leaf);

}  // namespace bartizan::sigma
