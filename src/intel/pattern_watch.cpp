// SPDX-License-Identifier: Apache-2.0
#include "intel/pattern_watch.h"

#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "base/limits.h"

namespace bartizan::intel {
namespace {

using Op = PatternTest::Op;

struct PathFields {
  std::string_view path;
  std::vector<std::string_view> fields;
};

// Properties whose values are compared as they are logged.
const std::vector<PathFields>& path_fields() {
  static const std::vector<PathFields> kPaths = {
      {"process:command_line",
       {"CommandLine", "ProcessCommandLine", "process.command_line", "proctitle", "cmd", "ScriptBlockText"}},
      {"process:parent_ref.command_line", {"ParentCommandLine", "process.parent.command_line"}},
      {"process:parent_ref.image_ref.name", {"ParentImage", "ParentProcessName"}},
      {"process:parent_ref.name", {"ParentImage", "ParentProcessName"}},
      {"process:pid", {"ProcessId", "NewProcessId", "pid", "process.pid"}},
      {"process:cwd", {"CurrentDirectory", "cwd"}},
      {"process:creator_user_ref.account_login", {"User", "SubjectUserName", "user.name"}},
      {"process:creator_user_ref.user_id", {"User", "SubjectUserSid"}},
      {"user-account:account_login", {"User", "TargetUserName", "SubjectUserName", "user.name", "user"}},
      {"user-account:display_name", {"User", "TargetUserName", "SubjectUserName"}},
      {"user-account:user_id", {"User", "TargetUserName", "TargetUserSid", "SubjectUserSid"}},
      {"network-traffic:dst_port",
       {"DestinationPort", "DestPort", "dest_port", "dst_port", "dpt", "id.resp_p", "destination.port"}},
      {"network-traffic:src_port", {"SourcePort", "IpPort", "src_port", "spt", "id.orig_p", "source.port"}},
      {"network-traffic:protocols[*]", {"Protocol", "proto", "app_proto", "network.protocol"}},
      {"windows-registry-key:values[*].data", {"Details", "NewValue"}},
      {"email-message:subject", {"Subject", "subject", "email.subject"}},
      {"file:parent_directory_ref.path", {"TargetFilename", "Image", "ImageLoaded"}},
      {"directory:path", {"TargetFilename", "Image", "CurrentDirectory"}},
      {"windows-service-ext:service_name", {"ServiceName"}},
      {"process:extensions.windows-service-ext.service_name", {"ServiceName"}}};
  return kPaths;
}

const std::vector<std::string_view>* fields_of_path(std::string_view path) {
  for (const PathFields& one : path_fields())
    if (one.path == path) return &one.fields;
  return nullptr;
}

bool is_directory(std::string_view path) {
  return path.ends_with("directory_ref.path") || path == "directory:path";
}

// LIKE: % any text, _ one character.
std::string expression_of_like(std::string_view like) {
  std::string out = "(?s)^";
  for (const char c : like) {
    if (c == '%') out += ".*";
    else if (c == '_') out += '.';
    else out += re2::RE2::QuoteMeta(re2::StringPiece(&c, 1));
  }
  return out + "$";
}

// Whether every event for which the term holds names one of the values appended.
bool wake(const Pattern& pattern, std::uint32_t term, std::vector<Indicator>& out) {
  const PatternTerm& one = pattern.terms[term];
  if (one.type == PatternTerm::Type::kOr)
    return std::all_of(one.children.begin(), one.children.end(),
                       [&](std::uint32_t child) { return wake(pattern, child, out); });
  if (one.type == PatternTerm::Type::kAnd) {
    for (const std::uint32_t child : one.children) {
      const std::size_t before = out.size();
      if (wake(pattern, child, out)) return true;
      out.resize(before);
    }
    return false;
  }
  const PatternTest& test = pattern.tests[one.test];
  const std::optional<Kind> kind = kind_of_path(test.path);
  const bool is_network = kind == Kind::kAddress && test.op == Op::kIsSubset;
  if (!kind || test.is_negated || (test.op != Op::kEqual && test.op != Op::kIn && !is_network)) return false;
  for (const PatternConstant& constant : test.constants) {
    Reading reading = read_indicator(*kind, constant.text);
    if (!reading) return false;
    out.push_back(std::move(*reading));
  }
  return true;
}

bool is_leaf(const PatternObservation& one) { return one.type == PatternObservation::Type::kTerm; }

std::size_t leaves_of(const Pattern& pattern) {
  return static_cast<std::size_t>(
      std::count_if(pattern.observations.begin(), pattern.observations.end(), is_leaf));
}

// How often the most repeated observation may be looked for anew.
std::uint64_t work_of(const Pattern& pattern, std::uint32_t observation) {
  const PatternObservation& one = pattern.observations[observation];
  std::uint64_t work = 1;
  for (const std::uint32_t child : one.children) work = std::max(work, work_of(pattern, child));
  return std::min<std::uint64_t>(work * (is_leaf(one) ? 1 : one.repeats), limits::kPatternWorkMax + 1);
}

bool is_above(const Indicator& network, std::string_view address) {
  if (network.kind == Kind::kAddress) return network.key == address;
  if (network.kind != Kind::kNetwork || network.key.size() != address.size() + 1) return false;
  Address whole;
  whole.size = static_cast<std::uint8_t>(address.size());
  std::copy(address.begin(), address.end(), whole.bytes.begin());
  std::string key;
  network_key(whole, static_cast<unsigned char>(network.key[0]), key);
  return key == network.key;
}

const char* op_words(Op op) {
  constexpr const char* kWords[] = {"is",       "is not",      "is below",  "is at most",
                                    "is above", "is at least", "is one of", "is like",
                                    "matches",  "lies within", "contains",  "is there"};
  return kWords[static_cast<std::size_t>(op)];
}

}  // namespace

std::vector<Indicator> waking_values(const Pattern& pattern) {
  std::vector<Indicator> all;
  for (const PatternObservation& one : pattern.observations) {
    if (!is_leaf(one)) continue;
    const std::size_t before = all.size();
    if (!wake(pattern, one.term, all)) all.resize(before);
  }
  std::sort(all.begin(), all.end(), [](const Indicator& a, const Indicator& b) {
    return std::tie(a.kind, a.key) < std::tie(b.kind, b.key);
  });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

PatternSet::PatternSet() = default;
PatternSet::~PatternSet() = default;
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;

std::expected<void, std::string> PatternSet::add(std::uint32_t id, Pattern pattern) {
  const std::size_t leaves = leaves_of(pattern);
  bool is_free = false;
  for (const PatternObservation& one : pattern.observations) {
    if (!is_leaf(one)) continue;
    std::vector<Indicator> values;
    is_free |= !wake(pattern, one.term, values);
  }
  if (leaves > limits::kPatternJoinedMax)
    return std::unexpected("it joins more than " + std::to_string(limits::kPatternJoinedMax) +
                           " observations");
  if (work_of(pattern, static_cast<std::uint32_t>(pattern.observations.size() - 1)) > limits::kPatternWorkMax)
    return std::unexpected("its brackets repeat too often");
  if (is_free && free_.size() >= limits::kPatternsFreeMax)
    return std::unexpected("there are too many patterns that no single value wakes (" +
                           std::to_string(limits::kPatternsFreeMax) + ")");
  Compiled one{id, std::move(pattern), {}, {}};
  for (const PatternTest& test : one.pattern.tests) {
    const std::optional<Kind> kind = kind_of_path(test.path);
    if (!kind && !fields_of_path(test.path))
      return std::unexpected("no field of an event stands for " + test.path);
    auto& expression = one.expressions.emplace_back();
    auto& values = one.values.emplace_back();
    if (test.op == Op::kLike || test.op == Op::kMatches) {
      re2::RE2::Options options(re2::RE2::Quiet);
      options.set_max_mem(limits::kHarmlessRegexBytesMax);
      options.set_case_sensitive(!kind);
      const std::string& text = test.constants[0].text;
      expression =
          std::make_unique<re2::RE2>(test.op == Op::kLike ? expression_of_like(text) : text, options);
      if (!expression->ok())
        return std::unexpected("its expression '" + text + "' cannot be used: " + expression->error());
    } else if (kind) {
      for (const PatternConstant& constant : test.constants)
        if (Reading reading = read_indicator(*kind, constant.text)) values.push_back(std::move(*reading));
    }
  }
  const auto number = static_cast<std::uint32_t>(patterns_.size());
  numbers_[id] = number;
  if (is_free) free_.push_back(number);
  patterns_.push_back(std::move(one));
  return {};
}

std::optional<std::uint32_t> PatternSet::number_of(std::uint32_t id) const {
  const auto known = numbers_.find(id);
  if (known == numbers_.end()) return std::nullopt;
  return known->second;
}

void PatternRun::begin(const Event& event) {
  event_ = &event;
  values_.clear();
  for (const Field& field : event.fields) {
    const FieldRole role = role_of_field(field.name);
    if (role == FieldRole::kNone || role == FieldRole::kText) continue;
    field_ = &field;
    observed_.read(role, field.value, *this);
  }
}

void PatternRun::take(Kind kind, std::string_view key) {
  if (values_.size() < limits::kIntelTextValuesMax)
    values_.push_back({kind, std::string(key), field_->name, field_->value});
}

std::uint64_t PatternRun::test(std::uint32_t number, std::vector<FindingReason>& why) {
  const PatternSet::Compiled& one = patterns_.patterns_[number];
  std::uint64_t bits = 0, bit = 1;
  for (const PatternObservation& observation : one.pattern.observations) {
    if (!is_leaf(observation)) continue;
    const std::size_t before = why.size();
    if (holds(one, observation.term, why)) bits |= bit;
    else why.resize(before);
    bit <<= 1;
  }
  return bits;
}

bool PatternRun::holds(const PatternSet::Compiled& one, std::uint32_t term, std::vector<FindingReason>& why) {
  const PatternTerm& at = one.pattern.terms[term];
  switch (at.type) {
    case PatternTerm::Type::kTest: return holds_test(one, at.test, why);
    case PatternTerm::Type::kAnd:
      return std::all_of(at.children.begin(), at.children.end(),
                         [&](std::uint32_t child) { return holds(one, child, why); });
    case PatternTerm::Type::kOr:
      return std::any_of(at.children.begin(), at.children.end(),
                         [&](std::uint32_t child) { return holds(one, child, why); });
  }
  return false;
}

// A property that an event does not have meets no test, not even NOT or != (STIX 2.1, 9.6).
bool PatternRun::holds_test(const PatternSet::Compiled& one, std::uint32_t number,
                            std::vector<FindingReason>& why) {
  const PatternTest& test = one.pattern.tests[number];
  const auto note = [&](std::string_view field, std::string_view value) {
    const std::string predicate = std::string(test.is_negated ? "not: " : "") + op_words(test.op);
    const std::string constant = test.constants.empty() ? std::string() : test.constants[0].text;
    why.push_back(
        {std::string(field), predicate, constant, std::string(value.substr(0, limits::kIntelValueBytesMax))});
    return true;
  };
  if (const std::optional<Kind> kind = kind_of_path(test.path)) {
    for (const Value& value : values_) {
      if (value.kind != *kind) continue;
      bool is_met = false;
      if (test.op == Op::kExists) is_met = true;
      else if (test.op == Op::kIsSubset)
        is_met = !one.values[number].empty() && is_above(one.values[number][0], value.key);
      else if (test.op == Op::kEqual || test.op == Op::kIn || test.op == Op::kUnequal)
        is_met = std::any_of(one.values[number].begin(), one.values[number].end(),
                             [&](const Indicator& known) { return known.key == value.key; }) !=
                 (test.op == Op::kUnequal);
      else is_met = holds_on(one, number, test, indicator_text(value.kind, value.key));
      if (is_met != test.is_negated) return note(value.field, value.text);
    }
    return false;
  }
  const std::vector<std::string_view>* fields = fields_of_path(test.path);
  if (!fields) return false;
  for (const std::string_view name : *fields)
    for (const Field& field : event_->fields) {
      if (field.name != name) continue;
      std::string_view value = field.value;
      if (is_directory(test.path)) value = value.substr(0, std::min(value.size(), value.find_last_of("\\/")));
      if (holds_on(one, number, test, value) != test.is_negated) return note(field.name, field.value);
    }
  return false;
}

bool PatternRun::holds_on(const PatternSet::Compiled& one, std::uint32_t number, const PatternTest& test,
                          std::string_view value) const {
  if (test.op == Op::kExists) return true;
  if (test.op == Op::kLike || test.op == Op::kMatches)
    return re2::RE2::PartialMatch(re2::StringPiece(value.data(), value.size()), *one.expressions[number]);
  const auto compare = [&](const PatternConstant& constant) {
    double left = 0;
    const bool is_number =
        constant.type == PatternConstant::Type::kInteger || constant.type == PatternConstant::Type::kReal;
    if (is_number &&
        std::from_chars(value.data(), value.data() + value.size(), left).ptr == value.data() + value.size())
      return left < constant.number ? -1 : left > constant.number ? 1 : 0;
    return value.compare(constant.text) < 0 ? -1 : value == constant.text ? 0 : 1;
  };
  switch (test.op) {
    case Op::kIn:
      return std::any_of(test.constants.begin(), test.constants.end(),
                         [&](const PatternConstant& constant) { return compare(constant) == 0; });
    case Op::kEqual: return compare(test.constants[0]) == 0;
    case Op::kUnequal: return compare(test.constants[0]) != 0;
    case Op::kLess: return compare(test.constants[0]) < 0;
    case Op::kLessOrEqual: return compare(test.constants[0]) <= 0;
    case Op::kGreater: return compare(test.constants[0]) > 0;
    case Op::kGreaterOrEqual: return compare(test.constants[0]) >= 0;
    default: return false;
  }
}

void PatternTracker::add(PatternHit&& hit) {
  if (hits_.size() >= limits::kPatternHitsMax) return void(++left_out_);
  hits_.push_back(std::move(hit));
}

void PatternTracker::finish(std::vector<Finding>& out) {
  std::stable_sort(hits_.begin(), hits_.end(), [](const PatternHit& a, const PatternHit& b) {
    return std::tie(a.finding.time, a.finding.file, a.sequence, a.pattern) <
           std::tie(b.finding.time, b.finding.file, b.sequence, b.pattern);
  });
  std::unordered_map<std::string, State> states;  // by pattern and host
  for (std::size_t i = 0; i < hits_.size(); ++i) {
    PatternHit& hit = hits_[i];
    const Pattern& pattern = patterns_.pattern(hit.pattern);
    const std::string key = std::to_string(hit.pattern) + '\n' + hit.finding.host;
    if (states.size() >= limits::kPatternStatesMax && !states.contains(key)) {
      ++left_out_;
      continue;
    }
    State& state = states[key];
    state.seen.resize(leaves_of(pattern));
    for (std::uint64_t left = hit.observations; left != 0; left &= left - 1)
      state.seen[static_cast<std::size_t>(std::countr_zero(left))].push_back(i);
    const auto whole = static_cast<std::uint32_t>(pattern.observations.size() - 1);
    const std::optional<Span> span = latest(pattern, whole, state, hit.finding.time.ticks);
    if (!span) continue;
    Finding finding = std::move(hit.finding);
    for (const auto& seen : state.seen)
      for (const std::size_t at : seen)
        if (at != i && hits_[at].finding.time.ticks >= span->begin && !hits_[at].finding.rule_id.empty())
          finding.why.push_back({"", "includes",
                                 hits_[at].finding.file + " record " + hits_[at].finding.record_id,
                                 format_instant(hits_[at].finding.time)});
    out.push_back(std::move(finding));
    states.erase(key);  // the next time begins anew
  }
}

// The match of an observation that ends at `until` or before, and of those the one that begins last.
std::optional<PatternTracker::Span> PatternTracker::latest(const Pattern& pattern, std::uint32_t observation,
                                                           const State& state, std::int64_t until) const {
  const PatternObservation& one = pattern.observations[observation];
  std::optional<Span> whole;
  const std::uint32_t repeats = is_leaf(one) ? 1 : one.repeats;  // those of a leaf are counted there
  for (std::uint32_t i = 0; i < repeats; ++i) {
    const std::optional<Span> span = latest_once(pattern, observation, state, until);
    if (!span) return std::nullopt;
    whole = whole ? Span{span->begin, whole->end} : *span;
    until = span->begin - 1;
  }
  if (one.within_seconds > 0 && static_cast<double>(whole->end - whole->begin) >
                                    one.within_seconds * static_cast<double>(kTicksPerSecond))
    return std::nullopt;
  return whole;
}

std::optional<PatternTracker::Span> PatternTracker::latest_once(const Pattern& pattern,
                                                                std::uint32_t observation, const State& state,
                                                                std::int64_t until) const {
  const PatternObservation& one = pattern.observations[observation];
  if (one.stop) until = std::min(until, one.stop->ticks - 1);
  std::optional<Span> span;
  if (is_leaf(one)) {
    const auto leaf = static_cast<std::size_t>(
        std::count_if(pattern.observations.begin(), pattern.observations.begin() + observation, is_leaf));
    const std::vector<std::size_t>& seen = state.seen[leaf];
    const auto after = std::partition_point(
        seen.begin(), seen.end(), [&](std::size_t at) { return hits_[at].finding.time.ticks <= until; });
    if (after - seen.begin() < static_cast<std::ptrdiff_t>(one.repeats)) return std::nullopt;
    span = Span{hits_[*(after - one.repeats)].finding.time.ticks, hits_[*(after - 1)].finding.time.ticks};
  } else {
    const bool is_sequence = one.type == PatternObservation::Type::kFollowedBy;
    for (std::size_t i = one.children.size(); i-- > 0;) {
      const std::optional<Span> child =
          latest(pattern, one.children[i], state, is_sequence && span ? span->begin : until);
      if (one.type == PatternObservation::Type::kOr) {
        if (child && (!span || child->begin > span->begin)) span = child;
      } else if (!child) {
        return std::nullopt;
      } else {
        span = span ? Span{std::min(span->begin, child->begin), std::max(span->end, child->end)} : *child;
      }
    }
  }
  if (span && one.start && span->begin < one.start->ticks) return std::nullopt;
  return span;
}

}  // namespace bartizan::intel
