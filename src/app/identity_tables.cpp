// SPDX-License-Identifier: Apache-2.0
#include "app/identity_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "sink/figure.h"

namespace bartizan::app {
namespace {

using identity::LogonHop;
using identity::LogonPath;
using identity::Name;
using identity::NameTable;

constexpr std::size_t kFigureRows = 60, kFigurePaths = 12, kFigureBars = 25;

std::string time_text(Instant time) {
  return time == Instant{} ? "" : format_instant(time).substr(0, 19) + "Z";
}

std::string list_text(const std::vector<Name>& list, const NameTable& names) {
  std::string out;
  for (const Name name : list) out += (out.empty() ? "" : ", ") + std::string(names.text(name));
  return out;
}

std::string encryption_text(int type) {
  switch (type) {
    case -1: return "";
    case 1:
    case 3: return "DES";
    case 17:
    case 19: return "AES-128";
    case 18:
    case 20: return "AES-256";
    case 23:
    case 24: return "RC4";
    default: return std::to_string(type);
  }
}

void note_left_out(std::uint64_t count, Table& table) {
  if (count) table.notes.push_back(std::to_string(count) + " records more are not in this list, it is full.");
}

// Those that moved or were never issued first: that is what the figure is for.
std::vector<TimeRow> time_rows(const IdentitySurvey& survey) {
  const NameTable& names = survey.names();
  std::vector<const identity::ListedTicket*> shown = survey.tickets.sorted(names);
  const auto moved = [](const identity::ListedTicket* one) {
    return !one->was_issued || std::ranges::any_of(one->used_from, [&](Name address) {
      return std::ranges::find(one->from, address) == one->from.end();
    });
  };
  std::ranges::stable_sort(shown, [&](const auto* a, const auto* b) { return moved(a) > moved(b); });
  shown.resize(std::min(shown.size(), kFigureRows));
  std::vector<TimeRow> rows;
  for (const identity::ListedTicket* one : shown) {
    const std::string account(names.text(one->account));
    const Instant end = std::max(one->issued, one->last_use);
    TimeRow row{account, {}, one->issued, end, !one->was_issued, {}};
    row.words =
        fmt::format("{}: {} to {}, used {} times, last {}", account,
                    one->was_issued ? "issued " + time_text(one->issued) : "issue not in the evidence",
                    list_text(one->from, names), one->uses, time_text(one->last_use));
    for (std::size_t i = 0; i < one->used_from.size(); ++i) {
      const bool home = std::ranges::find(one->from, one->used_from[i]) != one->from.end();
      row.marks.push_back(
          {one->first_uses[i],
           fmt::format("{}: first used from {} at {}{}", account, names.text(one->used_from[i]),
                       time_text(one->first_uses[i]), home ? "" : ", another address than issued to"),
           !home});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<GraphEdge> graph_of(const std::vector<const LogonPath*>& paths, const NameTable& names) {
  std::vector<GraphEdge> edges;
  std::set<std::tuple<Name, Name, Name>> drawn;
  for (const LogonPath* path : paths)
    for (const LogonHop& hop : path->hops) {
      if (!drawn.insert({hop.from, hop.to, hop.account}).second) continue;
      const std::string words = identity::marks_in_words(hop.marks), account(names.text(hop.account));
      edges.push_back({std::string(names.text(hop.from)), std::string(names.text(hop.to)), account,
                       fmt::format("{} from {} to {} at {}{}{}", account, names.text(hop.from),
                                   names.text(hop.to), time_text(hop.time), words.empty() ? "" : ": ", words),
                       (hop.marks & (LogonHop::kTook | LogonHop::kUnexplained)) != 0});
    }
  return edges;
}

}  // namespace

Table tickets_of(const IdentitySurvey& survey) {
  const NameTable& names = survey.names();
  Table table{"Ticket-granting tickets",
              {{"account", "Account"},
               {"issued", "Issued"},
               {"issued_to", "To"},
               {"kdc", "By"},
               {"encryption", "Encryption"},
               {"uses", "Uses", true},
               {"used_from", "Used from"},
               {"last_use", "Last use"},
               {"renewals", "Renewed", true},
               {"handed_on", "Handed on", true},
               {"services", "For"}},
              {},
              {}};
  for (const identity::ListedTicket* one : survey.tickets.sorted(names))
    table.rows.push_back(
        {std::string(names.text(one->account)),
         one->was_issued ? time_text(one->issued) : "not in the evidence", list_text(one->from, names),
         std::string(names.text(one->kdc)), encryption_text(one->encryption), std::to_string(one->uses),
         list_text(one->used_from, names), time_text(one->last_use), std::to_string(one->renewals),
         std::to_string(one->handed_on), list_text(one->services, names)});
  note_left_out(survey.tickets.left_out(), table);
  table.figures.push_back(render_time_rows(
      "Tickets over time: a circle is the first use from where it was issued, a diamond from another address",
      time_rows(survey)));
  return table;
}

Table ntlm_of(const IdentitySurvey& survey) {
  const NameTable& names = survey.names();
  Table table{"Logons over NTLM",
              {{"account", "Account"},
               {"recorded_by", "Recorded by"},
               {"source", "From"},
               {"logons", "Logons", true},
               {"failures", "Failures", true},
               {"first", "First"},
               {"last", "Last"}},
              {},
              {}};
  for (const auto& [key, use] : survey.ntlm.sorted(names)) {
    const auto& [account, observer, source] = key;
    table.rows.push_back({std::string(names.text(account)), std::string(names.text(observer)),
                          std::string(names.text(source)), std::to_string(use.logons),
                          std::to_string(use.failures), time_text(use.first), time_text(use.last)});
  }
  note_left_out(survey.ntlm.left_out(), table);
  std::vector<CountBar> bars;
  for (const auto& row : std::span(table.rows).first(std::min(table.rows.size(), kFigureBars)))
    bars.push_back(
        {row[0] + " at " + row[1],
         fmt::format("{} at {} from {}: {} logons, {} failures", row[0], row[1], row[2], row[3], row[4]),
         identity::number_in(row[3]) + identity::number_in(row[4])});
  table.figures.push_back(render_count_bars("The most frequent", bars));
  return table;
}

Table coverage_of(const IdentitySurvey& survey) {
  const NameTable& names = survey.names();
  Table table{"Logs about identities",
              {{"host", "Host"},
               {"role", "Role"},
               {"from", "From"},
               {"to", "To"},
               {"parts", "Parts", true},
               {"missing_records", "Records missing", true}},
              {},
              {"A log has parts where record numbers are missing between them. A ticket is called forged "
               "only where the logs of "
               "all KDCs are whole."}};
  for (const identity::Coverage::Known& host : survey.detector.domain().coverage.known()) {
    Instant from = host.stretches.front().from, to = host.stretches.front().to;
    std::uint64_t missing = 0, last = 0;
    for (const identity::Stretch& stretch : host.stretches) {
      from = std::min(from, stretch.from), to = std::max(to, stretch.to);
      if (last && stretch.first > last + 1) missing += stretch.first - last - 1;
      last = std::max(last, stretch.last);
    }
    table.rows.push_back({std::string(names.text(host.host)), host.is_kdc ? "KDC" : "", time_text(from),
                          time_text(to), std::to_string(host.stretches.size()), std::to_string(missing)});
  }
  std::ranges::sort(table.rows);
  return table;
}

Table paths_of(const IdentitySurvey& survey, std::size_t a_day) {
  const NameTable& names = survey.names();
  Table table{
      "Logon paths",
      {{"day", "Day"},
       {"score", "Score", true},
       {"path", "Path"},
       {"hops", "Hops", true},
       {"first", "From"},
       {"last", "To"},
       {"other_causes", "Other causes", true},
       {"records", "Records"}},
      {},
      {"A path is worth a look, not a verdict: the best of each day are listed. What is new is told from the "
       "third day on, counted from the first in the evidence or in the file of --context."},
      {}};
  const std::vector<const LogonPath*> paths = survey.detector.paths().ranked(a_day);
  for (const LogonPath* path : paths) {
    std::string records;
    const auto add = [&](const identity::Proof& proof) {
      records += fmt::format("{}{} {} of {}", records.empty() ? "" : ", ", proof.event_id ? "record" : "byte",
                             proof.record, names.text(proof.file));
    };
    for (const LogonHop& hop : path->hops) add(hop.proof);
    for (const identity::Proof& proof : path->taken) add(proof);
    table.rows.push_back({time_text(path->last.time).substr(0, 10), std::to_string(path->score),
                          identity::path_in_words(*path, names), std::to_string(path->hops.size()),
                          time_text(path->hops.front().time), time_text(path->hops.back().time),
                          std::to_string(path->others), records});
  }
  std::vector<const LogonPath*> best = paths;
  std::ranges::stable_sort(best, std::greater(), &LogonPath::score);
  best.resize(std::min(best.size(), kFigurePaths));
  table.figures.push_back(
      render_graph("The best paths: dashed where the account changes", graph_of(best, names)));
  return table;
}

Table posture_of(const IdentitySurvey& survey) {
  Table table{"Protections of identities, by the evidence",
              {{"where", "Where"},
               {"control", "Protection"},
               {"state", "State"},
               {"evidence", "Because"},
               {"next_step", "Next step"},
               {"record", "Record"}},
              {},
              {"Silence is no fact: what the evidence does not say is not listed."},
              {}};
  for (const PostureFact& fact : survey.posture())
    table.rows.push_back({fact.host, fact.control, fact.in_force ? "in force" : "not in force", fact.evidence,
                          fact.next_step,
                          fact.record_id.empty() ? fact.file : fact.file + ", record " + fact.record_id});
  return table;
}

}  // namespace bartizan::app
