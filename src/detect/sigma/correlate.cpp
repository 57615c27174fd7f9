// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "base/limits.h"
#include "detect/sigma/window.h"

namespace bartizan::sigma {
namespace {

constexpr std::uint32_t kNone = 0xFFFF'FFFF;

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

bool parse_finite(std::string_view text, double& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(out);
}

// Both are in order, and the difference of two instants may not fit the signed type.
bool within(Instant first, Instant last, std::int64_t timespan) {
  return static_cast<std::uint64_t>(last.ticks) - static_cast<std::uint64_t>(first.ticks) <=
         static_cast<std::uint64_t>(timespan);
}

}  // namespace

// What an id or a name stands for: rules come first, then correlations.
struct Correlator::Names {
  std::unordered_map<std::string, std::vector<std::size_t>> targets;
  std::size_t rules = 0;

  void add(const std::string& name, std::size_t target) {
    if (name.empty()) return;
    auto& list = targets[name];
    if (std::ranges::find(list, target) == list.end()) list.push_back(target);
  }
  const std::vector<std::size_t>* find(const std::string& name) const {
    const auto it = targets.find(name);
    return it == targets.end() ? nullptr : &it->second;
  }
};

Correlator::Correlator(std::span<const Correlation> correlations, std::span<const Rule> rules,
                       std::vector<Diagnostic>& diagnostics)
    : correlations_(correlations),
      rules_(rules.size()),
      plans_(correlations.size()),
      results_(correlations.size()) {
  Names names;
  names.rules = rules.size();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    names.add(rules[i].id, i);
    names.add(rules[i].name, i);
  }
  for (std::size_t i = 0; i < correlations.size(); ++i) {
    names.add(correlations[i].id, rules.size() + i);
    names.add(correlations[i].name, rules.size() + i);
  }
  for (std::size_t i = 0; i < correlations.size(); ++i) {
    resolve(i, names, diagnostics);
    resolve_aliases(i, names, diagnostics);
  }
  order(diagnostics);
  collect_uses();
}

void Correlator::refuse(std::size_t correlation, std::string message, std::vector<Diagnostic>& diagnostics) {
  const Correlation& rule = correlations_[correlation];
  plans_[correlation].usable = false;
  diagnostics.push_back(
      {"sigma.correlation_reference", rule.file, rule.line, rule.column, std::move(message), {}});
}

void Correlator::resolve(std::size_t correlation, const Names& names, std::vector<Diagnostic>& diagnostics) {
  const Correlation& rule = correlations_[correlation];
  for (const std::string& name : rule.rules) {
    const auto* targets = names.find(name);
    if (!targets) {
      refuse(correlation, "there is no rule '" + name + "'", diagnostics);
    } else if (targets->size() > 1) {
      refuse(correlation, "several rules are called '" + name + "'", diagnostics);
    } else {
      const std::size_t target = targets->front();
      const bool is_rule = target < names.rules;
      plans_[correlation].references.push_back(
          {is_rule, is_rule ? target : target - names.rules, rule.group_by, rule.fields});
    }
  }
}

void Correlator::resolve_aliases(std::size_t correlation, const Names& names,
                                 std::vector<Diagnostic>& diagnostics) {
  for (const Alias& alias : correlations_[correlation].aliases) {
    std::map<std::size_t, std::string> field_of;  // by target
    for (const auto& [name, field] : alias.fields) {
      const auto* targets = names.find(name);
      if (targets) field_of[targets->front()] = field;
      else
        refuse(correlation, "the alias '" + alias.name + "' names an unknown rule '" + name + "'",
               diagnostics);
    }
    for (Reference& reference : plans_[correlation].references) {
      const auto it = field_of.find(reference.is_rule ? reference.index : names.rules + reference.index);
      for (auto* list : {&reference.group_by, &reference.fields}) {
        // By position: another alias may have replaced a name by this one.
        const auto& written = list == &reference.group_by ? correlations_[correlation].group_by
                                                          : correlations_[correlation].fields;
        for (std::size_t i = 0; i < written.size(); ++i) {
          if (written[i] != alias.name) continue;
          if (it != field_of.end()) (*list)[i] = it->second;
          else
            refuse(correlation, "the alias '" + alias.name + "' gives no field for one of the rules",
                   diagnostics);
        }
      }
    }
  }
}

// Kahn's algorithm: whatever is left over refers to itself, or to something that does.
void Correlator::order(std::vector<Diagnostic>& diagnostics) {
  std::vector<std::size_t> waiting(plans_.size(), 0), ready;
  std::vector<std::vector<std::size_t>> users(plans_.size());
  for (std::size_t i = 0; i < plans_.size(); ++i)
    for (const Reference& reference : plans_[i].references) {
      if (reference.is_rule) continue;
      ++waiting[i];
      users[reference.index].push_back(i);
    }
  for (std::size_t i = 0; i < plans_.size(); ++i)
    if (waiting[i] == 0) ready.push_back(i);
  std::vector<bool> done(plans_.size(), false);
  for (std::size_t at = 0; at < ready.size(); ++at) {
    const std::size_t i = ready[at];
    done[i] = true;
    const bool sound = std::ranges::all_of(plans_[i].references, [this](const Reference& reference) {
      return reference.is_rule || plans_[reference.index].usable;
    });
    if (plans_[i].usable && !sound) refuse(i, "it refers to a correlation that has a mistake", diagnostics);
    if (plans_[i].usable) order_.push_back(i);
    for (std::size_t user : users[i])
      if (--waiting[user] == 0) ready.push_back(user);
  }
  for (std::size_t i = 0; i < plans_.size(); ++i)
    if (!done[i])
      refuse(i, "it refers to itself through other correlations, or to one that does", diagnostics);
}

void Correlator::collect_uses() {
  std::vector<bool> kept_rule(rules_.size(), false), kept_plan(plans_.size(), false);
  for (std::size_t i : order_)
    for (const Reference& reference : plans_[i].references) {
      const bool generate = correlations_[i].generate;
      if (reference.is_rule) {
        RuleUse& use = rules_[reference.index];
        use.needed = true;
        use.alerts = false;
        if (generate) kept_rule[reference.index] = true;
      } else {
        plans_[reference.index].alerts = false;
        if (generate) kept_plan[reference.index] = true;
      }
    }
  for (std::size_t i = 0; i < rules_.size(); ++i) rules_[i].alerts = rules_[i].alerts || kept_rule[i];
  for (std::size_t i = 0; i < plans_.size(); ++i) plans_[i].alerts = plans_[i].alerts || kept_plan[i];
  // The fields a correlation asks for go down to every rule below it.
  std::vector<std::vector<std::string>> asked(plans_.size());
  for (auto it = order_.rbegin(); it != order_.rend(); ++it)
    for (const Reference& reference : plans_[*it].references) {
      auto& list = reference.is_rule ? rules_[reference.index].fields : asked[reference.index];
      for (const auto* fields : {&reference.group_by, &reference.fields, &std::as_const(asked[*it])})
        for (const std::string& field : *fields) add_once(list, field);
    }
}

std::uint32_t Correlator::intern(std::string_view text) {
  const auto [it, added] = ids_.try_emplace(std::string(text), static_cast<std::uint32_t>(texts_.size()));
  if (added) {
    texts_.push_back(it->first);
    text_bytes_ += text.size();
  }
  return it->second;
}

bool Correlator::add(const RuleMatch& match) {
  const std::vector<std::string>& fields = rules_[match.rule].fields;
  if (matches_.size() >= limits::kCorrelationMatchesMax || text_bytes_ >= limits::kCorrelationValueBytesMax) {
    ++counts_.dropped_matches;
    return false;
  }
  Stored stored{static_cast<std::uint32_t>(match.rule), static_cast<std::uint32_t>(values_.size()), 0,
                match.time, match.sequence};
  for (const std::string& field : fields) {
    // Of a field with several values the first counts.
    const auto it = std::ranges::find(match.values, field, &std::pair<std::string, std::string>::first);
    if (it == match.values.end()) continue;
    values_.emplace_back(intern(field), intern(it->second));
    ++stored.value_count;
  }
  own_.push_back(static_cast<std::uint32_t>(matches_.size()));
  matches_.push_back(stored);
  return true;
}

std::uint32_t Correlator::value_of(const Stored& match, std::uint32_t field) const {
  for (std::uint32_t i = 0; i < match.value_count; ++i)
    if (values_[match.values + i].first == field) return values_[match.values + i].second;
  return kNone;
}

bool Correlator::tuple_of(const Stored& match, const std::vector<std::uint32_t>& fields,
                          std::vector<std::uint32_t>& out) const {
  out.clear();
  for (std::uint32_t field : fields) {
    out.push_back(value_of(match, field));
    if (out.back() == kNone) return false;
  }
  return true;
}

std::vector<std::uint32_t> Correlator::ids_of(const std::vector<std::string>& fields) {
  std::vector<std::uint32_t> ids;
  for (const std::string& field : fields) ids.push_back(intern(field));
  return ids;
}

std::span<const std::uint32_t> Correlator::contributing_of(const Plan& plan, const Item& item) const {
  const Reference& reference = plan.references[item.reference];
  if (reference.is_rule) return {&own_[item.index], 1};
  return results_[reference.index][item.index].contributing;
}

std::vector<Correlator::Item> Correlator::items_of(std::size_t correlation) {
  const Plan& plan = plans_[correlation];
  std::vector<Item> items;
  std::unordered_map<std::size_t, std::uint32_t> reference_of;  // by rule
  for (std::uint32_t r = 0; r < plan.references.size(); ++r) {
    const Reference& reference = plan.references[r];
    if (reference.is_rule) {
      reference_of.emplace(reference.index, r);
      continue;
    }
    const auto& results = results_[reference.index];
    for (std::uint32_t i = 0; i < results.size(); ++i)
      items.push_back({r, i, results[i].last, results[i].sequence});
  }
  for (std::uint32_t i = 0; i < matches_.size(); ++i)
    if (const auto it = reference_of.find(matches_[i].rule); it != reference_of.end())
      items.push_back({it->second, i, matches_[i].time, matches_[i].sequence});
  std::ranges::sort(items, {}, [](const Item& item) {
    return std::tuple(item.time, item.sequence, item.reference, item.index);
  });
  return items;
}

Correlator::Groups Correlator::groups_of(std::size_t correlation) {
  const Plan& plan = plans_[correlation];
  std::vector<std::vector<std::uint32_t>> fields;
  for (const Reference& reference : plan.references) fields.push_back(ids_of(reference.group_by));
  std::map<std::vector<std::uint32_t>, std::size_t> places;
  Groups groups;
  std::vector<std::uint32_t> tuple;
  std::vector<std::size_t> joined;
  for (const Item& item : items_of(correlation)) {
    joined.clear();
    for (std::uint32_t match : contributing_of(plan, item)) {
      if (!tuple_of(matches_[match], fields[item.reference], tuple)) continue;
      const auto [it, added] = places.try_emplace(tuple, groups.size());
      if (added) groups.emplace_back(tuple, std::vector<Item>{});
      auto& items = groups[it->second].second;
      const bool here =
          !items.empty() && items.back().reference == item.reference && items.back().index == item.index;
      if (here) continue;
      if (joined.size() >= limits::kCorrelationGroupsMax) break;
      joined.push_back(it->second);
      const auto is_match = [&](const Item& other) { return plan.references[other.reference].is_rule; };
      if (!items.empty() && is_match(items.back()) && is_match(item) && items.back().time == item.time &&
          items.back().sequence == item.sequence)
        items.back().counts = false;
      items.push_back(item);
    }
    if (joined.empty()) ++counts_.without_group;
  }
  return groups;
}

void Correlator::run(std::size_t correlation) {
  for (const auto& [group, items] : groups_of(correlation)) run_group(correlation, group, items);
  std::ranges::sort(results_[correlation], {}, [](const Result& result) {
    return std::tuple(result.last, result.sequence, result.first, result.contributing.front());
  });
}

void Correlator::run_group(std::size_t correlation, const std::vector<std::uint32_t>& group,
                           const std::vector<Item>& items) {
  const Correlation& rule = correlations_[correlation];
  const Plan& plan = plans_[correlation];
  std::vector<std::vector<std::uint32_t>> group_fields, value_fields;
  for (const Reference& reference : plan.references) {
    group_fields.push_back(ids_of(reference.group_by));
    value_fields.push_back(ids_of(reference.fields));
  }
  std::vector<WindowEntry> entries;
  std::vector<std::uint32_t> tuple;
  for (const Item& item : items) {
    WindowEntry& entry = entries.emplace_back();
    entry.rule = item.reference;
    entry.counts = item.counts;
    if (rule.fields.empty() || !item.counts) continue;
    for (std::uint32_t match : contributing_of(plan, item)) {
      if (!tuple_of(matches_[match], group_fields[item.reference], tuple) || tuple != group) continue;
      if (!tuple_of(matches_[match], value_fields[item.reference], tuple)) continue;
      double number = 0;
      if (rule.type == CorrelationType::kValueCount) entry.tuples.push_back(tuple);
      else if (parse_finite(texts_[tuple.front()], number)) entry.numbers.push_back(number);
    }
  }
  CorrelationWindow window(rule, entries);
  const bool slides = only_grows(rule);
  std::size_t end = 0;
  for (std::size_t start = 0; start < items.size();) {
    for (; end < items.size() && within(items[start].time, items[end].time, rule.timespan_ticks); ++end)
      window.enter();
    const bool holds = window.holds();
    if (holds) emit(correlation, group, std::span(items).subspan(start, end - start));
    const std::size_t next = holds || !slides ? end : start + 1;
    for (; start < next; ++start) window.leave();
  }
}

void Correlator::emit(std::size_t correlation, const std::vector<std::uint32_t>& group,
                      std::span<const Item> items) {
  Result result;
  for (const Item& item : items) {
    const auto part = contributing_of(plans_[correlation], item);
    if (contributing_ + result.contributing.size() + part.size() > limits::kCorrelationContributingMax) {
      ++counts_.dropped_results;
      return;
    }
    result.contributing.insert(result.contributing.end(), part.begin(), part.end());
  }
  // Results of a chain can share matches.
  const auto key = [this](std::uint32_t i) { return std::tuple(matches_[i].time, matches_[i].sequence, i); };
  std::ranges::sort(result.contributing, {}, key);
  result.contributing.erase(std::unique(result.contributing.begin(), result.contributing.end()),
                            result.contributing.end());
  result.first = matches_[result.contributing.front()].time;
  result.last = matches_[result.contributing.back()].time;
  result.sequence = matches_[result.contributing.back()].sequence;
  result.group = group;
  contributing_ += result.contributing.size();
  results_[correlation].push_back(std::move(result));
}

std::vector<CorrelationMatch> Correlator::finish() {
  std::vector<CorrelationMatch> found;
  for (std::size_t correlation : order_) {
    run(correlation);
    if (!plans_[correlation].alerts) continue;
    for (const Result& result : results_[correlation]) {
      CorrelationMatch match{correlation,
                             {result.contributing.begin(), result.contributing.end()},
                             result.first,
                             result.last,
                             {}};
      for (std::uint32_t value : result.group) match.group.emplace_back(texts_[value]);
      found.push_back(std::move(match));
    }
  }
  std::ranges::stable_sort(found, {},
                           [](const CorrelationMatch& m) { return std::tuple(m.last, m.correlation); });
  for (auto& results : results_) results.clear();
  matches_.clear();
  own_.clear();
  values_.clear();
  contributing_ = 0;
  return found;
}

}  // namespace bartizan::sigma
