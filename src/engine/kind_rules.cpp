// SPDX-License-Identifier: Apache-2.0
#include "engine/kind_rules.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/must.h"
#include "engine/powershell_posture.h"

namespace bartizan {
namespace {

constexpr std::string_view kHeaderFields[] = {"EventID", "Channel", "Provider_Name"};

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

}  // namespace

void append_kind_key(const EventKind& kind, std::string& out) {
  out += kind.header_is_plain ? '1' : '0';
  out += std::to_string(kind.event_id);
  for (std::string_view part : {kind.channel, kind.provider, kind.product, kind.category, kind.service})
    out += '\n', out += part;
}

// Compiles the candidates of a kind, each at one place.
class KindRules::Compiler {
 public:
  Compiler(const KindRules& rules, const Kind& kind) : rules_(rules), kind_(kind) {
    const std::string_view values[] = {"", kind.channel, kind.provider};
    event_id_ = std::to_string(kind.event_id);
    for (std::size_t i = 0; i < 3; ++i)
      header_fields_[i] = {kHeaderFields[i], i == 0 ? std::string_view(event_id_) : values[i],
                           Field::kNoColumn, i == 0};
    header_.fields = header_fields_;
  }

  // The names of the fields the program needs go to `names`; `all` is set when keywords need every one.
  std::unique_ptr<KindProgram> compile(const std::vector<RuleSet::Candidate>& chosen, sigma::Program::Use use,
                                       std::vector<std::string>& names, bool& all) {
    std::vector<sigma::BoundRule> bound;
    for (std::uint32_t i = 0; i < chosen.size(); ++i) bound.push_back(bind(chosen[i], i));
    const sigma::KnownLeaf known_leaf = [this](const sigma::Leaf& leaf, sigma::SlotId slot) {
      return known(leaf, slot);
    };
    auto compiled = std::make_unique<KindProgram>(
        KindProgram{sigma::Program(bound, sources_.size(), known_leaf, use), {}, chosen});
    for (sigma::SlotId slot : compiled->program.used_slots()) note_fields(sources_[slot], names, all);
    return compiled;
  }

  // The keywords that are left in a program, if they can be told from the bytes of a record.
  std::optional<RawKeywords::Runs> keywords_of(const sigma::Program& program) const {
    std::vector<const sigma::Leaf*> leaves;
    for (const auto& [leaf, slot] : program.tests())
      if (sources_[slot].from == SlotSource::From::kEveryField) leaves.push_back(leaf);
    return RawKeywords::runs_of(leaves);
  }

  // Once the columns of the kind are settled.
  std::vector<SlotSource> slot_sources() const {
    std::vector<SlotSource> out;
    for (const Source& source : sources_) {
      SlotSource slot{source.from, 0, source.mapping};
      if (source.from == SlotSource::From::kColumn) {
        const auto at = std::lower_bound(kind_.names.begin(), kind_.names.end(), source.name);
        if (at != kind_.names.end() && *at == source.name)
          slot.column = static_cast<std::uint16_t>(at - kind_.names.begin());
        else slot.from = SlotSource::From::kNowhere;  // no rule that is left asks for it
      }
      out.push_back(slot);
    }
    return out;
  }

 private:
  struct Source {
    SlotSource::From from = SlotSource::From::kNowhere;
    std::string name;
    const FieldMapping* mapping = nullptr;
  };

  sigma::BoundRule bind(const RuleSet::Candidate& candidate, std::uint32_t id) {
    const sigma::Rule& rule = rules_.rules_.rules()[candidate.rule];
    sigma::BoundRule bound{&rule, id, {}, {}};
    for (const sigma::Leaf& leaf : rule.leaves) {
      bound.slots.push_back(slot_of(leaf.field_number, leaf.field, candidate.places[0]));
      bound.references.push_back(leaf.op == sigma::LeafOp::kFieldRef
                                     ? slot_of(leaf.reference_number, leaf.text, candidate.places[0])
                                     : sigma::kNoSlot);
    }
    return bound;
  }

  sigma::SlotId slot_of(std::uint32_t number, const std::string& field, const EventPlace* place) {
    std::vector<sigma::SlotId>& known = slots_by_field_[place];
    if (known.size() <= number) known.resize(number + 1, sigma::kNoSlot);
    if (known[number] == sigma::kNoSlot) known[number] = slot_of(field, place);
    return known[number];
  }

  sigma::SlotId slot_of(const std::string& field, const EventPlace* place) {
    Source source;
    if (field.empty()) {
      source.from = SlotSource::From::kEveryField;
    } else {
      source = {SlotSource::From::kColumn, field, nullptr};
      if (place)
        if (const auto mapped = place->fields.find(field); mapped != place->fields.end())
          source = {mapped->second.from.empty() ? SlotSource::From::kNowhere : SlotSource::From::kMapping,
                    field, &mapped->second};
    }
    std::string key = std::to_string(static_cast<int>(source.from)) + field;
    if (source.mapping) key += '\n' + std::to_string(reinterpret_cast<std::uintptr_t>(source.mapping));
    const auto [known, is_new] =
        ids_.try_emplace(std::move(key), static_cast<sigma::SlotId>(sources_.size()));
    if (is_new) sources_.push_back(std::move(source));
    return known->second;
  }

  std::optional<bool> known(const sigma::Leaf& leaf, sigma::SlotId slot) {
    const Source& source = sources_[slot];
    const bool is_header =
        source.from == SlotSource::From::kColumn && kind_.header_is_plain &&
        std::find(std::begin(kHeaderFields), std::end(kHeaderFields), source.name) != std::end(kHeaderFields);
    if (leaf.op == sigma::LeafOp::kFieldRef) return {};
    if (is_header) return evaluator_.holds(leaf, header_);
    if (source.from == SlotSource::From::kNowhere) return evaluator_.holds(leaf, nothing_);
    return {};
  }

  static void note_fields(const Source& source, std::vector<std::string>& names, bool& all) {
    if (source.from == SlotSource::From::kEveryField) all = true;
    if (source.from == SlotSource::From::kColumn) add_once(names, source.name);
    if (source.from == SlotSource::From::kMapping)
      for (const std::string& name : source.mapping->from) add_once(names, name);
  }

  const KindRules& rules_;
  const Kind& kind_;
  std::vector<Source> sources_;
  std::unordered_map<std::string, sigma::SlotId> ids_;
  std::unordered_map<const EventPlace*, std::vector<sigma::SlotId>> slots_by_field_;
  std::string event_id_;
  Field header_fields_[3];
  Event header_;
  const Event nothing_;
  sigma::PlainFieldLookup lookup_;
  sigma::RuleEvaluator evaluator_{lookup_};
};

KindRules::KindRules(const RuleSet& rules, std::function<bool(std::uint32_t)> wants,
                     FurtherFields further_fields)
    : rules_(rules), wants_(std::move(wants)), further_fields_(std::move(further_fields)) {
  further_.number = limits::kKindsMax;
  further_.all = true;
  further_.is_compiled = false;
}

const Kind& KindRules::kind_of(const EventKind& kind) {
  std::string key;
  append_kind_key(kind, key);
  const std::lock_guard lock(mutex_);
  if (kinds_.size() >= limits::kKindsMax && !kinds_.contains(key)) return further_;
  auto [known, is_new] = kinds_.try_emplace(std::move(key));
  if (is_new) {
    known->second = make_kind(kind);
    known->second->number = static_cast<std::uint32_t>(kinds_.size() - 1);
  }
  return *known->second;
}

std::unique_ptr<Kind> KindRules::make_kind(const EventKind& given) {
  auto kind = std::make_unique<Kind>();
  kind->channel = given.channel;
  kind->provider = given.provider;
  kind->event_id = given.event_id;
  kind->product = given.product;
  kind->category = given.category;
  kind->service = given.service;
  kind->header_is_plain = given.header_is_plain;
  std::vector<RuleSet::Candidate> chosen;  // every rule at every place it can have
  for (RuleSet::Candidate& candidate : rules_.candidates_for(given)) {
    if (!wants_(candidate.rule)) continue;
    for (const EventPlace* place : candidate.places) {
      chosen.push_back({candidate.rule, {place}});
      if (!place || place->where.empty()) break;  // it takes every event that comes this far
      if (std::find(kind->conditional.begin(), kind->conditional.end(), place) == kind->conditional.end())
        kind->conditional.push_back(place);
    }
    kind->candidates.push_back(std::move(candidate));
  }
  MUST(kind->conditional.size() <= 64);
  Compiler compiler(*this, *kind);
  // Where conditions differ from event to event, program_of compiles once more.
  const auto use = kind->conditional.empty() ? sigma::Program::Use::kToRun : sigma::Program::Use::kToAsk;
  auto compiled = compiler.compile(chosen, use, kind->names, kind->all);
  for (const EventPlace* place : kind->conditional)
    for (const auto& [name, values] : place->where) add_once(kind->names, name);
  kind->script_fields = script_fields_of(given, rules_.logsources());
  for (const ScriptField& field : kind->script_fields) add_once(kind->names, field.name);
  if (const std::string_view field = posture_field_of(given); !field.empty()) {
    kind->is_about_posture = true;
    add_once(kind->names, std::string(field));
  }
  const bool rules_want_all = std::exchange(kind->all, false);
  if (further_fields_) kind->is_about_identities = further_fields_(given, *kind);
  const bool others_want_all = kind->all;
  kind->all = rules_want_all || others_want_all;
  std::sort(kind->names.begin(), kind->names.end());
  kind->names.erase(std::unique(kind->names.begin(), kind->names.end()), kind->names.end());
  for (ScriptField& field : kind->script_fields)
    field.column = static_cast<std::uint16_t>(
        std::lower_bound(kind->names.begin(), kind->names.end(), field.name) - kind->names.begin());
  if (rules_want_all && !others_want_all) kind->keywords = filter_of(compiler.keywords_of(compiled->program));
  compiled->slots = compiler.slot_sources();
  if (kind->conditional.empty()) kind->unconditional = compiled.get();
  kind->program = std::move(compiled);
  return kind;
}

const KeywordFilter* KindRules::any_rule_of(const Columns& columns) {
  const Kind& kind = static_cast<const Kind&>(columns);
  if (!kind.is_compiled) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = filters_.try_emplace(&kind);
  if (!is_new) return known->second.get();
  auto sieve = sigma::Sieve::make(kind.program->program, [&](const sigma::Leaf& leaf, sigma::SlotId slot) {
    auto literals = sigma::literals_of(leaf);
    const FieldMapping* mapping = kind.program->slots[slot].mapping;
    if (literals && mapping) literals = literals_before(std::move(*literals), *mapping);
    return literals;
  });
  if (sieve) known->second = std::make_unique<RuleFilter>(std::move(sieve));
  return known->second.get();
}

const KeywordFilter* KindRules::filter_of(const std::optional<RawKeywords::Runs>& keywords) {
  if (!keywords) return nullptr;
  std::unique_ptr<RawKeywords>& filter = keywords_[*keywords];
  if (!filter) filter = std::make_unique<RawKeywords>(*keywords);
  return filter.get();
}

const KindProgram& KindRules::program_of(const Kind& kind, std::uint64_t conditions) {
  if (kind.unconditional) return *kind.unconditional;
  const std::lock_guard lock(mutex_);
  std::unique_ptr<KindProgram>& program = programs_[{&kind, conditions}];
  if (program) return *program;
  auto accepts = [&](const EventPlace* place) {
    const auto at = std::find(kind.conditional.begin(), kind.conditional.end(), place);
    return at == kind.conditional.end() || conditions >> (at - kind.conditional.begin()) & 1;
  };
  std::vector<RuleSet::Candidate> chosen;
  for (const RuleSet::Candidate& candidate : kind.candidates) {
    const auto place = std::find_if(candidate.places.begin(), candidate.places.end(), accepts);
    if (place != candidate.places.end()) chosen.push_back({candidate.rule, {*place}});
  }
  Compiler compiler(*this, kind);
  std::vector<std::string> names;
  bool all = false;
  program = compiler.compile(chosen, sigma::Program::Use::kToRun, names, all);
  program->slots = compiler.slot_sources();
  return *program;
}

std::vector<const Kind*> KindRules::kinds() const {
  std::vector<const Kind*> kinds(kinds_.size());
  for (const auto& [key, kind] : kinds_) kinds[kind->number] = kind.get();
  if (kinds.size() >= limits::kKindsMax) kinds.push_back(&further_);
  return kinds;
}

}  // namespace bartizan
