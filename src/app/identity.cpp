// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/output.h"
#include "app/verbs.h"
#include "engine/identity_survey.h"
#include "sink/table.h"

namespace bartizan::app {
namespace {

using identity::Name;
using identity::NameTable;

constexpr Option kOptions[] = {
    option("Output", "--format", "F", "what to write, a table unless given", Repeat::kOnce,
           "table jsonl html"),
    option("Output", "--output", "FILE",
           "write there instead of standard output; it appears when all of it is written", Repeat::kOnce, {},
           'o'),
};

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

int run_list(const Arguments& arguments, Table (*list)(const IdentitySurvey&)) {
  IdentitySurvey survey;
  survey.read(arguments.operands);
  for (const std::string& line : survey.unreadable)
    std::fprintf(stderr, "bartizan: cannot read %s\n", line.c_str());
  const Table table = list(survey);
  const std::string format = arguments.value("--format", "table");
  const std::string text = format == "jsonl"  ? render_table_jsonl(table)
                           : format == "html" ? render_table_html(table)
                                              : render_table_text(table);
  if (auto written = write_output(arguments.value("--output"), text); !written.has_value()) {
    std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
    return kExitUnreadable;
  }
  return survey.unreadable.empty() ? kExitClean : kExitUnreadable;
}

int run_tickets(const Arguments& arguments) { return run_list(arguments, tickets_of); }
int run_ntlm(const Arguments& arguments) { return run_list(arguments, ntlm_of); }
int run_coverage(const Arguments& arguments) { return run_list(arguments, coverage_of); }

}  // namespace

constinit const Verb kIdentityTicketsVerb{
    .name = "identity tickets",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "every ticket-granting ticket: issued to whom, used from where, for what",
    .about =
        "Reads Windows Security logs with ticket hashes, Zeek's kerberos.log, krb5kdc.log and Samba's "
        "kerberos log. Two "
        "addresses under\n`Used from` deserve a look; `bartizan scan` says which of them are findings.\n",
    .options = kOptions,
    .examples =
        "  bartizan identity tickets dc1/Security.evtx dc2/Security.evtx\n"
        "  bartizan identity tickets --format html -o tickets.html krb5kdc.log\n",
    .choices = {},
    .run = run_tickets,
};

constinit const Verb kIdentityNtlmVerb{
    .name = "identity ntlm",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "who still logs on over NTLM, to what, from where",
    .about =
        "The list to work through before NTLM is switched off. Reads 4624, 4625 and 4776 of Windows Security "
        "logs, Zeek's "
        "ntlm.log and\nSamba's authentication audit.\n",
    .options = kOptions,
    .examples =
        "  bartizan identity ntlm logs/\n"
        "  bartizan identity ntlm --format jsonl logs/ | head\n",
    .choices = {},
    .run = run_ntlm,
};

constinit const Verb kIdentityCoverageVerb{
    .name = "identity coverage",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "which hosts' logs are there, from when to when, and what is missing in them",
    .about = {},
    .options = kOptions,
    .examples = "  bartizan identity coverage logs/\n",
    .choices = {},
    .run = run_coverage,
};

}  // namespace bartizan::app
