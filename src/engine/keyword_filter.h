// SPDX-License-Identifier: Apache-2.0
// RawKeywords: whether a text of a record can hold any keyword of a kind's rules, told before the text is decoded, so that the
// fields nobody else asks for are decoded only then. Keywords are looked for in every field, and a few rules of that sort
// concern every Windows event. Immutable; any thread. It may say yes too often and never no too often:
//   * each keyword is represented by a run of ASCII of it that no number, time, GUID, SID or hexadecimal text can hold, so that
//     only values which are text in the record matter;
//   * the two letters beyond ASCII that fold into ASCII count as a yes.
// Where a few pairs of letters stand in all runs (most keywords of Windows rules have `::`), a text without them is told by
// comparing sixteen letters at a time.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detect/sigma/field_index.h"
#include "detect/sigma/rule.h"
#include "model/projection.h"

namespace bartizan {

class RawKeywords final : public KeywordFilter {
 public:
  // Sorted, each once.
  using Runs = std::vector<std::string>;
  // Of leaves without a field; nothing when one of them has no such run.
  static std::optional<Runs> runs_of(std::span<const sigma::Leaf* const> leaves);
  explicit RawKeywords(const Runs& runs);

  bool may_match(std::string_view text) const override;
  bool may_match_utf16(Bytes text) const override;

 private:
  // Each letter sixteen times, as with_bit_5 makes it.
  struct Pair {
    alignas(16) std::array<char, 16> first, second;
  };
  static std::vector<Pair> pairs_of(const Runs& runs);
  bool may_have_pair(Bytes utf16) const;

  std::vector<Pair> pairs_;  // one of them stands in every run; empty: they are too many
  sigma::FieldIndex index_;
};

}  // namespace bartizan
