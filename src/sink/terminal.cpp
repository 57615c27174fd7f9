// SPDX-License-Identifier: Apache-2.0
// The order is that of the questions at three in the morning: how bad, which rules, which hosts, what
// happened first, what proves it, and what was not looked at. Levels are told by a symbol and a word; colour
// only repeats them.
#include <fmt/core.h>

#include <algorithm>

#include "base/limits.h"
#include "base/time.h"
#include "sink/escape.h"
#include "sink/groups.h"
#include "sink/report.h"

namespace bartizan {
namespace {

constexpr std::size_t kWidthUnknown = 100;
constexpr std::size_t kWidthLeast = 60;
constexpr std::size_t kReasonsShown = 4;
constexpr const char* kLevelSymbols[kLevels] = {" .", " -", " *", " !", "!!"};
constexpr const char* kLevelColours[kLevels] = {"\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[1;33m",
                                                "\x1b[1;31m"};

class Page {
 public:
  Page(bool colour, std::size_t width)
      : colour_(colour), width_(std::max(width == 0 ? kWidthUnknown : width, kWidthLeast)) {}

  void heading(std::string_view title) {
    out_ += colour_ ? fmt::format("\n\x1b[1m{}\x1b[0m\n", title) : fmt::format("\n{}\n", title);
  }
  void line(std::string_view text) { out_ += text, out_ += '\n'; }
  // Text broken between words, every line indented; `first`, as wide as the indent, stands before the first
  // line instead.
  void paragraph(std::string_view text, std::size_t indent, std::string first = {}) {
    const std::size_t columns = room(indent);
    std::string before = first.empty() ? std::string(indent, ' ') : std::move(first);
    while (!text.empty()) {
      std::size_t end = text.size();
      if (end > columns) {
        end = text.rfind(' ', columns);
        if (end == std::string_view::npos || end == 0) end = std::min(text.find(' ', 1), text.size());
      }
      line(before + std::string(text.substr(0, end)));
      before.assign(indent, ' ');
      text.remove_prefix(std::min(text.size(), end + 1));
    }
  }
  std::string coloured(Level level, std::string text) const {
    return colour_ ? kLevelColours[static_cast<std::size_t>(level)] + text + "\x1b[0m" : text;
  }
  // `!! critical`, padded to the widest.
  std::string level(Level level) const {
    return coloured(
        level, fmt::format("{} {:<13}", kLevelSymbols[static_cast<std::size_t>(level)], level_name(level)));
  }
  // What is left of a line of which `used` columns are taken.
  std::size_t room(std::size_t used) const { return width_ > used + 20 ? width_ - used : 20; }
  std::string take() { return std::move(out_); }

 private:
  bool colour_;
  std::size_t width_;
  std::string out_;
};

std::string time_text(Instant time) {
  std::string text = time.ticks == 0 ? "no time            " : format_instant(time).substr(0, 19);
  if (time.ticks != 0) text[10] = ' ';
  return text;
}

// The day is not said twice.
std::string range_text(const TimeRange& range) {
  if (range.first.ticks == 0) return "no time";
  const std::string first = time_text(range.first), last = time_text(range.last);
  if (first == last) return first;
  return first + " to " + (first.substr(0, 10) == last.substr(0, 10) ? last.substr(11) : last);
}

std::string counted(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

void write_counts(const FindingGroups& groups, const ScanSummary& summary, std::size_t hosts, Page& page) {
  if (summary.interrupted)
    page.line("INTERRUPTED: only a part of the evidence was read; findings may be missing.");
  const TimeRange& range = groups.range();
  page.paragraph(
      fmt::format("{} on {} in {}; {}{}", counted(groups.total(), "finding"), counted(hosts, "host"),
                  counted(summary.events, "event"), range_text(range), range.first.ticks == 0 ? "" : " UTC"),
      0);
  const LevelCounts& counts = groups.by_level();
  std::string line;
  std::size_t used = 0;
  for (std::size_t level = kLevels; level-- > 0;) {
    if (counts[level] == 0) continue;
    const std::string part =
        fmt::format("  {} {} {}", kLevelSymbols[level], counts[level], level_name(static_cast<Level>(level)));
    if (used + part.size() > page.room(0)) page.line(line), line.clear(), used = 0;
    line += page.coloured(static_cast<Level>(level), part);
    used += part.size();
  }
  page.line(line);
}

std::string host_names(const RuleGroup& group) {
  if (group.hosts.empty()) return "no host named";
  std::string hosts;
  std::size_t named = 0;
  for (const std::string_view host : group.hosts) {
    if (named == 3) break;
    hosts += (named++ ? ", " : "") + visible(host, 32);
  }
  return group.hosts.size() > named ? fmt::format("{} and {} more", hosts, group.hosts.size() - named)
                                    : hosts;
}

void write_rules(const std::vector<RuleGroup>& groups, Page& page) {
  page.heading("Rules, the gravest and rarest first");
  const std::size_t shown = std::min(groups.size(), limits::kTerminalRulesMax);
  for (const RuleGroup& group : std::span(groups).first(shown)) {
    page.paragraph(visible(group.title, limits::kTerminalTitleMax), 28,
                   fmt::format("  {} {:>5} x  ", page.level(group.level), group.count));
    page.paragraph(range_text(group.range) + ", " + host_names(group), 28);
  }
  if (groups.size() > shown)
    page.line(fmt::format("  … and {}; --format html lists every one.",
                          counted(groups.size() - shown, "more rule")));
}

void write_hosts(const std::vector<HostGroup>& groups, Page& page) {
  page.heading("Hosts");
  const std::size_t shown = std::min(groups.size(), limits::kTerminalHostsMax);
  for (const HostGroup& group : std::span(groups).first(shown)) {
    std::string counts;
    for (std::size_t level = kLevels; level-- > 0;)
      if (group.by_level[level] != 0)
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", group.by_level[level],
                              level_name(static_cast<Level>(level)));
    const std::string host = group.host.empty() ? "(no host named)" : visible(group.host, 25);
    page.paragraph(fmt::format("{}; {}", counts, counted(group.rules.size(), "rule")), 28,
                   fmt::format("  {:<26}", host));
    page.paragraph(range_text(group.range), 28);
  }
  if (groups.size() > shown)
    page.line(fmt::format("  … and {}.", counted(groups.size() - shown, "more host")));
}

// The most important findings, few of each rule, in the order of time.
std::vector<Finding> choose(const Findings& findings, const FindingGroups& groups) {
  std::vector<Finding> chosen =
      most_important(findings, groups, limits::kTerminalFindingsMax, limits::kTerminalPerRuleMax);
  std::sort(chosen.begin(), chosen.end(), [](const Finding& a, const Finding& b) {
    if (a.time != b.time) return a.time < b.time;
    return a.level != b.level ? a.level > b.level : a.id < b.id;
  });
  return chosen;
}

std::string decoded_text(const FindingView& view) {
  std::string text =
      view.layer == 0 ? "the text, " + view.view : fmt::format("layer {} of the text", view.layer);
  if (view.layer > 0 && !view.chain.empty()) {
    std::string how;
    for (const ViewStep& step : view.chain)
      for (const std::string& transform : step.transforms) how += (how.empty() ? "" : " > ") + transform;
    if (!how.empty()) text += " (" + how + ")";
    if (view.view != "raw") text += ", " + view.view;
  }
  if (view.from_command_line) text += ", from the command line";
  if (view.is_joined) text += ", put together from parts";
  if (view.is_partial) text += " of which some are missing";
  if (view.is_verified) text += "; PowerShell logged this layer too";
  return text;
}

void write_finding(const Finding& finding, Page& page) {
  page.paragraph(visible(finding.rule_title, limits::kTerminalTitleMax), 39,
                 fmt::format("  {}  {}", time_text(finding.time), page.level(finding.level)));
  const std::string record = finding.record_id.empty() ? "" : ", record " + visible(finding.record_id, 20);
  const std::string host = finding.host.empty() ? "" : visible(finding.host, 26) + ", ";
  page.paragraph(host + visible_path(finding.file, page.room(6 + host.size() + record.size())) + record, 6);
  if (finding.view) page.paragraph("seen in " + visible(decoded_text(*finding.view), 300), 6);
  std::size_t tests = 0;
  std::string_view last;  // several tests of one value: the value is said once
  for (const FindingReason& reason : finding.why) {
    if (is_statement(reason)) {
      page.paragraph(visible(reason.predicate + ": " + reason.value, limits::kTerminalStatementMax), 6);
      continue;
    }
    if (++tests > kReasonsShown) continue;
    const std::string test = "because " + visible(reason_subject(reason) + reason.predicate, 44) + " '";
    page.paragraph(
        test + visible(reason.pattern, std::min<std::size_t>(60, page.room(7 + test.size()))) + "'", 6);
    if (reason.value.empty() || reason.value == reason.pattern || reason.value == last) continue;
    page.line("        it was " + visible(reason.value, page.room(15)));
    last = reason.value;
  }
  if (tests > kReasonsShown)
    page.line(fmt::format("      and {}", counted(tests - kReasonsShown, "more reason")));
}

void write_timeline(const Findings& findings, const FindingGroups& groups, Page& page) {
  const std::vector<Finding> chosen = choose(findings, groups);
  page.heading("Timeline of the most important (UTC)");
  for (const Finding& finding : chosen) write_finding(finding, page);
  if (findings.size() > chosen.size())
    page.paragraph(
        fmt::format("… and {} not shown here: --format html -o report.html has them all, with the records.",
                    counted(findings.size() - chosen.size(), "finding")),
        2);
}

std::string technique_names(const std::vector<ActorTechnique>& techniques, std::size_t shown,
                            const AttackTable& attack) {
  std::string out;
  for (const ActorTechnique& technique : std::span(techniques).first(std::min(shown, techniques.size()))) {
    const Technique* known = attack.find(technique.id);
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", technique.id, known ? " " + known->name : "");
  }
  if (techniques.size() > shown) out += fmt::format(" and {} more", techniques.size() - shown);
  return out;
}

// One calm sentence where nothing passes the threshold that actors.h explains.
void write_actors(const Findings& findings, const ReportContent& content, Page& page) {
  if (content.actors.empty()) return;
  page.heading("Groups");
  const std::vector<ActorMatch> matches = match_actors(findings, content.actors, content.attack);
  if (!matches.front().consistent) {
    page.paragraph(fmt::format("Too little to name one: what was seen fits none of the {} groups of the "
                               "advisory clearly better than chance.",
                               matches.size()),
                   2);
    return;
  }
  for (const ActorMatch& match : matches) {
    if (!match.consistent) break;
    page.paragraph(
        fmt::format("Consistent with {}: {} of its {} techniques were seen, {} of them used by no more than "
                    "{} of the {} groups.",
                    match.actor->name, match.seen.size(), match.seen.size() + match.not_seen.size(),
                    match.distinctive, kDistinctiveUsers, matches.size()),
        2);
    page.paragraph("Seen, the rarest first: " +
                       technique_names(match.seen, limits::kTerminalTechniquesMax, content.attack),
                   4);
    if (!match.not_seen.empty())
      page.paragraph("Expected, not seen: " +
                         technique_names(match.not_seen, limits::kTerminalTechniquesMax, content.attack),
                     4);
  }
  page.paragraph("This is never an attribution: others use the same techniques.", 2);
}

void write_list(std::string_view title, const std::vector<std::string>& items, Page& page) {
  if (items.empty()) return;
  page.line(fmt::format("  {} ({}):", title, items.size()));
  const std::size_t shown = std::min(items.size(), limits::kTerminalListMax);
  for (const std::string& item : std::span(items).first(shown))
    page.line("    " + visible(item, page.room(4)));
  if (items.size() > shown) page.line(fmt::format("    … and {} more", items.size() - shown));
}

// `windows / sysmon (12 rules)`, those that most rules need first.
std::vector<std::string> missing_sources(const ScanSummary& summary) {
  std::vector<LogSourceUse> missing;
  for (const LogSourceUse& source : summary.log_sources)
    if (source.events == 0) missing.push_back(source);
  std::sort(missing.begin(), missing.end(), [](const LogSourceUse& a, const LogSourceUse& b) {
    return a.rules != b.rules ? a.rules > b.rules : a.name < b.name;
  });
  std::vector<std::string> out;
  for (const LogSourceUse& source : missing)
    out.push_back(fmt::format("{} ({})", source.name, counted(source.rules, "rule")));
  return summary.log_sources.empty() ? summary.missing_sources : out;
}

void write_channels(const ScanSummary& summary, Page& page) {
  std::vector<std::pair<std::uint64_t, std::string_view>> channels;
  for (const auto& [channel, count] : summary.events_by_channel) channels.emplace_back(count, channel);
  std::sort(channels.rbegin(), channels.rend());
  const std::size_t shown = std::min(channels.size(), limits::kTerminalListMax);
  for (const auto& [count, channel] : std::span(channels).first(shown))
    page.line(fmt::format("    {:>10}  {}", count,
                          channel.empty() ? "(no channel)" : visible(channel, page.room(16))));
  if (channels.size() > shown) page.line(fmt::format("    … and {} more channels", channels.size() - shown));
}

void write_posture(const ScanSummary& summary, Page& page) {
  if (summary.posture.empty()) return;
  page.heading("Protections, by the evidence");
  const std::size_t shown = std::min(summary.posture.size(), limits::kTerminalRulesMax);
  for (const PostureFact& fact : std::span(summary.posture).first(shown))
    page.paragraph(
        fmt::format("{} {}: {}{}, {}{}", visible(fact.control, 60),
                    fact.in_force ? "in force" : "NOT in force", visible(fact.evidence, 160),
                    fact.time == Instant{} ? "" : ", " + time_text(fact.time), visible_path(fact.file, 60),
                    fact.record_id.empty() ? "" : ", record " + visible(fact.record_id, 20)),
        28, fmt::format("  {:<26}", fact.host.empty() ? "(no host named)" : visible(fact.host, 25)));
  if (summary.posture.size() > shown)
    page.line(fmt::format("  … and {}.", counted(summary.posture.size() - shown, "more fact")));
}

void write_coverage(const ScanSummary& summary, bool with_channels, Page& page) {
  page.heading("What was read");
  page.line(fmt::format("  {}, {}, {}", counted(summary.files_read, "file"), counted(summary.events, "event"),
                        size_text(summary.bytes)));
  const std::string applicable =
      summary.rules_applicable ? fmt::format(", {} for logs that are here", summary.rules_applicable) : "";
  const std::string unusable =
      summary.rules_unusable ? fmt::format(", {} could not be used", summary.rules_unusable) : "";
  page.line(fmt::format("  {} loaded{}{}", counted(summary.rules_loaded, "rule"), applicable, unusable));
  if (summary.oddities)
    page.paragraph(fmt::format("{} {} in the evidence: damaged or unusual records, read as far as possible; "
                               "--verbose lists them",
                               summary.oddities, summary.oddities == 1 ? "oddity" : "oddities"),
                   2);
  if (summary.script_layers_predicted)
    page.paragraph(
        fmt::format("{} hidden in script text; PowerShell itself logged {} of them",
                    counted(summary.script_layers_predicted, "layer"), summary.script_layers_verified),
        2);
  if (summary.script_blocks_joined)
    page.paragraph(
        fmt::format("{} put together from parts, {} of them with parts missing",
                    counted(summary.script_blocks_joined, "script block"), summary.script_blocks_partial),
        2);
  if (with_channels) write_channels(summary, page);
  write_list("Left out or changed by the tuning file", summary.tuned, page);
  write_list("Could not be read, or not to the end", summary.unreadable, page);
  write_list("Not recognised", summary.not_recognised, page);
  write_list("Log sources that rules need and that were not there", missing_sources(summary), page);
}

// Silence must be explained: nothing found is not the same as nothing looked at.
void explain_silence(const ScanSummary& summary, Page& page) {
  if (summary.interrupted) page.line("INTERRUPTED: only a part of the evidence was read.");
  page.line("No findings.");
  if (summary.rules_loaded == 0) return page.line("No rule was loaded, so that nothing could be found.");
  if (summary.events == 0) return page.line("No event was read, so that no rule was tried.");
  const std::string tried = summary.rules_applicable == 0
                                ? counted(summary.rules_loaded, "rule") +
                                      (summary.rules_loaded == 1 ? " was" : " were") + " tried on"
                                : fmt::format("{} of {} could have applied to", summary.rules_applicable,
                                              counted(summary.rules_loaded, "rule"));
  page.paragraph(fmt::format("{} {}, and none fired. That is no proof that nothing happened: compare the "
                             "logs read below with the log sources that rules need.",
                             tried, counted(summary.events, "event")),
                 0);
}

}  // namespace

std::string render_terminal(const Findings& findings, const ScanSummary& summary, bool colour,
                            std::size_t width, const ReportContent& content) {
  Page page(colour, width);
  if (findings.empty()) {
    explain_silence(summary, page);
  } else {
    const FindingGroups groups(findings);
    const std::vector<HostGroup> hosts = groups.hosts();
    const auto named =
        std::count_if(hosts.begin(), hosts.end(), [](const HostGroup& group) { return !group.host.empty(); });
    write_counts(groups, summary, static_cast<std::size_t>(named), page);
    write_rules(groups.rules(), page);
    write_hosts(hosts, page);
    write_timeline(findings, groups, page);
    write_actors(findings, content, page);
  }
  write_posture(summary, page);
  write_coverage(summary, findings.empty(), page);
  return page.take();
}

}  // namespace bartizan
