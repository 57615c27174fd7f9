// SPDX-License-Identifier: Apache-2.0
// Random rules on random events: a Program answers as RuleEvaluator does.
#include "detect/sigma/program.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/yaml.h"
#include "detect/sigma/leaf_numbers.h"
#include "detect/sigma/load.h"
#include "model/draft_event.h"

namespace bartizan::sigma {
namespace {

// Every field of the event by its name; one slot a name, the first of them for keywords.
class EventReader final : public SlotReader {
 public:
  SlotId slot_of(const std::string& field) {
    return slots_.try_emplace(field, static_cast<SlotId>(slots_.size())).first->second;
  }
  std::size_t slot_count() const { return slots_.size(); }
  void look_at(const Event& event) {
    PlainFieldLookup lookup;
    values_.assign(slots_.size(), {});
    for (const auto& [field, slot] : slots_) {
      if (field.empty()) lookup.all_values(event, values_[slot]);
      else lookup.values(event, field, values_[slot]);
    }
  }
  std::span<const FieldValue> values(SlotId slot) override { return values_[slot]; }

 private:
  std::map<std::string, SlotId> slots_;
  std::vector<std::vector<FieldValue>> values_;
};

class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t limit) { return random_() % limit; }
  // Few letters and fields, so that tests hold often.
  std::string text(std::size_t size_max) {
    static const char* const kPieces[] = {"a", "b", "cmd", ".exe", "\\", " ", "A", "1", "é", "É"};
    std::string out;
    for (std::size_t i = 1 + below(size_max); i-- > 0;) out += kPieces[below(std::size(kPieces))];
    return out;
  }
  std::string field() { return std::string(1, static_cast<char>('f' + below(3))); }
  std::string item() {
    static const char* const kModifiers[] = {"",          "|contains",     "|startswith",
                                             "|endswith", "|contains|all", "|re",
                                             "|cased",    "|re|i",         "|contains|cased"};
    const std::string modifier = kModifiers[below(std::size(kModifiers))];
    std::string out = field() + modifier + ":\n";
    for (std::size_t i = (modifier.ends_with("all") ? 2 : 1) + below(below(10) == 0 ? 30 : 3); i-- > 0;) {
      std::string value = text(4);
      if (modifier.starts_with("|re")) value = below(2) ? "cmd.*x" : "a[b1]+|exe";
      else if (modifier.empty() && below(3) == 0) value = text(2) + "*" + text(2) + (below(2) ? "?" : "");
      out += "      - '" + value + "'\n";
    }
    switch (below(12)) {
      case 0: return field() + ": null\n";
      case 1: return field() + "|exists: " + (below(2) ? "true" : "false") + "\n";
      case 2: return field() + ": " + std::to_string(below(3)) + "\n";
      case 3: return field() + "|gte: " + std::to_string(below(3)) + "\n";
      case 4: return field() + "|fieldref: " + field() + "\n";
      case 5: return field() + ": '*'\n";
      default: return out;
    }
  }
  std::string rule() {
    static const char* const kConditions[] = {"a",           "a and b",       "a or b",
                                              "a and not b", "not a",         "1 of them",
                                              "all of them", "not (a and b)", "a and not 1 of b*"};
    const std::string condition = kConditions[below(std::size(kConditions))];
    std::string out = "title: t\nlogsource: {product: p}\ndetection:\n";
    for (const char* name : {"a", "b"}) {
      out += std::string("  ") + name + ":\n";
      if (below(8) == 0) {
        out += "    - '" + text(3) + "'\n    - '" + text(2) + "'\n";
        continue;
      }
      const std::string first = item(), second = item();
      out += "    " + first;
      if (first.substr(0, first.find(':')) != second.substr(0, second.find(':'))) out += "    " + second;
    }
    return out + "  condition: " + condition + "\n";
  }
  EventBatch event() {
    DraftEvent draft;
    for (std::size_t i = below(6); i-- > 0;) {
      const bool is_number = below(5) == 0;
      draft.fields.push_back(
          {field(), is_number ? std::to_string(below(3)) + (below(3) ? "" : ".0") : text(6), is_number});
    }
    EventBatch batch;
    draft.add_to(batch);
    return batch;
  }

 private:
  std::mt19937 random_;
};

TEST(Program, AnswersAsThePlainEvaluatorDoes) {
  RandomRules make(7);
  std::size_t held = 0, asked = 0;
  ProgramRun run;
  for (int round = 0; round < 60; ++round) {
    std::vector<Rule> rules;
    std::vector<Diagnostic> diagnostics;
    std::string text;
    for (int i = 0; i < 40; ++i) text += (i ? "---\n" : "") + make.rule();
    auto documents = parse_yaml(text, "t.yml");
    ASSERT_TRUE(documents.has_value());
    load_rules(*documents, "t.yml", nullptr, rules, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics) FAIL() << diagnostic.text() << "\n" << text;
    number_leaves(rules);
    EventReader reader;
    std::vector<BoundRule> bound;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      BoundRule one{&rules[i], static_cast<std::uint32_t>(i), {}, {}};
      for (const Leaf& leaf : rules[i].leaves) {
        one.slots.push_back(reader.slot_of(leaf.field));
        one.references.push_back(leaf.op == LeafOp::kFieldRef ? reader.slot_of(leaf.text) : kNoSlot);
      }
      bound.push_back(std::move(one));
    }
    const Program program(bound, reader.slot_count(), [](const Leaf&, SlotId) { return std::nullopt; });
    for (int i = 0; i < 60; ++i) {
      const EventBatch batch = make.event();
      const Event& event = batch[0];
      const PlainFieldLookup lookup;
      RuleEvaluator plain(lookup);
      std::vector<std::uint32_t> expected, answered;
      for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
        if (plain.matches(rules[rule], event)) expected.push_back(rule);
      reader.look_at(event);
      run.run(program, reader, answered);
      ASSERT_EQ(answered, expected) << text;
      held += expected.size(), asked += rules.size();
    }
  }
  EXPECT_GT(held, asked / 20);  // the test tests something
  EXPECT_LT(held, asked * 19 / 20);
}

}  // namespace
}  // namespace bartizan::sigma
