// SPDX-License-Identifier: Apache-2.0
#include "app/hunt_page.h"

#include <fmt/format.h>

#include "app/saved_hunts.h"
#include "sink/escape.h"

namespace bartizan::app {
namespace {

using hunt::HuntRun;
using hunt::LogHosts;
using hunt::SavedHunt;

constexpr std::string_view kStyle =
    "section{border-top:1px solid #9aa3b2;margin-top:2em}summary{cursor:pointer}a{color:inherit}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2em 1em}dt{font-weight:600}dd{margin:0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0}.rows{overflow-x:auto}"
    "summary:focus-visible,a:focus-visible{outline:3px solid #e69f00;outline-offset:2px}"
    "@media(max-width:640px){dl{grid-template-columns:1fr}}";

// In words, so that colour has nothing to tell.
std::string outcome_of(const HuntRun& run) {
  if (!run.failed.empty()) return "failed: " + run.failed;
  if (run.is_blind) return fmt::format("blind, {} row{}", run.rows, run.rows == 1 ? "" : "s");
  return fmt::format("{}{} row{}", run.is_cut ? "more than " : "", run.rows, run.rows == 1 ? "" : "s");
}

std::string question_of(const SavedHunt& hunt) {
  using Asks = SavedHunt::Asks;
  std::string out;
  switch (hunt.asks) {
    case Asks::kSearch:
    case Asks::kSql: out = hunt.query; break;
    case Asks::kStack: out = "stack " + hunt.query; break;
    case Asks::kFirstSeen: out = "first-seen " + hunt.query; break;
    case Asks::kBeacons: out = "beacons"; break;
    case Asks::kLongConnections: out = "long-connections"; break;
    case Asks::kSessions: out = "sessions"; break;
  }
  if (!hunt.of.empty()) out += "\nof: " + hunt.of;
  if (!hunt.keep.empty()) out += "\nkeep: " + hunt.keep;
  return out;
}

void append_element(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("<{}>", name);
  append_html(text, out);
  out += fmt::format("</{}>\n", name);
}

void append_fact(std::string_view name, std::string_view text, std::string& out) {
  if (text.empty()) return;
  append_element("dt", name, out);
  append_element("dd", text, out);
}

std::string words(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

void append_facts(const SavedHunt& hunt, const HuntRun& run, std::string& out) {
  out += "<dl>\n";
  append_fact("Hypothesis", hunt.hypothesis, out);
  append_fact("Range", minutes(run.since) + " to " + minutes(run.until), out);
  append_fact("ATT&CK", words(hunt.attack), out);
  append_fact("Advisory", words(hunt.advisory), out);
  append_fact("Needs one of", words(hunt.logs), out);
  append_fact("Answered", run.is_blind ? "none of the logs it needs" : logs_text(run.coverage.answered, true),
              out);
  append_fact("Silent", logs_text(run.coverage.silent, true), out);
  append_fact("What to do", hunt.on_hit, out);
  append_fact("References", words(hunt.references), out);
  out += "<dt>Query</dt>\n<dd>";
  append_element("pre", question_of(hunt), out);
  out += "</dd>\n</dl>\n";
}

void append_rows(const HuntRun& run, Answer& answer, std::string& out) {
  if (answer.rows.empty()) return;
  Table table = charted_table_of({}, answer);
  if (run.is_cut) table.notes.emplace_back("There are more rows than these; --rows gives more.");
  out += "<div class=\"rows\">\n" + table_page_part(table) + "</div>\n";
}

void keep_most(const LogHosts& seen, LogHosts& known) {
  if (seen.hosts > known.hosts) known = seen;
}

std::string names_of(const LogHosts& log) {
  return fmt::format("{}{}", fmt::join(log.names, " "), log.hosts > log.names.size() ? " …" : "");
}

}  // namespace

void HuntPage::add(const SavedHunt& hunt, const HuntRun& run, Answer& answer) {
  const bool is_open = run.rows > 0 || !run.failed.empty();
  with_rows_ += run.rows > 0, failed_ += !run.failed.empty(), blind_ += run.is_blind;
  for (const LogHosts& log : run.coverage.answered) keep_most(log, logs_[log.log].answered);
  for (const LogHosts& log : run.coverage.silent) keep_most(log, logs_[log.log].silent);
  const std::string id = fmt::format("hunt-{}", rows_.size() + 1);
  links_.push_back(id);
  rows_.push_back({hunt.title, outcome_of(run), minutes(run.since), minutes(run.until), words(hunt.attack),
                   words(hunt.advisory)});
  parts_ += fmt::format("<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">", id);
  append_html(hunt.title, parts_);
  parts_ += "</h2>\n";
  append_element("p", hunt.id + ": " + outcome_of(run), parts_);
  parts_ +=
      fmt::format("<details{}><summary>What was asked, seen and found</summary>\n", is_open ? " open" : "");
  append_facts(hunt, run, parts_);
  append_rows(run, answer, parts_);
  parts_ += "</details>\n</section>\n";
}

Table HuntPage::hunts_table() const {
  return {{},
          {{"hunt", "Hunt"},
           {"outcome", "Outcome"},
           {"since", "From"},
           {"until", "To"},
           {"attack", "ATT&CK"},
           {"advisory", "Advisory"}},
          rows_,
          {},
          {},
          links_};
}

Table HuntPage::logs_table() const {
  Table table{{},
              {{"log", "Log"},
               {"answered", "Hosts that answered", true},
               {"answered_names", "Among them"},
               {"silent", "Hosts silent", true},
               {"silent_names", "Among them"}},
              {},
              {},
              {}};
  for (const auto& [name, log] : logs_)
    table.rows.push_back({name, std::to_string(log.answered.hosts), names_of(log.answered),
                          std::to_string(log.silent.hosts), names_of(log.silent)});
  table.notes.emplace_back(
      "Hunts look back differently far: each number is that of the hunt with the most hosts. Silent: seen in "
      "the 90 "
      "days before a hunt's range and not in it.");
  return table;
}

std::string HuntPage::finish(bool is_cancelled) const {
  std::string out = table_page_begin("Hunts", kStyle);
  out += "<h2>Summary</h2>\n";
  append_element("p",
                 fmt::format("{} hunt{} asked: {} with rows, {} failed, {} blind (none of the logs they need "
                             "answered, so that no rows say nothing).{}",
                             rows_.size(), rows_.size() == 1 ? "" : "s", with_rows_, failed_, blind_,
                             is_cancelled ? " Cancelled: the others were not asked." : ""),
                 out);
  out += "<div class=\"rows\">\n" + table_page_part(hunts_table()) + "</div>\n<h2>Hosts and logs</h2>\n";
  out += "<div class=\"rows\">\n" + table_page_part(logs_table()) + "</div>\n";
  return out + parts_ + table_page_end();
}

}  // namespace bartizan::app
