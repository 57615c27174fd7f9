// SPDX-License-Identifier: Apache-2.0
// RawKeywords: whether a text of a record can hold any keyword of a kind's rules, told before the text is decoded, so that the
// fields nobody else asks for are decoded only then. Keywords are looked for in every field, and a few rules of that sort
// concern every Windows event. Immutable; any thread. It may say yes too often and never no too often:
//   * each keyword is represented by a run of ASCII of it that no number, time, GUID, SID or hexadecimal text can hold, so that
//     only values which are text in the record matter;
//   * the two letters beyond ASCII that fold into ASCII count as a yes.
#pragma once

#include <memory>
#include <span>

#include "detect/sigma/field_index.h"
#include "detect/sigma/rule.h"
#include "model/projection.h"

namespace bartizan {

class RawKeywords final : public KeywordFilter {
 public:
  // Null when one of the leaves, all without a field, has no such run.
  static std::unique_ptr<RawKeywords> make(std::span<const sigma::Leaf* const> leaves);

  bool may_match(std::string_view text) const override;
  bool may_match_utf16(Bytes text) const override;
  // The same for the same keywords, wherever they stand.
  const std::string& identity() const { return identity_; }

 private:
  sigma::FieldIndex index_;
  std::string identity_;
};

}  // namespace bartizan
