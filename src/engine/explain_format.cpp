// SPDX-License-Identifier: Apache-2.0
#include "engine/explain_format.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/limits.h"
#include "engine/log_decoders.h"

namespace bartizan {
namespace {

using Names = std::set<std::string, std::less<>>;

struct KindKey {
  std::string channel, product, category, service;
  std::uint32_t event_id = 0;
  auto operator<=>(const KindKey&) const = default;

  EventKind kind() const { return {channel, {}, event_id, product, category, service, false}; }
};

struct KindSeen {
  std::uint64_t events = 0;
  Names fields;
};

Names fields_of(const sigma::Rule& rule) {
  Names fields;
  for (const sigma::Leaf& leaf : rule.leaves) {
    if (!leaf.field.empty()) fields.insert(leaf.field);
    if (leaf.op == sigma::LeafOp::kFieldRef) fields.insert(leaf.text);
  }
  return fields;
}

// Whether the parts of a mapped field are there.
bool can_give(const FieldMapping& mapping, const Names& seen) {
  const auto is_seen = [&](const std::string& name) { return seen.contains(name); };
  if (mapping.each) return std::ranges::any_of(mapping.from, is_seen);
  return !mapping.from.empty() && std::ranges::all_of(mapping.from, is_seen);
}

bool can_give(const EventPlace* place, const std::string& field, const Names& seen) {
  if (place)
    if (const auto mapping = place->fields.find(field); mapping != place->fields.end())
      return can_give(mapping->second, seen);
  return seen.contains(field);
}

std::string origin_of(const FieldMapping& mapping) {
  std::string out;
  for (const std::string& name : mapping.from)
    out += (out.empty() ? "" : mapping.each ? " or " : " + ") + name;
  return out;
}

// The kinds of one declared log source, put together.
class SourceBuilder {
 public:
  explicit SourceBuilder(const RuleSet& rules) : rules_(rules) {}

  void add(const KindKey& key, const KindSeen& seen) {
    source_.channel = key.channel;
    source_.declared = {key.category, key.product, key.service};
    source_.events += seen.events;
    if (!key.channel.empty()) source_.event_ids[key.event_id] += seen.events;
    fields_.insert(seen.fields.begin(), seen.fields.end());
    for (const RuleSet::Candidate& candidate : rules_.candidates_for(key.kind())) add(candidate, seen);
  }

  SourceExplanation finish() {
    source_.fields.assign(fields_.begin(), fields_.end());
    for (const auto& [rule, lacking] : lacking_) {
      source_.rules.push_back(rule);
      for (const std::string& field : lacking) ++source_.missing[field];
    }
    for (const auto& [place, fields] : mapped_) {
      MappedFields& mapped = source_.mapped.emplace_back();
      mapped.place = place;
      mapped.fields.assign(fields.begin(), fields.end());
    }
    std::ranges::sort(source_.mapped, [](const MappedFields& a, const MappedFields& b) {
      return std::tie(a.place->table, a.place->name, a.fields) <
             std::tie(b.place->table, b.place->name, b.fields);
    });
    return std::move(source_);
  }

 private:
  void add(const RuleSet::Candidate& candidate, const KindSeen& seen) {
    Names lacking;
    for (const std::string& field : fields_of(rules_.rules()[candidate.rule]))
      if (std::ranges::none_of(candidate.places,
                               [&](const EventPlace* place) { return can_give(place, field, seen.fields); }))
        lacking.insert(field);
    auto [known, is_new] = lacking_.try_emplace(candidate.rule, lacking);
    // A field that one kind of events has is not missing.
    if (!is_new)
      std::erase_if(known->second, [&](const std::string& field) { return !lacking.contains(field); });
    for (const EventPlace* place : candidate.places)
      if (place) note_mapped(*place, seen);
  }

  void note_mapped(const EventPlace& place, const KindSeen& seen) {
    auto& fields = mapped_[&place];
    for (const auto& [field, mapping] : place.fields)
      if (can_give(mapping, seen.fields)) fields[field] = origin_of(mapping);
  }

  const RuleSet& rules_;
  SourceExplanation source_;
  Names fields_;
  std::map<std::uint32_t, Names> lacking_;  // of each rule that can apply
  std::map<const EventPlace*, std::map<std::string, std::string>> mapped_;
};

class LogStudy {
 public:
  explicit LogStudy(std::shared_ptr<const Log> log) { explanation_.log = std::move(log); }
  const Log* log() const { return explanation_.log.get(); }
  OddityList& oddities() { return explanation_.oddities; }

  void add(const Event& event) {
    ++explanation_.events;
    if (event.time != Instant{}) {
      if (explanation_.first == Instant{} || event.time < explanation_.first) explanation_.first = event.time;
      explanation_.last = std::max(explanation_.last, event.time);
    }
    KindKey key{std::string(event.channel), std::string(event.product), std::string(event.category),
                std::string(event.service), event.event_id};
    // Kinds beyond the bound are counted as events and not looked at further.
    if (kinds_.size() >= limits::kExplainedKindsMax && !kinds_.contains(key)) return;
    KindSeen& seen = kinds_[std::move(key)];
    ++seen.events;
    for (const Field& field : event.fields)
      if (seen.fields.size() < limits::kExplainedFieldsMax && !seen.fields.contains(field.name))
        seen.fields.emplace(field.name);
  }
  void add_bytes(std::size_t bytes) { explanation_.bytes += bytes; }

  LogExplanation finish(const RuleSet& rules) {
    const auto is_same = [](const KindKey& a, const KindKey& b) {
      return std::tie(a.channel, a.product, a.category, a.service) ==
             std::tie(b.channel, b.product, b.category, b.service);
    };
    for (auto at = kinds_.begin(); at != kinds_.end();) {
      SourceBuilder source(rules);
      const KindKey& first = at->first;
      for (; at != kinds_.end() && is_same(first, at->first); ++at) source.add(at->first, at->second);
      explanation_.sources.push_back(source.finish());
    }
    std::ranges::stable_sort(explanation_.sources, std::ranges::greater{}, &SourceExplanation::events);
    return std::move(explanation_);
  }

 private:
  LogExplanation explanation_;
  std::map<KindKey, KindSeen> kinds_;
};

}  // namespace

Result<FormatExplanation> explain_format(const std::string& path, const DecodeOptions& options,
                                         const RuleSet& rules) {
  FormatExplanation explanation;
  LogDecoders decoders(options);
  std::unique_ptr<LogStudy> study;
  const auto finish = [&] {
    if (study) explanation.logs.push_back(study->finish(rules));
  };
  TRY_VOID(read_logs(path,
                     [&](LogPiece& piece) {
                       if (!study || study->log() != piece.log.get()) {
                         finish();
                         study = std::make_unique<LogStudy>(piece.log);
                       }
                       study->add_bytes(piece.size);
                       for (const Event& event : decoders.decode(piece, study->oddities())) study->add(event);
                       return true;
                     },
                     explanation.report, {.carve = options.carve, .zone = options.zone, .capture = {}}));
  finish();
  return explanation;
}

}  // namespace bartizan
