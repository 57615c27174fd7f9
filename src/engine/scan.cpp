// SPDX-License-Identifier: Apache-2.0
#include "engine/scan.h"

#include <algorithm>

#include "base/limits.h"
#include "base/must.h"
#include "detect/identity/detector.h"
#include "engine/coverage.h"
#include "engine/detector.h"
#include "engine/identity_findings.h"
#include "engine/ordered_workers.h"
#include "engine/place_lookup.h"
#include "engine/view_collector.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

bool wanted(const Finding& finding, const ScanOptions& options) {
  if (finding.level < options.level_min) return false;
  if (options.since && finding.time < *options.since) return false;
  if (options.until && finding.time >= *options.until) return false;
  return options.shown.wants(finding);
}

bool want_identity_fields(const EventKind& kind, Columns& columns) {
  if (!identity::wants(kind)) return false;
  for (std::string_view name : identity::fields_needed(kind)) columns.names.emplace_back(name);
  columns.all = columns.all || identity::needs_every_field(kind);
  return true;
}

// Fields that others than the rules ask for.
KindRules::FurtherFields further_fields(const ScanOptions& options) {
  return [identity = options.identity, intel = options.intelligence != nullptr](const EventKind& kind,
                                                                                Columns& columns) {
    if (intel) IntelWatch::want_fields(columns);
    return identity && want_identity_fields(kind, columns);
  };
}

class Scan {
 public:
  Scan(const ScanOptions& options, RuleSet& rules, const std::function<bool(const ScanProgress&)>& keep_going)
      : options_(options),
        rules_(rules),
        keep_going_(keep_going),
        correlations_(rules),
        kinds_(
            rules, [this](std::uint32_t rule) { return wants_rule(rule); }, further_fields(options)),
        block_detector_(kinds_, correlations_, scripts_, options.plain, options.keep_records,
                        [this](std::uint32_t rule) { return wants_rule(rule); }),
        views_(block_detector_, correlations_) {
    if (options.intelligence) patterns_.emplace(options.intelligence->patterns());
    MUST(rules.is_prepared());
    const std::size_t threads = std::clamp<std::size_t>(options.threads, 1, limits::kThreadsMax);
    const PieceOptions piece{options.decode,
                             options.plain,
                             threads > 1,
                             options.keep_records,
                             options.identity,
                             options.intelligence,
                             [this](const Finding& finding) { return wanted(finding, options_); }};
    outcome_.findings.set_threads(threads);
    for (std::size_t i = 0; i < threads; ++i)
      detectors_.push_back(std::make_unique<PieceDetector>(
          kinds_, correlations_, scripts_, piece, [this](std::uint32_t rule) { return wants_rule(rule); }));
  }

  ScanOutcome run(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
      std::vector<Error> unreadable;
      for (std::string& file : list_evidence(path, unreadable)) files.push_back(std::move(file));
      for (const Error& error : unreadable) outcome_.summary.unreadable.push_back(error.text());
    }
    progress_.files_total = files.size();
    {
      OrderedWorkers<LogPiece, PieceResult> workers(
          detectors_.size(),
          [this](std::size_t worker, LogPiece& piece) {
            if (options_.on_piece) options_.on_piece(worker, piece);
            return detectors_[worker]->detect(piece);
          },
          [this](PieceResult&& result) { collect(std::move(result)); });
      for (const std::string& file : files) {
        if (interrupted_) break;
        read_file(file, workers);
        const std::lock_guard lock(mutex_);
        ++progress_.files_done;
      }
    }
    if (options_.yara) look_at_files(files);
    finish();
    return std::move(outcome_);
  }

 private:
  // Rules below the wanted level are not even looked at, unless a correlation is built on them.
  bool wants_rule(std::uint32_t rule) const {
    // A tuning file may give rules other levels.
    return rules_.tuning() || rules_.summary(rule).level >= options_.level_min || correlations_.needs(rule);
  }

  void read_file(const std::string& path, OrderedWorkers<LogPiece, PieceResult>& workers) {
    ReadReport report;
    auto take = [&](LogPiece& piece) {
      workers.submit(piece);
      const std::lock_guard lock(mutex_);
      if (piece.buffer.empty() && !buffers_.empty())
        piece.buffer = std::move(buffers_.back()), buffers_.pop_back();
      progress_.file_bytes = report.file_bytes;
      interrupted_ = !keep_going_(progress_);
      return !interrupted_;
    };
    auto keep_going = [&] {
      const std::lock_guard lock(mutex_);
      return !(interrupted_ = interrupted_ || !keep_going_(progress_));
    };
    auto done = read_logs(path, take, report,
                          {.carve = options_.decode.carve,
                           .zone = options_.decode.zone,
                           .capture = {options_.suricata_rules, keep_going}});
    ScanSummary& summary = outcome_.summary;
    if (!done.has_value()) return summary.unreadable.push_back(done.error().text());
    for (std::string& error : report.errors) summary.unreadable.push_back(std::move(error));
    for (std::string& file : report.not_recognised) summary.not_recognised.push_back(std::move(file));
    summary.files_read += report.logs;
    summary.bytes += report.bytes;
  }

  void look_at_files(const std::vector<std::string>& files) {
    auto looked = yara_scan(files, *options_.yara,
                            [&] { return !(interrupted_ = interrupted_ || !keep_going_(progress_)); });
    ScanSummary& summary = outcome_.summary;
    if (!looked.has_value()) return summary.unreadable.push_back(looked.error().text());
    keep(looked->findings);
    for (std::string& line : looked->unreadable) summary.unreadable.push_back(std::move(line));
    for (std::string& line : looked->oddities)
      ++summary.oddities, outcome_.oddities.push_back(std::move(line));
  }

  // In the order of the evidence, one at a time.
  void collect(PieceResult&& result) {
    for (Contribution& contribution : result.contributions) {
      contribution.sequence += events_before_;
      correlations_.add(std::move(contribution));
    }
    posture_.add(std::move(result.posture));
    directory_.add(std::move(result.directory));
    views_.add(std::move(result.views), events_before_, result.oddities);
    identities_.add(result.identity, result.log->file, events_before_);
    for (intel::PatternHit& hit : result.patterns)
      hit.sequence += events_before_, patterns_->add(std::move(hit));
    events_before_ += result.events;
    outcome_.findings.add_packed(result.findings);
    note_oddities(*result.log, result.oddities);
    const std::lock_guard lock(mutex_);
    progress_.events += result.events;
    progress_.bytes += result.bytes;
    progress_.findings = outcome_.findings.size();
    if (!result.buffer.empty()) buffers_.push_back(std::move(result.buffer));
  }

  void note_oddities(const Log& log, const OddityList& oddities) {
    outcome_.summary.oddities += oddities.total;
    if (log.file != oddities_of_) oddities_of_ = log.file, oddities_kept_ = 0;
    for (const Oddity& oddity : oddities.kept)
      if (oddities_kept_++ < limits::kOdditiesKeptPerFile && outcome_.oddities.size() < limits::kOdditiesKept)
        outcome_.oddities.push_back(log.file + ": at byte " + std::to_string(oddity.offset) + ": " +
                                    oddity.what);
  }

  void keep(const std::vector<Finding>& found) {
    for (const Finding& finding : found)
      if (wanted(finding, options_)) outcome_.findings.add(finding);
  }

  void finish() {
    std::vector<Finding> from_views;
    OddityList oddities;
    views_.finish(from_views, oddities, outcome_.summary);
    keep(from_views);
    outcome_.summary.posture = posture_.facts();
    for (PostureFact& fact : directory_.facts()) outcome_.summary.posture.push_back(std::move(fact));
    outcome_.summary.oddities += oddities.total;
    std::vector<Finding> correlated;
    correlations_.finish(correlated);
    if (patterns_) patterns_->finish(correlated);
    keep(correlated);
    std::vector<Finding> of_identities;
    identities_.finish(of_identities);
    if (const Tuning* tuning = rules_.tuning()) tune(of_identities, *tuning);
    note_rules(of_identities, outcome_.findings.findings());
    keep(of_identities);
    ScanSummary& summary = outcome_.summary;
    summary.interrupted = interrupted_;
    summary.events = progress_.events;
    summary.rules_loaded = rules_.rules().size();
    summary.rules_unusable = rules_.unusable();
    const std::vector<const Kind*> kinds = kinds_.kinds();
    std::vector<KindEvents> seen;
    for (const Kind* kind : kinds) seen.push_back({kind, 0});
    for (const auto& detector : detectors_)
      for (std::size_t i = 0; i < detector->events_by_kind().size(); ++i)
        seen[i].events += detector->events_by_kind()[i];
    std::erase_if(seen, [](const KindEvents& one) { return one.events == 0; });
    note_coverage(rules_, seen, summary);
  }

  const ScanOptions& options_;
  RuleSet& rules_;
  const std::function<bool(const ScanProgress&)>& keep_going_;
  Correlations correlations_;
  identity::IdentityDetector identities_;
  KindRules kinds_;
  ReadScripts scripts_;
  ViewDetector block_detector_;
  ViewCollector views_;
  PowershellPosture posture_;
  DirectoryPosture directory_;
  std::optional<intel::PatternTracker> patterns_;  // with intelligence
  std::vector<std::unique_ptr<PieceDetector>> detectors_;
  ScanOutcome outcome_;
  std::uint64_t events_before_ = 0;
  std::string oddities_of_;
  std::size_t oddities_kept_ = 0;
  bool interrupted_ = false;
  std::mutex mutex_;  // guards what follows
  ScanProgress progress_;
  std::vector<std::vector<std::uint8_t>> buffers_;
};

}  // namespace

ScanOutcome scan(const std::vector<std::string>& paths, const ScanOptions& options, RuleSet& rules,
                 const std::function<bool(const ScanProgress&)>& keep_going) {
  return Scan(options, rules, keep_going).run(paths);
}

}  // namespace bartizan
