// SPDX-License-Identifier: Apache-2.0
#include "engine/scan.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/must.h"
#include "detect/identity/detector.h"
#include "engine/coverage.h"
#include "engine/detector.h"
#include "engine/ordered_workers.h"
#include "engine/view_collector.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

bool wanted(const Finding& finding, const ScanOptions& options) {
  if (finding.level < options.level_min) return false;
  if (options.since && finding.time < *options.since) return false;
  return !options.until || finding.time < *options.until;
}

bool earlier(const Finding& a, const Finding& b) {
  return std::tie(a.time, a.file, a.record_id, a.rule_id, a.id) <
         std::tie(b.time, b.file, b.record_id, b.rule_id, b.id);
}

bool want_identity_fields(const EventKind& kind, Columns& columns) {
  if (!identity::wants(kind)) return false;
  for (std::string_view name : identity::fields_needed(kind)) columns.names.emplace_back(name);
  columns.all = columns.all || identity::needs_every_field(kind);
  return true;
}

class Scan {
 public:
  Scan(const ScanOptions& options, RuleSet& rules, const std::function<bool(const ScanProgress&)>& keep_going)
      : options_(options),
        rules_(rules),
        keep_going_(keep_going),
        correlations_(rules),
        kinds_(
            rules, [this](std::uint32_t rule) { return wants_rule(rule); },
            options.identity ? want_identity_fields : KindRules::FurtherFields{}),
        block_detector_(kinds_, correlations_, scripts_, options.plain, options.keep_records,
                        [this](std::uint32_t rule) { return wants_rule(rule); }),
        views_(block_detector_, correlations_) {
    MUST(rules.is_prepared());
    const std::size_t threads = std::clamp<std::size_t>(options.threads, 1, limits::kThreadsMax);
    const PieceOptions piece{options.decode, options.plain, threads > 1, options.keep_records,
                             options.identity};
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
          [this](std::size_t worker, LogPiece& piece) { return detectors_[worker]->detect(piece); },
          [this](PieceResult&& result) { collect(std::move(result)); });
      for (const std::string& file : files) {
        if (interrupted_) break;
        read_file(file, workers);
        const std::lock_guard lock(mutex_);
        ++progress_.files_done;
      }
    }
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

  // In the order of the evidence, one at a time.
  void collect(PieceResult&& result) {
    for (Contribution& contribution : result.contributions) {
      contribution.sequence += events_before_;
      correlations_.add(std::move(contribution));
    }
    posture_.add(std::move(result.posture));
    views_.add(std::move(result.views), events_before_, result.oddities);
    identities_.add(result.identity, result.log->file, events_before_);
    events_before_ += result.events;
    keep(result.findings);
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

  void keep(std::vector<Finding>& found) {
    for (Finding& finding : found) {
      if (!wanted(finding, options_)) continue;
      record_bytes_ += finding.record.size();
      if (record_bytes_ > limits::kFindingRecordBytesMax) finding.record.clear();
      outcome_.findings.push_back(std::move(finding));
    }
  }

  void finish() {
    std::vector<Finding> from_views;
    OddityList oddities;
    views_.finish(from_views, oddities, outcome_.summary);
    keep(from_views);
    outcome_.summary.powershell_posture = posture_.facts();
    outcome_.summary.oddities += oddities.total;
    std::vector<Finding> correlated;
    correlations_.finish(correlated);
    identities_.finish(correlated);
    keep(correlated);
    std::sort(outcome_.findings.begin(), outcome_.findings.end(), earlier);
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
  std::vector<std::unique_ptr<PieceDetector>> detectors_;
  ScanOutcome outcome_;
  std::uint64_t events_before_ = 0;
  std::string oddities_of_;
  std::size_t oddities_kept_ = 0, record_bytes_ = 0;
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
