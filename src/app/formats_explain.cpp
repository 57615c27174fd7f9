// SPDX-License-Identifier: Apache-2.0
// The verb that says what a file was taken for and what rules can see in it. Names and values of logs go through
// append_valid_utf8 without control characters: they are somebody else's.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/output.h"
#include "app/rule_options.h"
#include "app/time_zone_option.h"
#include "app/verbs.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/explain_format.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr std::size_t kOdditiesShown = 5, kIdsShown = 12, kMissingShown = 20, kFieldsShown = 30;

constexpr Option kOptions[] = {
    option("", "--format", "F", "text unless given; jsonl: one object a log, with everything", Repeat::kOnce,
           "text jsonl"),
    flag("", "--verbose", "list every field, every rule that can apply, and every field that rules miss"),
    flag("", "--strict", "as for scan: reject EVTX chunks whose checksum is wrong"),
    timezone_option(""),
    flag("", "--carve", "as for scan: search for Windows event records at any place"),
    kRulesOption,
    kNoBuiltinRulesOption,
    kFetchedRulesOption,
    kPlaceholdersOption,
    kRuleOption,
    kTagOption,
    kStatusOption,
};

std::string shown(std::string_view text) {
  std::string out;
  append_valid_utf8(text, out);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string name_of(const SourceExplanation& source) {
  if (!source.channel.empty()) return "channel " + shown(source.channel);
  const std::string name = text_of(source.declared);
  return name.empty() ? "no log source (only rules without one apply)" : shown(name);
}

// --------------------------------------------------------------------------------------------------------------- text

std::string ids_of(const SourceExplanation& source) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> ids;
  for (const auto& [id, events] : source.event_ids) ids.emplace_back(events, id);
  std::ranges::stable_sort(ids, std::ranges::greater{}, [](const auto& one) { return one.first; });
  std::string out;
  for (std::size_t i = 0; i < ids.size() && i < kIdsShown; ++i)
    out += fmt::format("{}{} ({})", i ? ", " : "", ids[i].second, ids[i].first);
  if (ids.size() > kIdsShown) out += fmt::format(", {} more", ids.size() - kIdsShown);
  return out;
}

std::string levels_of(const SourceExplanation& source, const RuleSet& rules) {
  std::size_t counts[5] = {};
  for (std::uint32_t rule : source.rules) ++counts[static_cast<std::size_t>(rules.summary(rule).level)];
  std::string out;
  for (std::size_t level = 5; level-- > 0;)
    if (counts[level])
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", counts[level],
                         level_name(static_cast<Level>(level)));
  return out;
}

std::string missing_of(const SourceExplanation& source, bool all) {
  std::vector<std::pair<std::string, std::size_t>> missing(source.missing.begin(), source.missing.end());
  std::ranges::stable_sort(missing, std::ranges::greater{}, [](const auto& one) { return one.second; });
  std::string out;
  for (std::size_t i = 0; i < missing.size() && (all || i < kMissingShown); ++i)
    out += fmt::format("{}{} ({})", i ? ", " : "", missing[i].first, missing[i].second);
  if (!all && missing.size() > kMissingShown) out += fmt::format(", {} more", missing.size() - kMissingShown);
  return out;
}

std::string fields_of(const SourceExplanation& source, bool all) {
  std::string out;
  for (std::size_t i = 0; i < source.fields.size() && (all || i < kFieldsShown); ++i)
    out += (i ? ", " : "") + shown(source.fields[i]);
  if (!all && source.fields.size() > kFieldsShown)
    out += fmt::format(", {} more", source.fields.size() - kFieldsShown);
  return out;
}

void print_source(const SourceExplanation& source, const RuleSet& rules, bool verbose) {
  fmt::print("  {}: {}, {} can apply\n", name_of(source), counted(source.events, "event"),
             counted(source.rules.size(), "rule"));
  if (!source.event_ids.empty()) fmt::print("    event ids    {}\n", ids_of(source));
  if (!source.fields.empty()) fmt::print("    fields       {}\n", fields_of(source, verbose));
  for (const MappedFields& mapped : source.mapped) {
    fmt::print("    mapped       {}, {}", mapped.place->table, mapped.place->name);
    const char* between = ": ";
    for (const auto& [field, from] : mapped.fields)
      fmt::print("{}{} from {}", std::exchange(between, ", "), field, from);
    fmt::print("{}\n", mapped.fields.empty() ? ", under their own names" : "");
  }
  if (!source.rules.empty()) fmt::print("    rules        {}\n", levels_of(source, rules));
  if (verbose)
    for (std::uint32_t rule : source.rules) {
      const RuleSummary& summary = rules.summary(rule);
      fmt::print("      {:<13} {:<36} {}\n", level_name(summary.level), shown(summary.id),
                 shown(summary.title));
    }
  if (!source.missing.empty())
    fmt::print("    missing      fields no event has, and how many rules ask for them: {}\n",
               missing_of(source, verbose));
}

void print_log(const LogExplanation& one, const RuleSet& rules, bool verbose) {
  const Log& log = *one.log;
  fmt::print("{}\n", shown(log.file));
  fmt::print("  taken for      {}: {}\n", log.format->name, log.format->title);
  fmt::print("  because        {}",
             log.scores.empty() || log.scores.front().format != log.format
                 ? "it was to be searched for records"
                 : fmt::format("its content fits, {} of 100", log.scores.front().score));
  for (std::size_t i = 1; i < log.scores.size(); ++i)
    fmt::print("{}{} ({})", i == 1 ? "; would fit less well: " : ", ", log.scores[i].format->name,
               log.scores[i].score);
  fmt::print("\n  records        {} in {}", one.events, counted(one.bytes, "byte"));
  if (one.first != Instant{}) fmt::print(", {} to {}", format_instant(one.first), format_instant(one.last));
  fmt::print("\n  oddities       {}\n", one.oddities.total);
  for (std::size_t i = 0; i < one.oddities.kept.size() && i < kOdditiesShown; ++i)
    fmt::print("    at byte {}: {}\n", one.oddities.kept[i].offset, shown(one.oddities.kept[i].what));
  for (const SourceExplanation& source : one.sources) print_source(source, rules, verbose);
  fmt::print("\n");
}

// -------------------------------------------------------------------------------------------------------------- jsonl

void add_source(const SourceExplanation& source, const RuleSet& rules, JsonWriter& json) {
  json.begin_object();
  for (const auto& [key, value] : {std::pair<const char*, const std::string*>{"channel", &source.channel},
                                   {"product", &source.declared.product},
                                   {"category", &source.declared.category},
                                   {"service", &source.declared.service}})
    if (!value->empty()) json.member(key, *value);
  json.key("events"), json.number(static_cast<std::int64_t>(source.events));
  json.key("event_ids"), json.begin_object();
  for (const auto& [id, events] : source.event_ids)
    json.key(std::to_string(id)), json.number(static_cast<std::int64_t>(events));
  json.end_object();
  json.key("fields"), json.begin_array();
  for (const std::string& field : source.fields) json.text(field);
  json.end_array();
  json.key("mapped"), json.begin_array();
  for (const MappedFields& mapped : source.mapped) {
    json.begin_object();
    json.member("table", mapped.place->table), json.member("place", mapped.place->name);
    json.key("fields"), json.begin_object();
    for (const auto& [field, from] : mapped.fields) json.member(field, from);
    json.end_object(), json.end_object();
  }
  json.end_array();
  json.key("rules"), json.begin_array();
  for (std::uint32_t rule : source.rules) json.text(rules.summary(rule).id);
  json.end_array();
  json.key("missing"), json.begin_object();
  for (const auto& [field, count] : source.missing)
    json.key(field), json.number(static_cast<std::int64_t>(count));
  json.end_object(), json.end_object();
}

void print_jsonl(const LogExplanation& one, const RuleSet& rules) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("file", one.log->file), json.member("format", one.log->format->name);
  json.key("scores"), json.begin_object();
  for (const FormatScore& score : one.log->scores) json.key(score.format->name), json.number(score.score);
  json.end_object();
  json.key("events"), json.number(static_cast<std::int64_t>(one.events));
  json.key("bytes"), json.number(static_cast<std::int64_t>(one.bytes));
  if (one.first != Instant{})
    json.member("first", format_instant(one.first)), json.member("last", format_instant(one.last));
  json.key("oddities_total"), json.number(static_cast<std::int64_t>(one.oddities.total));
  json.key("oddities"), json.begin_array();
  for (const Oddity& oddity : one.oddities.kept) {
    json.begin_object();
    json.key("offset"), json.number(static_cast<std::int64_t>(oddity.offset)),
        json.member("what", oddity.what);
    json.end_object();
  }
  json.end_array();
  json.key("log_sources"), json.begin_array();
  for (const SourceExplanation& source : one.sources) add_source(source, rules, json);
  json.end_array(), json.end_object();
  std::puts(out.c_str());
}

// ---------------------------------------------------------------------------------------------------------------- run

class Explainer {
 public:
  Explainer(const Arguments& arguments, const TimeZone* zone, const RuleSet& rules)
      : rules_(rules),
        is_jsonl_(arguments.value("--format", "text") == "jsonl"),
        verbose_(arguments.has("--verbose")) {
    options_.strict = arguments.has("--strict");
    options_.carve = arguments.has("--carve");
    options_.zone = zone;
  }

  void explain(const std::string& path) {
    std::vector<Error> unreadable;
    for (const std::string& file : list_evidence(path, unreadable)) explain_file(file);
    for (const Error& error : unreadable) say_unreadable(error.text());
  }
  bool all_read() const { return all_read_; }

 private:
  void explain_file(const std::string& file) {
    auto explanation = explain_format(file, options_, rules_);
    if (!explanation.has_value()) return say_unreadable(explanation.error().text());
    for (const LogExplanation& log : explanation->logs)
      if (is_jsonl_) print_jsonl(log, rules_);
      else print_log(log, rules_, verbose_);
    for (const std::string& line : explanation->report.not_recognised) print_not_read(line);
    for (const std::string& line : explanation->report.errors) say_unreadable(line);
  }

  // `path: reason`. A path may hold a colon; the reason is ours and holds none.
  void print_not_read(const std::string& line) {
    all_read_ = false;
    const std::size_t colon = line.rfind(": ");
    const std::string file = line.substr(0, colon), reason = line.substr(colon + 2);
    if (!is_jsonl_) return fmt::print("{}\n  taken for      nothing: {}\n\n", shown(file), shown(reason));
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("file", file), json.member("not_read", reason);
    json.end_object();
    std::puts(out.c_str());
  }
  void say_unreadable(const std::string& line) {
    all_read_ = false;
    std::fflush(stdout);
    std::fprintf(stderr, "bartizan: cannot read %s\n", shown(line).c_str());
  }

  const RuleSet& rules_;
  DecodeOptions options_;
  bool is_jsonl_, verbose_, all_read_ = true;
};

int run_explain(const Arguments& arguments) {
  RuleSet rules;
  if (auto loaded = load_rules(arguments, rules); !loaded)
    return usage_error(kFormatsExplainVerb, loaded.error());
  const auto zone = time_zone_of(arguments);
  if (!zone) return usage_error(kFormatsExplainVerb, zone.error());
  rules.prepare();
  Explainer explainer(arguments, *zone ? &**zone : nullptr, rules);
  for (const std::string& path : arguments.operands) explainer.explain(path);
  return finish_standard_output(explainer.all_read());
}

}  // namespace

constinit const Verb kFormatsExplainVerb{
    .name = "formats explain",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "what a file is taken for, and which rules can apply",
    .about =
        "PATH is a file, a folder, or - for standard input; logs within archives are explained one by one. "
        "Says which\n"
        "format reads a log and how sure that is, its first oddities, the log sources its events declare, "
        "the fields\n"
        "the mapping tables translate, the rules that can apply, and the fields those rules ask for in "
        "vain.\n"
        "What nothing reads is said as well, and the exit code is then 2.\n",
    .options = kOptions,
    .examples =
        "  bartizan formats explain Security.evtx\n"
        "  bartizan formats explain --verbose --fetched-rules collection.zip\n"
        "  bartizan formats explain --format jsonl evidence/ | jq -r '[.file, .format, .events] | @tsv'\n",
    .choices = {},
    .run = run_explain,
};

}  // namespace bartizan::app
