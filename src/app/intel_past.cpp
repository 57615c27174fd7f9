// SPDX-License-Identifier: Apache-2.0
// intel past: indicators against what is stored. Which are new is kept in the store, in a file `intel-past`: a line for each folder of
// intelligence, the number of its last indicator that was matched, a blank, and the folder.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "app/content.h"
#include "app/hunt_answer.h"
#include "app/intel_options.h"
#include "app/output.h"
#include "app/saved_hunts.h"
#include "app/verbs.h"
#include "base/limits.h"
#include "engine/past_match.h"
#include "engine/rule_set.h"
#include "model/jsonl.h"
#include "sink/table.h"
#include "source/evidence.h"
#include "store/database.h"
#include "store/durable_file.h"

namespace bartizan::app {
namespace {

struct Mark {
  std::uint32_t last = 0;
  std::string folder;
};

std::string mark_path(const std::string& store) { return store + "/intel-past"; }

std::vector<Mark> read_marks(const std::string& store) {
  std::vector<Mark> marks;
  const auto text = read_text_file(mark_path(store), limits::kHuntFileBytesMax);
  std::istringstream lines(text.has_value() ? *text : std::string());
  for (std::string line; std::getline(lines, line);) {
    Mark mark;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), mark.last);
    if (error != std::errc() || *end != ' ') continue;
    mark.folder.assign(end + 1);
    marks.push_back(std::move(mark));
  }
  return marks;
}

Result<void> write_mark(const std::string& store, const Mark& mark) {
  std::string text = std::to_string(mark.last) + " " + mark.folder + "\n";
  for (const Mark& other : read_marks(store))
    if (other.folder != mark.folder) text += std::to_string(other.last) + " " + other.folder + "\n";
  TRY(store::DurableFile file, store::DurableFile::create(mark_path(store)));
  TRY_VOID(file.append(text));
  return file.finish();
}

std::string said_by(const Finding& finding) {
  std::string out;
  for (const FindingReason& reason : finding.why)
    if (reason.field == "indicator.source") out += (out.empty() ? "" : "; ") + reason.value;
  return out;
}

// A pattern is too long for a table: its name in the rule.
std::string indicator_of(const Finding& finding) {
  if (finding.rule_id.starts_with("intel:pattern:")) return finding.rule_id.substr(sizeof("intel:") - 1);
  return finding.why.front().pattern;
}

std::string seconds_of(Instant time) { return format_instant(time).substr(0, 19) + "Z"; }

Table table_of(const std::vector<PastSighting>& sightings) {
  Table table{"Indicators seen in what is stored",
              {{"indicator", "Indicator"},
               {"level", "Level"},
               {"first", "First"},
               {"last", "Last"},
               {"events", "Events", true},
               {"hosts", "Hosts", true},
               {"on_hosts", "On"},
               {"source", "Source"},
               {"finding", "Finding"}},
              {},
              {}};
  for (const PastSighting& seen : sightings) {
    std::string hosts;
    for (const std::string& host : seen.host_names) hosts += (hosts.empty() ? "" : " ") + host;
    table.rows.push_back({indicator_of(seen.finding), level_name(seen.finding.level), seconds_of(seen.first),
                          seconds_of(seen.last), std::to_string(seen.events), std::to_string(seen.hosts),
                          std::move(hosts), said_by(seen.finding), seen.finding.id});
  }
  return table;
}

std::string rendered(const std::string& format, const std::vector<PastSighting>& sightings) {
  if (format != "jsonl") return render_table(format, table_of(sightings));
  std::string out;
  for (const PastSighting& seen : sightings) append_finding_json(seen.finding, out), out += '\n';
  return out;
}

void say_facts(const PastFacts& facts) {
  std::fputs(fmt::format("bartizan: {} indicators; {} of {} files and {} of {} slices were read, {} events\n",
                         facts.indicators, facts.files_read, facts.files, facts.slices_read, facts.slices,
                         facts.events_read)
                 .c_str(),
             stderr);
  if (facts.patterns_of_all)
    std::fputs(
        fmt::format("bartizan: {} patterns have no value that can be looked up, so everything was read\n",
                    facts.patterns_of_all)
            .c_str(),
        stderr);
  if (facts.observations_left)
    std::fputs(
        fmt::format("bartizan: {} events that patterns meet were left out, as more than {} are not kept\n",
                    facts.observations_left, limits::kPatternHitsMax)
            .c_str(),
        stderr);
  if (facts.summaries_made)
    std::fputs(fmt::format("bartizan: {} files had no whole summary, it was made{}\n", facts.summaries_made,
                           facts.summaries_unwritten ? " and could not be kept" : "")
                   .c_str(),
               stderr);
}

std::unique_ptr<Intelligence> open_newer(const Arguments& arguments, const std::string& folder,
                                         std::uint32_t after) {
  if (!arguments.has("--from") &&
      !std::filesystem::exists(std::filesystem::path(folder) / Intelligence::kStoreName))
    return open_intelligence(arguments);  // says that there is none
  std::vector<Diagnostic> diagnostics;
  auto opened =
      Intelligence::open_newer(arguments.has("--from") ? arguments.values("--from") : std::vector{folder},
                               harmless_file(), after, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  if (!opened.has_value()) return cannot_read(opened.error()), nullptr;
  if (count_errors(diagnostics) > 0) return nullptr;
  return std::move(*opened);
}

int run_past(const Arguments& arguments) {
  if (arguments.has("--new") && arguments.has("--from"))
    return usage_error(*arguments.verb, "--new is about what is kept; --from is matched as a whole");
  hunt::TimeRange range;
  double seconds = 0;
  if (!read_range(arguments, range) || !read_seconds(arguments, seconds)) return kExitUsage;
  const std::string store = named_store(arguments);
  if (store.empty()) return kExitUsage;
  if (store::engine_of(store) != store::Engine::kDuckDb)
    return usage_error(*arguments.verb, "this needs a store in a folder, where its record is kept");
  const std::string folder = std::filesystem::absolute(intel_folder(arguments)).lexically_normal().string();
  std::uint32_t after = 0;
  if (arguments.has("--new"))
    for (const Mark& mark : read_marks(store))
      if (mark.folder == folder) after = mark.last;
  const auto intelligence = open_newer(arguments, folder, after);
  if (!intelligence) return kExitUnreadable;
  RuleSet tables;
  tables.load_mapping(content_folder());
  PastOptions options;
  if (range.since) options.first_day = store::day_of(*range.since);
  if (range.until) options.last_day = store::day_of(*range.until);
  catch_cancel();
  options.keep_going = [&, progress = with_progress().progress,
                        start = std::chrono::steady_clock::now()](double share) {
    return progress(100 * share) &&
           std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds;
  };
  std::vector<PastSighting> sightings;
  auto facts = match_past(store, *intelligence, tables.logsources(), options, sightings);
  if (!facts.has_value()) return say_failure(facts.error().text());
  say_facts(*facts);
  auto written = write_output(arguments.value("--output"), rendered(arguments.value("--format"), sightings));
  if (!written.has_value()) return say_failure("cannot write " + written.error().text());
  if (facts->is_cut)
    return say_failure("stopped before the end; what was found is written, and nothing counts as matched");
  if (!arguments.has("--from") && !range.since && !range.until && facts->last_id)
    if (auto kept = write_mark(store, {facts->last_id, folder}); !kept.has_value())
      return say_failure("cannot note what was matched: " + kept.error().text());
  return sightings.empty() ? kExitClean : kExitFindings;
}

constexpr Option kPastOptions[] = {
    kIntelOption,
    kIntelFromOption,
    flag("Intelligence", "--new", "only indicators that were imported since the last time"),
    kHuntStoreOption,
    option("Store", "--since", "T", "only the days from this time on"),
    option("Store", "--until", "T", "only the days up to this time"),
    kHuntSecondsOption,
    kHuntListFormatOption,
    kHuntOutputOption,
};

}  // namespace

constinit const Verb kIntelPastVerb{
    .name = "intel past",
    .operands = {},
    .operands_min = 0,
    .summary = "match indicators with the events of a store (retro-match): first and last sight, hosts",
    .about =
        "What scan --intel would have found had the indicators been known then. Exit code 1 when something "
        "was seen.\n"
        "Summaries of the store's files tell which parts have to be read. A STIX pattern without a value "
        "to look\n"
        "up makes it read everything.\n",
    .options = kPastOptions,
    .examples =
        "  bartizan intel import feed.json && bartizan intel past --new --store evidence.store\n"
        "  bartizan intel past --from bundle.json --store evidence.store --format jsonl\n",
    .choices = {},
    .run = run_past,
};

}  // namespace bartizan::app
