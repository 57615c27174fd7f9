// SPDX-License-Identifier: Apache-2.0
// RuleFilter: the Sieve of a kind's rules (detect/sigma/sieve.h) for records, whose values a mapping may change on their way
// to a rule. It is asked about the text of a record, followed by the values that are no part of it, each behind a line feed;
// a line feed at the end says that some value is empty (decode/rule_out.h). Fields that are numbers must be written in plain
// decimal. Immutable; any thread.
#pragma once

#include <memory>
#include <utility>

#include "detect/sigma/sieve.h"
#include "model/projection.h"
#include "normalise/logsource.h"

namespace bartizan {

class RuleFilter final : public KeywordFilter {
 public:
  explicit RuleFilter(std::unique_ptr<sigma::Sieve> sieve) : sieve_(std::move(sieve)) {}

  bool may_match(std::string_view text) const override;
  bool may_match_utf16(Bytes) const override { return true; }

 private:
  std::unique_ptr<sigma::Sieve> sieve_;
};

// What stands in the fields a value is mapped from when one of `literals` stands in the value; as Sieve::LiteralsOf.
std::vector<std::string> literals_before(std::vector<std::string> literals, const FieldMapping& mapping);

}  // namespace bartizan
