// SPDX-License-Identifier: Apache-2.0
// The order is that of the questions at three in the morning: how bad, which rules, which hosts, what happened first, what
// proves it, and what was not looked at. Levels are told by a symbol and a word; colour only repeats them.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "base/time.h"
#include "sink/escape.h"
#include "sink/groups.h"
#include "sink/report.h"

namespace bartizan {
namespace {

constexpr std::size_t kWidthUnknown = 100;
constexpr std::size_t kWidthLeast = 60;
constexpr const char* kLevelSymbols[kLevels] = {" .", " -", " *", " !", "!!"};
constexpr const char* kLevelColours[kLevels] = {"\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[1;33m", "\x1b[1;31m"};

class Page {
 public:
  Page(bool colour, std::size_t width) : colour_(colour), width_(std::max(width == 0 ? kWidthUnknown : width, kWidthLeast)) {}

  void heading(std::string_view title) { out_ += colour_ ? fmt::format("\n\x1b[1m{}\x1b[0m\n", title) : fmt::format("\n{}\n", title); }
  void line(std::string_view text) { out_ += text, out_ += '\n'; }
  // `!! critical` in sixteen columns.
  std::string level(Level level) const {
    const auto place = static_cast<std::size_t>(level);
    const std::string text = fmt::format("{} {:<13}", kLevelSymbols[place], level_name(level));
    return colour_ ? kLevelColours[place] + text + "\x1b[0m" : text;
  }
  // What is left of a line of which `used` columns are taken.
  std::size_t room(std::size_t used) const { return width_ > used + 20 ? width_ - used : 20; }
  std::string take() { return std::move(out_); }

 private:
  bool colour_;
  std::size_t width_;
  std::string out_;
};

std::string time_text(Instant time) { return time.ticks == 0 ? "no time            " : format_instant(time).substr(0, 19); }

std::string range_text(const TimeRange& range) {
  if (range.first.ticks == 0) return "no time";
  if (range.first == range.last) return time_text(range.first);
  return time_text(range.first) + " to " + time_text(range.last);
}

std::string counted(std::uint64_t count, std::string_view one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

void write_counts(std::span<const Finding> findings, const ScanSummary& summary, Page& page) {
  if (summary.interrupted) page.line("INTERRUPTED: only a part of the evidence was read; findings may be missing.");
  const LevelCounts counts = count_levels(findings);
  TimeRange range;
  for (const Finding& finding : findings) range.add(finding.time);
  page.line(fmt::format("{} in {}, {}", counted(findings.size(), "finding"), counted(summary.events, "event"), range_text(range)));
  for (std::size_t level = kLevels; level-- > 0;)
    page.line(fmt::format("  {} {:>9}", page.level(static_cast<Level>(level)), counts[level]));
}

void write_rules(const std::vector<RuleGroup>& groups, Page& page) {
  page.heading("Rules, the gravest and rarest first");
  const std::size_t shown = std::min(groups.size(), limits::kTerminalRulesMax);
  for (const RuleGroup& group : std::span(groups).first(shown)) {
    page.line(fmt::format("  {} {:>7} x  {}", page.level(group.sample->level), group.count, visible(group.sample->rule_title, page.room(30))));
    std::string hosts;
    std::size_t named = 0;
    for (const std::string_view host : group.hosts) {
      if (named == 3) break;
      hosts += (named++ ? ", " : "") + visible(host, 24);
    }
    if (group.hosts.size() > named) hosts += fmt::format(" and {} more", group.hosts.size() - named);
    if (hosts.empty()) hosts = "no host named";
    page.line(fmt::format("{:>30}{}", "", range_text(group.range)));
    page.line(fmt::format("{:>30}{}", "", hosts));
  }
  if (groups.size() > shown) page.line(fmt::format("  … and {}; the HTML and CSV reports list every one.", counted(groups.size() - shown, "more rule")));
}

void write_hosts(const std::vector<HostGroup>& groups, Page& page) {
  page.heading("Hosts");
  page.line(fmt::format("  {:<32} {:>8} {:>6} {:>6} {:>6} {:>6} {:>6}", "", "critical", "high", "medium", "low", "info", "rules"));
  const std::size_t shown = std::min(groups.size(), limits::kTerminalHostsMax);
  for (const HostGroup& group : std::span(groups).first(shown)) {
    const auto& by_level = group.by_level;
    const std::string host = group.host.empty() ? "(no host named)" : visible(group.host, 32);
    page.line(fmt::format("  {:<32} {:>8} {:>6} {:>6} {:>6} {:>6} {:>6}", host, by_level[4], by_level[3], by_level[2], by_level[1], by_level[0], group.rules.size()));
    page.line(fmt::format("      {}", range_text(group.range)));
  }
  if (groups.size() > shown) page.line(fmt::format("  … and {}.", counted(groups.size() - shown, "more host")));
}

// The most important findings, few of each rule, in the order of time.
std::vector<const Finding*> choose(std::span<const Finding> findings) {
  std::map<std::string_view, std::size_t> taken;
  std::vector<const Finding*> chosen;
  for (const Finding* finding : ranked(findings)) {
    if (chosen.size() == limits::kTerminalFindingsMax) break;
    if (taken[rule_key(*finding)]++ < limits::kTerminalPerRuleMax) chosen.push_back(finding);
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const Finding* a, const Finding* b) { return a->time < b->time; });
  return chosen;
}

void write_finding(const Finding& finding, Page& page) {
  page.line(fmt::format("  {}  {}{}", time_text(finding.time), page.level(finding.level), visible(finding.rule_title, page.room(39))));
  const std::string record = finding.record_id.empty() ? "" : ", record " + visible(finding.record_id, 20);
  const std::string host = finding.host.empty() ? "" : visible(finding.host, 32) + ", ";
  page.line("      " + host + visible(finding.file, page.room(6 + 32 + 2 + record.size())) + record);
  constexpr std::size_t kReasonsShown = 4;
  const std::size_t shown = std::min(finding.why.size(), kReasonsShown);
  for (const FindingReason& reason : std::span(finding.why).first(shown)) {
    const std::string field = reason.field.empty() ? "any field" : visible(reason.field, 30);
    const std::string test = field + " " + visible(reason.predicate, 24) + " '" + visible(reason.pattern, 40) + "'";
    page.line("      because " + test);
    if (!reason.value.empty() && reason.value != reason.pattern) page.line("        it was " + visible(reason.value, page.room(15)));
  }
  if (finding.why.size() > shown) page.line(fmt::format("      and {}", counted(finding.why.size() - shown, "more reason")));
}

void write_timeline(std::span<const Finding> findings, Page& page) {
  const std::vector<const Finding*> chosen = choose(findings);
  page.heading("Timeline of the most important (UTC)");
  for (const Finding* finding : chosen) write_finding(*finding, page);
  if (findings.size() > chosen.size())
    page.line(fmt::format("  … and {} not shown here; write an HTML, CSV or JSONL report to see them all.", counted(findings.size() - chosen.size(), "finding")));
}

void write_list(std::string_view title, const std::vector<std::string>& items, Page& page) {
  if (items.empty()) return;
  page.line(fmt::format("  {} ({}):", title, items.size()));
  const std::size_t shown = std::min(items.size(), limits::kTerminalListMax);
  for (const std::string& item : std::span(items).first(shown)) page.line("    " + visible(item, page.room(4)));
  if (items.size() > shown) page.line(fmt::format("    … and {} more", items.size() - shown));
}

void write_coverage(const ScanSummary& summary, bool with_channels, Page& page) {
  page.heading("What was read");
  page.line(fmt::format("  {}, {}, {}", counted(summary.files_read, "file"), counted(summary.events, "event"), size_text(summary.bytes)));
  const std::string unusable = summary.rules_unusable ? fmt::format(", {} could not be used", summary.rules_unusable) : "";
  page.line(fmt::format("  {} loaded{}", counted(summary.rules_loaded, "rule"), unusable));
  if (summary.oddities)
    page.line(fmt::format("  {} {} in the evidence: damaged or unusual records, read as far as possible", summary.oddities, summary.oddities == 1 ? "oddity" : "oddities"));
  if (with_channels) {
    std::vector<std::pair<std::uint64_t, std::string_view>> channels;
    for (const auto& [channel, count] : summary.events_by_channel) channels.emplace_back(count, channel);
    std::sort(channels.rbegin(), channels.rend());
    const std::size_t shown = std::min(channels.size(), limits::kTerminalListMax);
    for (const auto& [count, channel] : std::span(channels).first(shown))
      page.line(fmt::format("    {:>10}  {}", count, channel.empty() ? "(no channel)" : visible(channel, page.room(16))));
    if (channels.size() > shown) page.line(fmt::format("    … and {} more channels", channels.size() - shown));
  }
  write_list("Not recognised", summary.not_recognised, page);
  write_list("Could not be read", summary.unreadable, page);
  write_list("Log sources that rules need and that were not there", summary.missing_sources, page);
}

// Silence must be explained: nothing found is not the same as nothing looked at.
void explain_silence(const ScanSummary& summary, Page& page) {
  if (summary.interrupted) page.line("INTERRUPTED: only a part of the evidence was read.");
  page.line("No findings.");
  if (summary.rules_loaded == 0) page.line("No rule was loaded, so that nothing could be found.");
  else if (summary.events == 0) page.line("No event was read, so that no rule was tried.");
  else page.line(fmt::format("{} tried on {}, and none fired. That is no proof that nothing happened:", summary.rules_loaded == 1 ? "1 rule was" : fmt::format("{} rules were", summary.rules_loaded), counted(summary.events, "event")));
  if (summary.events != 0 && summary.rules_loaded != 0) page.line("compare the logs read below with the log sources that rules need.");
}

}  // namespace

std::string render_terminal(std::span<const Finding> findings, const ScanSummary& summary, bool colour, std::size_t width) {
  Page page(colour, width);
  if (findings.empty()) {
    explain_silence(summary, page);
  } else {
    write_counts(findings, summary, page);
    write_rules(group_by_rule(findings), page);
    write_hosts(group_by_host(findings), page);
    write_timeline(findings, page);
  }
  write_coverage(summary, findings.empty(), page);
  return page.take();
}

}  // namespace bartizan
