// SPDX-License-Identifier: Apache-2.0
#include "engine/past_match.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "base/limits.h"
#include "engine/intel_watch.h"
#include "engine/observed_numbers.h"
#include "engine/stored_events.h"
#include "intel/value_number.h"
#include "store/parquet_store.h"
#include "store/parquet_writer.h"
#include "store/value_summary.h"

namespace bartizan {
namespace {

using store::NumberRange;
using store::ValueSummary;

constexpr std::uint64_t kSlicesMax = 32;  // of a file

std::uint64_t slices_in(std::uint64_t rows) { return (rows + store::kSliceRows - 1) / store::kSliceRows; }

std::uint32_t all_slices(std::uint64_t rows) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << std::min(slices_in(rows), kSlicesMax)) - 1);
}

class PastMatch {
 public:
  PastMatch(const Intelligence& intelligence, const LogsourceTable& table, store::Database& database,
            const PastOptions& options)
      : intelligence_(intelligence),
        table_(table),
        database_(database),
        options_(options),
        watch_(intelligence),
        patterns_(intelligence.patterns()),
        script_fields_(table) {
    facts.patterns_of_all = intelligence.patterns().free().size();
  }

  Result<void> gather_ranges() {
    TRY_VOID(intelligence_.store().for_each([&](const intel::Known& known) {
      facts.last_id = std::max(facts.last_id, known.id);
      if (known.id <= intelligence_.after() || !intel::assess(known, intelligence_.harmless()).is_kept)
        return true;
      if (known.indicator.kind == intel::Kind::kPattern) add_pattern(known.id);
      else ++facts.indicators, add_range(known.indicator);
      return true;
    }));
    // In the order of the summaries, so that looking up one after the other stays in the cache.
    std::ranges::sort(ranges_, {}, &NumberRange::first);
    return {};
  }

  Result<void> match_file(const std::string& file, double share) {
    ++facts.files;
    TRY(const std::uint64_t rows, store::count_parquet_rows(file));
    facts.slices += slices_in(rows);
    TRY(std::uint32_t slices, slices_to_read(file, rows));
    facts.files_read += slices != 0;
    for (; slices != 0; slices &= slices - 1) {
      if (options_.keep_going && !options_.keep_going(share)) return facts.is_cut = true, Result<void>();
      const std::uint64_t first = static_cast<std::uint64_t>(std::countr_zero(slices)) * store::kSliceRows;
      TRY_VOID(match_slice(file, first));
    }
    return {};
  }

  void take(std::vector<PastSighting>& sightings) {
    findings_.clear();
    patterns_.finish(findings_);
    facts.observations_left = patterns_.left_out();
    for (Finding& finding : findings_) note(std::move(finding));
    for (auto& [rule, seen] : seen_) {
      seen.sighting.hosts = seen.hosts.size();
      for (const std::string& host : seen.hosts) {
        if (seen.sighting.host_names.size() == limits::kPastHostsShown) break;
        seen.sighting.host_names.push_back(host);
      }
      add_reasons(seen.sighting);
      sightings.push_back(std::move(seen.sighting));
    }
    std::ranges::stable_sort(sightings, {}, &PastSighting::first);
  }

  PastFacts facts;

 private:
  struct Seen {
    PastSighting sighting;
    std::set<std::string> hosts;
  };

  void add_range(const intel::Indicator& value) {
    if (const auto numbers = intel::numbers_of(value)) ranges_.push_back({numbers->first, numbers->second});
  }

  // One that cannot be evaluated was left out, and said to be, when the patterns were read.
  void add_pattern(std::uint32_t id) {
    const intel::PatternSet& patterns = intelligence_.patterns();
    const auto number = patterns.number_of(id);
    if (!number) return;
    ++facts.indicators;
    for (const intel::Indicator& value : intel::waking_values(patterns.pattern(*number))) add_range(value);
  }

  Result<std::uint32_t> slices_to_read(const std::string& file, std::uint64_t rows) {
    if (facts.patterns_of_all != 0) return all_slices(rows);
    TRY(const ValueSummary summary, summary_of(file, rows));
    std::uint32_t slices = 0;
    for (const NumberRange& range : ranges_) slices |= summary.slices_of(range);
    return slices;
  }

  Result<ValueSummary> summary_of(const std::string& file, std::uint64_t rows) {
    const std::string path = store::summary_path(file);
    if (auto summary = ValueSummary::read(path)) return std::move(*summary);
    ++facts.summaries_made;
    store::ValueCollector values;
    ObservedNumbers numbers(table_);
    for (std::uint64_t first = 0; first < rows; first += store::kSliceRows)
      TRY_VOID(read_stored_events(database_, file, first, first + store::kSliceRows,
                                  [&](const Event& event, const std::string&, std::uint64_t row) {
                                    for (const std::uint64_t number : numbers.read(event))
                                      values.add(number, row);
                                    return true;
                                  }));
    // A store that cannot be written to is still matched.
    ValueSummary summary = values.summary();
    facts.summaries_unwritten += !summary.write(path).has_value();
    return summary;
  }

  Result<void> match_slice(const std::string& file, std::uint64_t first) {
    ++facts.slices_read;
    return read_stored_events(database_, file, first, first + store::kSliceRows,
                              [&](const Event& event, const std::string& evidence, std::uint64_t) {
                                match(event, evidence);
                                return true;
                              });
  }

  void match(const Event& event, const std::string& evidence) {
    ++facts.events_read;
    const std::vector<ScriptField>& scripts = script_fields_.of(event);
    if (!watch_.look(event) && scripts.empty()) return;
    const Log log{.file = evidence};
    findings_.clear();
    hits_.clear();
    watch_.report(event, log, event.offset, findings_, hits_);
    for (intel::PatternHit& hit : hits_) patterns_.add(std::move(hit));
    watch_.report_layers(scripts, event, log, read_scripts_, findings_);
    for (Finding& finding : findings_) note(std::move(finding));
  }

  void note(Finding&& finding) {
    const auto [known, is_new] = seen_.try_emplace(finding.rule_id);
    Seen& seen = known->second;
    ++seen.sighting.events;
    if (!finding.host.empty()) seen.hosts.insert(finding.host);
    seen.sighting.last = is_new ? finding.time : std::max(seen.sighting.last, finding.time);
    const auto order = [](const Finding& one) { return std::tie(one.time, one.file, one.id); };
    if (!is_new && order(seen.sighting.finding) <= order(finding)) return;
    seen.sighting.first = finding.time;
    seen.sighting.finding = std::move(finding);
  }

  static void add_reasons(PastSighting& sighting) {
    const auto add = [&](const char* field, std::string value) {
      sighting.finding.why.push_back({field, "is", "", std::move(value)});
    };
    add("past.first", format_instant(sighting.first));
    add("past.last", format_instant(sighting.last));
    add("past.events", std::to_string(sighting.events));
    std::string hosts;
    for (const std::string& host : sighting.host_names) hosts += (hosts.empty() ? "" : " ") + host;
    if (sighting.hosts > sighting.host_names.size()) hosts += " …";
    add("past.hosts", std::to_string(sighting.hosts) + (hosts.empty() ? "" : ": " + hosts));
  }

  const Intelligence& intelligence_;
  const LogsourceTable& table_;
  store::Database& database_;
  const PastOptions& options_;
  IntelWatch watch_;
  intel::PatternTracker patterns_;
  ScriptFieldsOfKinds script_fields_;
  ReadScripts read_scripts_;
  std::vector<NumberRange> ranges_;
  std::map<std::string, Seen> seen_;  // by rule, which is the indicator
  std::vector<Finding> findings_;
  std::vector<intel::PatternHit> hits_;
};

}  // namespace

Result<PastFacts> match_past(const std::string& store_folder, const Intelligence& intelligence,
                             const LogsourceTable& table, const PastOptions& options,
                             std::vector<PastSighting>& sightings) {
  TRY(const std::unique_ptr<store::Database> database,
      store::Database::open(store_folder, {.budget = {.seconds = 3'600, .rows_max = UINT32_MAX}}));
  PastMatch match(intelligence, table, *database, options);
  TRY_VOID(match.gather_ranges());
  const std::vector<std::string> files =
      store::parquet_files(std::filesystem::absolute(store_folder).lexically_normal().string(),
                           store::TableName::kEvents, options.first_day, options.last_day);
  for (std::size_t i = 0; i < files.size() && !match.facts.is_cut; ++i)
    TRY_VOID(match.match_file(files[i], static_cast<double>(i) / static_cast<double>(files.size())));
  match.take(sightings);
  return match.facts;
}

}  // namespace bartizan
