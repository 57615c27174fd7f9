// SPDX-License-Identifier: Apache-2.0
#include "engine/scan.h"

#include <algorithm>
#include <tuple>

#include "source/evidence.h"

namespace bartizan {
namespace {

bool wanted(const Finding& finding, const ScanOptions& options) {
  if (finding.level < options.level_min) return false;
  if (options.since && finding.time < *options.since) return false;
  return !options.until || finding.time < *options.until;
}

bool earlier(const Finding& a, const Finding& b) {
  return std::tie(a.time, a.file, a.record_id, a.rule_id, a.id) < std::tie(b.time, b.file, b.record_id, b.rule_id, b.id);
}

class Scan {
 public:
  Scan(const ScanOptions& options, RuleSet& rules, const std::function<bool(const ScanProgress&)>& keep_going)
      : options_(options), rules_(rules), keep_going_(keep_going) {}

  ScanOutcome run(const std::vector<std::string>& paths) {
    rules_.prepare();
    std::vector<std::string> files;
    for (const std::string& path : paths) {
      std::vector<Error> unreadable;
      for (std::string& file : list_evidence(path, unreadable)) files.push_back(std::move(file));
      for (const Error& error : unreadable) outcome_.summary.unreadable.push_back(error.text());
    }
    progress_.files_total = files.size();
    for (const std::string& file : files) {
      if (outcome_.summary.interrupted) break;
      scan_file(file);
      ++progress_.files_done;
    }
    finish();
    return std::move(outcome_);
  }

 private:
  bool take(std::vector<Event>& batch, const std::string& file) {
    std::vector<Finding> found;
    for (const Event& event : batch) {
      ++outcome_.summary.events_by_channel[event.channel.empty() ? "(other)" : event.channel];
      rules_.find(event, file, found);
    }
    keep(found);
    progress_.events += batch.size();
    progress_.findings = outcome_.findings.size();
    if (keep_going_(progress_)) return true;
    outcome_.summary.interrupted = true;
    return false;
  }

  void scan_file(const std::string& path) {
    auto report = read_events(path, options_.read, [&](std::vector<Event>& batch, const std::string& file) {
      return take(batch, file);
    });
    ScanSummary& summary = outcome_.summary;
    if (!report.has_value()) return summary.unreadable.push_back(report.error().text());
    for (std::string& error : report->errors) summary.unreadable.push_back(std::move(error));
    for (std::string& file : report->not_recognised) summary.not_recognised.push_back(std::move(file));
    summary.files_read += report->logs;
    summary.bytes += report->bytes;
    progress_.bytes = summary.bytes;
    summary.oddities += report->oddities_total;
    for (std::string& oddity : report->oddities) outcome_.oddities.push_back(std::move(oddity));
  }

  void keep(std::vector<Finding>& found) {
    for (Finding& finding : found)
      if (wanted(finding, options_)) outcome_.findings.push_back(std::move(finding));
  }

  void finish() {
    std::vector<Finding> correlated;
    rules_.finish(correlated);
    keep(correlated);
    std::sort(outcome_.findings.begin(), outcome_.findings.end(), earlier);
    ScanSummary& summary = outcome_.summary;
    summary.events = progress_.events;
    summary.rules_loaded = rules_.rules().size();
    summary.rules_unusable = rules_.unusable();
  }

  const ScanOptions& options_;
  RuleSet& rules_;
  const std::function<bool(const ScanProgress&)>& keep_going_;
  ScanProgress progress_;
  ScanOutcome outcome_;
};

}  // namespace

ScanOutcome scan(const std::vector<std::string>& paths, const ScanOptions& options, RuleSet& rules,
                 const std::function<bool(const ScanProgress&)>& keep_going) {
  return Scan(options, rules, keep_going).run(paths);
}

}  // namespace bartizan
