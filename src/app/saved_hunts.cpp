// SPDX-License-Identifier: Apache-2.0
// hunt list, due, history, test: what is said about saved hunts. hunt run stands in hunt_run.cpp.
#include "app/saved_hunts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <ranges>

#include "app/content.h"
#include "app/hunt_answer.h"
#include "app/hunt_verbs.h"
#include "app/intel_options.h"
#include "app/output.h"
#include "app/rule_options.h"
#include "app/verbs.h"
#include "base/nearest.h"
#include "base/text.h"
#include "engine/hunt_examples.h"
#include "hunt/hunt_runs.h"
#include "sink/table.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

using hunt::HuntRun;
using hunt::SavedHunt;

void load_folder(const std::string& path, std::vector<SavedHunt>& hunts,
                 std::vector<Diagnostic>& diagnostics) {
  std::vector<Error> unreadable;
  for (const std::string& file : list_evidence(path, unreadable)) {
    if (!file.ends_with(".yml") && !file.ends_with(".yaml")) continue;
    auto text = read_text_file(file, limits::kHuntFileBytesMax);
    if (!text.has_value()) {
      unreadable.push_back(text.error());
      continue;
    }
    auto hunt = hunt::parse_hunt(*text, file, diagnostics);
    if (!hunt) continue;
    const auto same = std::ranges::find(hunts, hunt->id, &SavedHunt::id);
    if (same == hunts.end()) hunts.push_back(std::move(*hunt));
    else
      diagnostics.push_back({"hunt.file", file, 1, 1, "there is a hunt '" + hunt->id + "' already",
                             "in " + same->file + "; give this one another name"});
  }
  for (const Error& error : unreadable)
    diagnostics.push_back(
        {"hunt.unreadable", error.where.empty() ? path : error.where, 0, 0, error.message, {}});
}

int write_table(const Arguments& arguments, const Table& table) {
  auto written = write_output(arguments.value("--output"), render_table(arguments.value("--format"), table));
  if (written.has_value()) return kExitClean;
  std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
  return kExitUnreadable;
}

int with_mistakes(const SavedHunts& saved, int code) {
  return code == kExitClean && saved.has_mistakes ? kExitUsage : code;
}

int run_list(const Arguments& arguments) {
  SavedHunts saved = load_hunts(arguments);
  if (!choose_named(arguments, saved)) return kExitUsage;
  Table table{"Hunts",
              {{"hunt", "Hunt"},
               {"every", "Every"},
               {"covers", "Covers"},
               {"advisory", "Advisory"},
               {"attack", "ATT&CK"},
               {"title", "Title"}},
              {},
              {}};
  for (const SavedHunt& hunt : saved.hunts)
    table.rows.push_back({hunt.id, hunt::format_span(hunt.every_seconds),
                          hunt::format_span(hunt.covers_seconds), joined(hunt.advisory, " "),
                          joined(hunt.attack, " "), hunt.title});
  return with_mistakes(saved, write_table(arguments, table));
}

int run_due(const Arguments& arguments) {
  Instant at;
  if (!read_at(arguments, at)) return kExitUsage;
  const std::string store = named_store(arguments);
  if (store.empty()) return kExitUsage;
  const SavedHunts saved = load_hunts(arguments);
  auto history = hunt::read_runs(store);
  if (!history.has_value()) return cannot_read(history.error());
  Table table{"Hunts and when they are due",
              {{"hunt", "Hunt"},
               {"due", "Due"},
               {"every", "Every"},
               {"hunted_until", "Hunted until"},
               {"title", "Title"}},
              {},
              {}};
  std::size_t due = 0;
  for (const SavedHunt& hunt : saved.hunts) {
    const auto when = hunt::due_at(hunt, history->runs);
    const bool is_due = !when || *when <= at;
    due += is_due;
    std::string until;
    for (const HuntRun& run : history->runs)
      if (run.hunt == hunt.id && run.is_regular && run.failed.empty())
        until = std::max(until, minutes(run.until));
    table.rows.push_back(
        {hunt.id, is_due ? "now" : minutes(*when), hunt::format_span(hunt.every_seconds), until, hunt.title});
  }
  std::ranges::stable_partition(table.rows, [](const auto& row) { return row[1] == "now"; });
  table.notes.push_back(std::to_string(due) + " of " + std::to_string(saved.hunts.size()) +
                        " hunts are due.");
  return with_mistakes(saved, write_table(arguments, table));
}

std::string outcome_of(const HuntRun& run) {
  return !run.failed.empty() ? "failed: " + run.failed
         : run.is_blind      ? "blind: no log it needs answered"
         : run.is_cut        ? "more rows than written"
                             : "";
}

std::string logs_of(const std::vector<hunt::LogHosts>& logs) {
  std::string out;
  for (const hunt::LogHosts& one : logs)
    out += (out.empty() ? "" : ", ") + one.log + " " + std::to_string(one.hosts);
  return out;
}

int run_history(const Arguments& arguments) {
  const std::string store = named_store(arguments);
  if (store.empty()) return kExitUsage;
  auto history = hunt::read_runs(store);
  if (!history.has_value()) return cannot_read(history.error());
  Table table{"Runs of hunts",
              {{"at", "At"},
               {"hunt", "Hunt"},
               {"since", "Since"},
               {"until", "Until"},
               {"rows", "Rows", true},
               {"outcome", "Outcome"},
               {"silent", "Silent"},
               {"answered", "Answered"}},
              {},
              {}};
  for (const HuntRun& run : history->runs) {
    if (!arguments.operands.empty() &&
        std::ranges::find(arguments.operands, run.hunt) == arguments.operands.end())
      continue;
    table.rows.push_back({minutes(run.at), run.hunt, minutes(run.since), minutes(run.until),
                          std::to_string(run.rows), outcome_of(run), logs_of(run.coverage.silent),
                          logs_of(run.coverage.answered)});
  }
  if (history->unreadable)
    table.notes.push_back(std::to_string(history->unreadable) + " lines of the record cannot be read.");
  return write_table(arguments, table);
}

int run_test(const Arguments& arguments) {
  SavedHunts saved = load_hunts(arguments);
  if (!choose_named(arguments, saved)) return kExitUsage;
  RuleSet rules;
  if (auto loaded = load_all_rules(arguments, rules); !loaded)
    return usage_error(*arguments.verb, loaded.error());
  rules.prepare();
  auto report = run_hunt_examples(saved.hunts, rules);
  if (!report.has_value()) return cannot_read(report.error());
  for (const std::string& failure : report->failures) std::printf("%s\n", failure.c_str());
  std::printf("%zu passed, %zu failed\n", report->passed, report->failed);
  const int code = finish_standard_output(true);
  if (code != kExitClean) return code;
  return with_mistakes(saved, report->failed || !report->passed ? kExitFindings : kExitClean);
}

constexpr Option kListOptions[] = {kHuntsOption, kNoBuiltinHuntsOption, kHuntListFormatOption,
                                   kHuntOutputOption};
constexpr Option kDueOptions[] = {kHuntsOption,  kNoBuiltinHuntsOption, kHuntStoreOption,
                                  kHuntAtOption, kHuntListFormatOption, kHuntOutputOption};
constexpr Option kHistoryOptions[] = {kHuntStoreOption, kHuntListFormatOption, kHuntOutputOption};
constexpr Option kTestOptions[] = {kHuntsOption,          kNoBuiltinHuntsOption, kRulesOption,
                                   kNoBuiltinRulesOption, kFetchedRulesOption,   kPlaceholdersOption};

}  // namespace

SavedHunts load_hunts(const Arguments& arguments) {
  SavedHunts saved;
  std::vector<Diagnostic> diagnostics;
  if (const std::string content = content_folder(); !arguments.has("--no-builtin-hunts") && !content.empty())
    load_folder(content + "/hunts", saved.hunts, diagnostics);
  for (const std::string& folder : arguments.values("--hunts")) load_folder(folder, saved.hunts, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  saved.has_mistakes = count_errors(diagnostics) > 0;
  std::ranges::sort(saved.hunts, {}, &SavedHunt::id);
  return saved;
}

bool choose_named(const Arguments& arguments, SavedHunts& saved) {
  if (arguments.operands.empty()) return true;
  std::vector<SavedHunt> chosen;
  for (const std::string& name : arguments.operands) {
    const auto hunt = std::ranges::find(saved.hunts, name, &SavedHunt::id);
    if (hunt != saved.hunts.end()) {
      chosen.push_back(*hunt);
      continue;
    }
    std::vector<std::string_view> names;
    for (const SavedHunt& one : saved.hunts) names.push_back(one.id);
    const std::string_view near = nearest(name, names);
    usage_error(*arguments.verb, "there is no hunt '" + name + "'" +
                                     (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
    return false;
  }
  saved.hunts = std::move(chosen);
  return true;
}

std::string logs_text(const std::vector<hunt::LogHosts>& logs, bool with_names) {
  constexpr std::size_t kLogsShown = 8, kNamesShown = 5;
  std::string out;
  for (const hunt::LogHosts& one : logs | std::views::take(kLogsShown)) {
    out += fmt::format("{}{} of {} host{}", out.empty() ? "" : ", ", one.log, one.hosts,
                       one.hosts == 1 ? "" : "s");
    if (!with_names) continue;
    std::string names;
    for (std::size_t i = 0; i < std::min(kNamesShown, one.names.size()); ++i)
      names += (i ? " " : "") + one.names[i];
    out += " (" + names + (one.hosts > kNamesShown ? " …)" : ")");
  }
  if (logs.size() > kLogsShown) out += fmt::format(", and {} more logs", logs.size() - kLogsShown);
  return out;
}

bool read_at(const Arguments& arguments, Instant& at) {
  std::string complaint;
  if (read_time(arguments, at, complaint)) return true;
  usage_error(*arguments.verb, complaint);
  return false;
}

std::string named_store(const Arguments& arguments) {
  std::string store = store_folder(arguments);
  if (store.empty()) usage_error(*arguments.verb, "which store? --store DIR, or BARTIZAN_STORE");
  return store;
}

constinit const Verb kHuntListVerb{
    .name = "hunt list",
    .operands = "[HUNT…]",
    .operands_min = 0,
    .summary = "the saved hunts: how often, over which time, what for",
    .about = {},
    .options = kListOptions,
    .examples =
        "  bartizan hunt list\n"
        "  bartizan hunt list --hunts our-hunts/ --format csv -o hunts.csv\n",
    .choices = {},
    .run = run_list,
};
constinit const Verb kHuntDueVerb{
    .name = "hunt due",
    .operands = {},
    .operands_min = 0,
    .summary = "which saved hunts have to be run, and when the others",
    .about =
        "A hunt is due when the time it last covered ended an interval ago (an hour early counts), or when "
        "its\n"
        "file has changed.\n",
    .options = kDueOptions,
    .examples = "  bartizan hunt due --store evidence.store\n",
    .choices = {},
    .run = run_due,
};
constinit const Verb kHuntHistoryVerb{
    .name = "hunt history",
    .operands = "[HUNT…]",
    .operands_min = 0,
    .summary = "what was hunted, over which time, and which logs were silent",
    .about = {},
    .options = kHistoryOptions,
    .examples =
        "  bartizan hunt history --store evidence.store\n"
        "  bartizan hunt history --format csv -o hunted.csv kerberos-rc4-tickets\n",
    .choices = {},
    .run = run_history,
};
constinit const Verb kHuntTestVerb{
    .name = "hunt test",
    .operands = "[HUNT…]",
    .operands_min = 0,
    .summary = "try saved hunts on the examples they carry",
    .about =
        "Each example is a log; the hunt must find what its file says is in it. A hunt without an example "
        "fails.\n",
    .options = kTestOptions,
    .examples = "  bartizan hunt test --no-builtin-hunts --hunts our-hunts/\n",
    .choices = {},
    .run = run_test,
};

}  // namespace bartizan::app
