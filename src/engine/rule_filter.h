// SPDX-License-Identifier: Apache-2.0
// RuleFilter: whether any rule of a kind can hold on a record, told from the text its values stand in, before one value is
// looked at. Of every rule the tests that wake it are represented by their literals (sigma/program.h: one of these tests holds
// whenever the rule does); they are looked for anywhere in the text, folded. It may say yes too often and never no too
// often, provided that every value of the record stands in a text that was asked about and that fields which are numbers are
// written in plain decimal. Most lines of most logs are done with that one pass. Immutable; any thread.
#pragma once

#include <memory>
#include <span>

#include "detect/sigma/field_index.h"
#include "detect/sigma/rule.h"
#include "model/projection.h"
#include "normalise/logsource.h"

namespace bartizan {

class RuleFilter final : public KeywordFilter {
 public:
  struct Test {
    const sigma::Leaf* leaf;
    const FieldMapping* mapping;  // what makes the value the leaf is asked about; null: a field of the record
  };
  // Null when one of the tests can hold on a text in which there is nothing to look for.
  static std::unique_ptr<RuleFilter> make(std::span<const Test> tests);

  bool may_match(std::string_view text) const override;
  bool may_match_utf16(Bytes) const override { return true; }

 private:
  sigma::FieldIndex index_;
};

}  // namespace bartizan
