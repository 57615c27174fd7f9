// SPDX-License-Identifier: Apache-2.0
// intel: what is kept of intelligence, looked at and changed. Import stands in intel_import.cpp.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "app/content.h"
#include "app/intel_options.h"
#include "app/output.h"
#include "app/verbs.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/intel_watch.h"
#include "sink/table.h"

namespace bartizan::app {
namespace {

using intel::Assessment;
using intel::Indicator;
using intel::Kind;
using intel::Known;

constexpr std::size_t kListedMax = 1'000;

constexpr Option kAtOption = option("", "--at", "T", "confidence at this time instead of now (RFC 3339)");
constexpr Option kKindOption =
    option("", "--kind", "K", "what the value is, where its look does not tell", Repeat::kOnce, kIntelKinds);
constexpr Option kReasonOption = option("", "--reason", "TEXT", "why, for whoever asks later");
constexpr Option kSourceOption =
    option("", "--source", "NAME", "everything this source said, instead of single values");
constexpr Option kOutputOption = option(
    "Output", "--output", "FILE",
    "write there instead of standard output; it appears when all of it is written", Repeat::kOnce, {}, 'o');
constexpr Option kTableFormatOption = option("Output", "--format", "F", "what to write, a table unless given",
                                             Repeat::kOnce, "table jsonl csv");

constexpr Option kListOptions[] = {
    kIntelOption,
    kIntelFromOption,
    flag("What", "--sources", "list the sources instead"),
    option("What", "--kind", "K", "only indicators of this kind", Repeat::kOnce, kIntelKinds),
    option("What", "--source", "NAME", "only what this source names"),
    option("What", "--min-confidence", "N", "only indicators of this confidence and above"),
    flag("What", "--dropped", "only what is known and not used, with the reason"),
    flag("What", "--all", "every row; without it the first 1000"),
    kAtOption,
    kTableFormatOption,
    kOutputOption,
};
constexpr Option kExplainOptions[] = {kIntelOption, kIntelFromOption, kKindOption, kAtOption};
constexpr Option kCheckOptions[] = {kIntelOption, kIntelFromOption,   kKindOption,
                                    kAtOption,    kTableFormatOption, kOutputOption};
constexpr Option kRemoveOptions[] = {kIntelOption, kKindOption, kReasonOption, kSourceOption};
constexpr Option kExportOptions[] = {
    kIntelOption,
    kIntelFromOption,
    option("What", "--kind", "K", "only indicators of this kind", Repeat::kOnce, kIntelKinds),
    option("What", "--min-confidence", "N", "only indicators of this confidence and above"),
    kAtOption,
    option("Output", "--format", "F", "what to write, jsonl unless given", Repeat::kOnce, "jsonl csv list"),
    kOutputOption,
};

std::string day(Instant time) {
  return time == Instant{} ? std::string() : format_instant(time).substr(0, 10);
}

std::string sources_of(const Known& known) {
  std::vector<std::string> names;
  for (const intel::SourceStatement& statement : known.statements) names.push_back(statement.source);
  return joined(names, ", ");
}

std::string title_of(const Known& known) {
  for (const intel::SourceStatement& statement : known.statements)
    if (!statement.title.empty()) return statement.title;
  return {};
}

// A cell that a spreadsheet does not take for a formula.
void append_csv(std::string_view cell, std::string& out) {
  const bool is_formula =
      !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  if (!is_formula && cell.find_first_of(",\"\r\n") == cell.npos) return void(out += cell);
  out += is_formula ? "\"'" : "\"";
  for (const char c : cell) out += c == '"' ? "\"\"" : std::string(1, c);
  out += '"';
}

std::string render_csv_of(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    append_csv(table.columns[i].key, out += i ? "," : "");
  out += '\n';
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) append_csv(row[i], out += i ? "," : "");
    out += '\n';
  }
  return out;
}

int write(const Arguments& arguments, const std::string& text) {
  if (auto written = write_output(arguments.value("--output"), text); !written.has_value()) {
    std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
    return kExitUnreadable;
  }
  return kExitClean;
}

int write_table(const Arguments& arguments, const Table& table) {
  const std::string format = arguments.value("--format", "table");
  return write(arguments, format == "jsonl" ? render_table_jsonl(table)
                          : format == "csv" ? render_csv_of(table)
                                            : render_table_text(table));
}

struct Filter {
  std::optional<Kind> kind;
  std::string source;
  int confidence_min = 0;
  Instant at;
};

std::optional<Filter> filter_of(const Arguments& arguments, bool has_source, std::string& complaint) {
  Filter filter;
  filter.kind = intel::kind_of_name(arguments.value("--kind"));
  if (has_source) filter.source = arguments.value("--source");
  if (!read_percent(arguments.value("--min-confidence"), filter.confidence_min)) {
    complaint = "--min-confidence takes 0 to 100";
    return std::nullopt;
  }
  if (!read_time(arguments, filter.at, complaint)) return std::nullopt;
  return filter;
}

bool names(const Known& known, const std::string& source) {
  if (source.empty()) return true;
  for (const intel::SourceStatement& statement : known.statements)
    if (statement.source == source) return true;
  return false;
}

// Calls `visit` with what passes the filter.
Result<void> for_each_shown(
    const Intelligence& intelligence, const Filter& filter,
    const std::function<bool(const Known&, const Assessment&, int confidence)>& visit) {
  return intelligence.store().for_each(
      [&](const Known& known) {
        const Assessment assessment = intel::assess(known, intelligence.harmless());
        const int confidence = intel::confidence_at(known.indicator.kind, assessment.worth, filter.at);
        if (!names(known, filter.source) || confidence < filter.confidence_min) return true;
        return visit(known, assessment, confidence);
      },
      filter.kind);
}

Table list_of_sources(const std::vector<intel::SourceFacts>& sources) {
  Table table{"Sources",
              {{"source", "Source"},
               {"format", "Format"},
               {"imported", "Imported"},
               {"indicators", "Indicators", true}},
              {},
              {}};
  for (const intel::SourceFacts& source : sources)
    table.rows.push_back(
        {source.name, source.format, day(source.imported), std::to_string(source.statements)});
  return table;
}

int run_list(const Arguments& arguments) {
  std::string complaint;
  const auto filter = filter_of(arguments, true, complaint);
  if (!filter) return usage_error(kIntelListVerb, complaint);
  const auto intelligence = open_intelligence(arguments);
  if (!intelligence) return kExitUnreadable;
  if (arguments.has("--sources")) {
    auto sources = intelligence->store().sources();
    if (!sources.has_value()) return cannot_read(sources.error());
    return write_table(arguments, list_of_sources(*sources));
  }
  Table table{"Indicators",
              {{"kind", "Kind"},
               {"value", "Value"},
               {"confidence", "Confidence", true},
               {"valid_from", "From"},
               {"valid_until", "Until"},
               {"sources", "Sources"},
               {"title", "Title"},
               {"attack", "ATT&CK"},
               {"why", "Why"}},
              {},
              {}};
  const bool dropped = arguments.has("--dropped");
  std::uint64_t more = 0;
  auto done = for_each_shown(
      *intelligence, *filter, [&](const Known& known, const Assessment& assessment, int confidence) {
        if (assessment.is_kept == dropped) return true;
        if (table.rows.size() >= kListedMax && !arguments.has("--all")) return ++more, true;
        table.rows.push_back({std::string(intel::kind_name(known.indicator.kind)),
                              intel::indicator_text(known.indicator.kind, known.indicator.key),
                              std::to_string(confidence), day(assessment.worth.first),
                              day(assessment.worth.until), sources_of(known), title_of(known),
                              joined(assessment.attack, ", "), assessment.reason});
        return true;
      });
  if (!done.has_value()) return cannot_read(done.error());
  if (more) table.notes.push_back(std::to_string(more) + " more; --all lists them.");
  return write_table(arguments, table);
}

// Only what is at hand for the value itself, not for what is above it.
std::string explanation(const Known& known, const Intelligence& intelligence, Instant at) {
  const Assessment assessment = intel::assess(known, intelligence.harmless());
  const intel::Worth& worth = assessment.worth;
  std::string out = fmt::format(
      "{} ({}): {}: {}\n", intel::indicator_text(known.indicator.kind, known.indicator.key),
      intel::kind_name(known.indicator.kind), assessment.is_kept ? "kept" : "dropped", assessment.reason);
  const int now = intel::confidence_at(known.indicator.kind, worth, at);
  out += fmt::format("  confidence {}", worth.confidence);
  if (now != worth.confidence) out += fmt::format(", {} at {}", now, day(at));
  const int days = intel::lifetime_days(known.indicator.kind);
  const bool is_dated = worth.first != Instant{};
  out += !is_dated ? "; nobody said since when, so it does not fall\n"
         : days    ? fmt::format("; falls to nothing over {} days before and after it was reported\n", days)
                   : "; does not fall with time\n";
  if (is_dated) out += fmt::format("  reported {} to {}\n", day(worth.first), day(worth.last));
  if (worth.until != Instant{}) out += fmt::format("  ends {}\n", day(worth.until));
  if (known.sightings)
    out += fmt::format("  seen {} times by others, last {}\n", known.sightings, day(known.sighted_last));
  for (const intel::SourceStatement& statement : known.statements) {
    out += fmt::format("  source {}: confidence {}", statement.source, statement.confidence);
    if (!statement.title.empty()) out += ", " + statement.title;
    if (!statement.reference.empty()) out += ", " + statement.reference;
    if (!statement.attack.empty()) out += ", " + joined(statement.attack, ", ");
    out += '\n';
  }
  return out;
}

// The name of a field that holds values of the kind, so that a value is looked up just as scan looks it up.
std::string_view field_for(Kind kind) {
  constexpr std::string_view kFields[intel::kKinds] = {
      "DestinationIp", "DestinationIp", "QueryName",  "url",        "Hashes", "Hashes",
      "Hashes",        "Imphash",       "MailFrom",   "ja3",        "ja4",    "TargetObject",
      "PipeName",      "Image",         "user_agent", "CommandLine"};
  return kFields[static_cast<std::size_t>(kind)];
}

std::vector<Finding> look_up(const Intelligence& intelligence, IntelWatch& watch, Kind kind,
                             const std::string& value, Instant at) {
  const std::string text = intel::refanged(value);
  const Field field{field_for(kind), text};
  Event event;
  event.fields = {&field, 1};
  event.time = at;
  std::vector<Finding> findings;
  std::vector<intel::PatternHit> patterns;
  static const std::string kNoFile;
  const Log log{kNoFile};
  watch.report(event, log, 0, findings, patterns);
  (void)intelligence;
  return findings;
}

intel::Reading reading_of(const Arguments& arguments, const std::string& value) {
  if (const auto kind = intel::kind_of_name(arguments.value("--kind")))
    return intel::read_indicator(*kind, value);
  return intel::guess_indicator(value);
}

int run_explain(const Arguments& arguments) {
  std::string complaint;
  Instant at;
  if (!read_time(arguments, at, complaint)) return usage_error(kIntelExplainVerb, complaint);
  const auto intelligence = open_intelligence(arguments);
  if (!intelligence) return kExitUnreadable;
  IntelWatch watch(*intelligence);
  std::string out;
  bool all_read = true;
  for (const std::string& value : arguments.operands) {
    const intel::Reading reading = reading_of(arguments, value);
    if (!reading) {
      std::fprintf(stderr, "bartizan: '%s' %s; --kind says what it is\n", value.c_str(),
                   reading.error().c_str());
      all_read = false;
      continue;
    }
    auto known = intelligence->store().find(*reading);
    if (!known.has_value()) return cannot_read(known.error());
    if (*known) {
      out += explanation(**known, *intelligence, at);
    } else {
      out += fmt::format("{} ({}): not known: no source names it\n",
                         intel::indicator_text(reading->kind, reading->key), intel::kind_name(reading->kind));
      if (const auto list = intelligence->harmless().find(*reading))
        out += fmt::format("  harmless by the list '{}'\n", *list);
    }
    for (const Finding& finding : look_up(*intelligence, watch, reading->kind, value, at)) {
      const std::string& text = finding.why.front().pattern;
      if (text == intel::indicator_text(reading->kind, reading->key)) continue;
      const intel::Reading above = intel::guess_indicator(text);
      if (!above) continue;
      if (auto one = intelligence->store().find(*above); one.has_value() && *one)
        out += "matched by " + explanation(**one, *intelligence, at);
    }
  }
  std::fputs(out.c_str(), stdout);
  return finish_standard_output(all_read);
}

int run_check(const Arguments& arguments) {
  std::string complaint;
  Instant at;
  if (!read_time(arguments, at, complaint)) return usage_error(kIntelCheckVerb, complaint);
  const auto intelligence = open_intelligence(arguments);
  if (!intelligence) return kExitUnreadable;
  IntelWatch watch(*intelligence);
  Table table{"Known values",
              {{"value", "Value"},
               {"indicator", "Indicator"},
               {"level", "Level"},
               {"confidence", "Confidence"},
               {"source", "Source"}},
              {},
              {}};
  std::uint64_t asked = 0, unread = 0;
  const auto check = [&](const std::string& value) {
    if (value.empty()) return;
    ++asked;
    const intel::Reading reading = reading_of(arguments, value);
    if (!reading) return void(++unread);
    for (const Finding& finding : look_up(*intelligence, watch, reading->kind, value, at)) {
      std::string source, confidence;
      for (const FindingReason& reason : finding.why) {
        if (reason.field == "indicator.source") source += (source.empty() ? "" : "; ") + reason.value;
        if (reason.field == "indicator.confidence") confidence = reason.value;
      }
      table.rows.push_back(
          {value, finding.why.front().pattern, level_name(finding.level), confidence, source});
    }
  };
  for (const std::string& operand : arguments.operands) {
    if (operand != "-") {
      check(operand);
      continue;
    }
    for (std::string line; std::getline(std::cin, line);) check(line.substr(0, line.find('\r')));
  }
  if (unread)
    table.notes.push_back(std::to_string(unread) + " of " + std::to_string(asked) +
                          " values are of no kind that is looked up.");
  if (table.rows.empty() && arguments.value("--format", "table") == "table")
    table.notes.push_back("None of the values is known.");
  const int code = write_table(arguments, table);
  return code != kExitClean ? code : table.rows.empty() ? kExitClean : kExitFindings;
}

int run_remove(const Arguments& arguments) {
  if (arguments.operands.empty() && !arguments.has("--source"))
    return usage_error(kIntelRemoveVerb, "name a value, or a source with --source");
  auto store = open_intel_store(arguments);
  if (!store) return kExitUnreadable;
  if (arguments.has("--source")) {
    auto removed = store->remove_source(arguments.value("--source"));
    if (!removed.has_value()) return cannot_read(removed.error());
    std::printf("%llu indicators are no longer named by %s\n", static_cast<unsigned long long>(*removed),
                arguments.value("--source").c_str());
  }
  bool all_there = true;
  for (const std::string& value : arguments.operands) {
    const intel::Reading reading = reading_of(arguments, value);
    if (!reading) return usage_error(kIntelRemoveVerb, "'" + value + "' " + reading.error());
    auto removed = store->remove(*reading, arguments.value("--reason"));
    if (!removed.has_value()) return cannot_read(removed.error());
    std::printf("%s: %s\n", value.c_str(),
                *removed ? "removed; later imports do not bring it back" : "not known");
    all_there &= *removed;
  }
  if (!refresh_kept_index(arguments, *store)) return kExitUnreadable;
  return finish_standard_output(all_there);
}

void append_exported(const Known& known, const Assessment& assessment, int confidence,
                     const std::string& format, std::string& out) {
  const std::string value = intel::indicator_text(known.indicator.kind, known.indicator.key);
  const std::string_view kind = intel::kind_name(known.indicator.kind);
  if (format == "list") {
    out += value + "\n";
  } else if (format == "csv") {
    const std::string cells[] = {std::string(kind),           value,
                                 std::to_string(confidence),  day(assessment.worth.first),
                                 day(assessment.worth.until), title_of(known),
                                 sources_of(known),           joined(assessment.attack, ", ")};
    for (std::size_t i = 0; i < std::size(cells); ++i) append_csv(cells[i], out += i ? "," : "");
    out += '\n';
  } else {
    JsonWriter json(out);
    json.begin_object();
    json.member("kind", kind), json.member("value", value), json.key("confidence"), json.number(confidence);
    if (assessment.worth.first != Instant{})
      json.member("valid_from", format_instant(assessment.worth.first));
    if (assessment.worth.until != Instant{})
      json.member("valid_until", format_instant(assessment.worth.until));
    json.member("title", title_of(known)), json.member("source", sources_of(known));
    json.key("attack"), json.begin_array();
    for (const std::string& technique : assessment.attack) json.text(technique);
    json.end_array(), json.end_object();
    out += '\n';
  }
}

int run_export(const Arguments& arguments) {
  std::string complaint;
  const auto filter = filter_of(arguments, false, complaint);
  if (!filter) return usage_error(kIntelExportVerb, complaint);
  const auto intelligence = open_intelligence(arguments);
  if (!intelligence) return kExitUnreadable;
  const std::string format = arguments.value("--format", "jsonl");
  std::string out =
      format == "csv" ? "kind,value,confidence,valid_from,valid_until,title,source,attack\n" : "";
  auto done = for_each_shown(*intelligence, *filter,
                             [&](const Known& known, const Assessment& assessment, int confidence) {
                               if (assessment.is_kept && confidence >= intel::kConfidenceMin)
                                 append_exported(known, assessment, confidence, format, out);
                               return true;
                             });
  if (!done.has_value()) return cannot_read(done.error());
  return write(arguments, out);
}

}  // namespace

constinit const Verb kIntelListVerb{
    .name = "intel list",
    .operands = {},
    .operands_min = 0,
    .summary = "the indicators that are kept, or dropped, or the sources",
    .about = {},
    .options = kListOptions,
    .examples =
        "  bartizan intel list --kind domain --min-confidence 75\n"
        "  bartizan intel list --dropped --format csv -o dropped.csv\n"
        "  bartizan intel list --sources\n",
    .choices = {},
    .run = run_list,
};

constinit const Verb kIntelExplainVerb{
    .name = "intel explain",
    .operands = "VALUE…",
    .operands_min = 1,
    .summary = "who says what about a value, and why it is used or not",
    .about = {},
    .options = kExplainOptions,
    .examples =
        "  bartizan intel explain 'update[.]evil[.]example'\n"
        "  bartizan intel explain --from bundle.json --at 2023-02-15 192.0.2.7\n",
    .choices = {},
    .run = run_explain,
};

constinit const Verb kIntelCheckVerb{
    .name = "intel check",
    .operands = "VALUE…",
    .operands_min = 1,
    .summary = "which of the values are known, as scan would find them; - reads them from standard input",
    .about = "Exit code 1 when one of them is known.\n",
    .options = kCheckOptions,
    .examples =
        "  bartizan intel check 192.0.2.7 www.evil.example\n"
        "  cut -f3 conn.log | bartizan intel check --format jsonl -\n",
    .choices = {},
    .run = run_check,
};

constinit const Verb kIntelRemoveVerb{
    .name = "intel remove",
    .operands = "VALUE…",
    .operands_min = 0,
    .summary = "no longer use a value, or what a source said",
    .about = "A removed value stays removed when a source names it again.\n",
    .options = kRemoveOptions,
    .examples =
        "  bartizan intel remove --reason 'our own scanner' 192.0.2.7\n"
        "  bartizan intel remove --source old-feed\n",
    .choices = {},
    .run = run_remove,
};

constinit const Verb kIntelExportVerb{
    .name = "intel export",
    .operands = {},
    .operands_min = 0,
    .summary = "write the indicators that are kept, to hand on or to import elsewhere",
    .about = {},
    .options = kExportOptions,
    .examples =
        "  bartizan intel export -o indicators.jsonl\n"
        "  bartizan intel export --kind domain --min-confidence 75 --format list\n",
    .choices = {},
    .run = run_export,
};

}  // namespace bartizan::app
