// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>

#include "app/identity_tables.h"
#include "app/output.h"
#include "app/verbs.h"
#include "base/limits.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    option("Output", "--format", "F", "what to write, a table unless given", Repeat::kOnce,
           "table jsonl html"),
    option("Output", "--output", "FILE",
           "write there instead of standard output; it appears when all of it is written", Repeat::kOnce, {},
           'o'),
};

int write_list(const Arguments& arguments, const IdentitySurvey& survey, const Table& table) {
  for (const std::string& line : survey.unreadable)
    std::fprintf(stderr, "bartizan: cannot read %s\n", line.c_str());
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

int run_list(const Arguments& arguments, Table (*list)(const IdentitySurvey&)) {
  IdentitySurvey survey;
  survey.read(arguments.operands);
  return write_list(arguments, survey, list(survey));
}

// False after saying why. A file that is not there yet is where learning begins.
bool load_context(const std::string& path, identity::LearnedContext& context) {
  if (path.empty() || ::access(path.c_str(), F_OK) != 0) return true;
  auto bytes = read_text_file(path, limits::kIdentityContextBytesMax);
  if (bytes.has_value()) {
    if (const auto parsed = context.parse(*bytes); parsed.has_value()) return true;
    else std::fprintf(stderr, "bartizan: %s %s\n", path.c_str(), parsed.error().text().c_str());
  } else {
    std::fprintf(stderr, "bartizan: cannot read %s\n", bytes.error().text().c_str());
  }
  return false;
}

int run_paths(const Arguments& arguments) {
  IdentitySurvey survey;
  const std::string path = arguments.value("--context");
  if (!load_context(path, survey.detector.paths().context)) return kExitUsage;
  survey.read(arguments.operands);
  const std::uint64_t a_day = identity::number_in(arguments.value("--a-day", "5"));
  if (a_day == 0) return usage_error(kIdentityPathsVerb, "--a-day takes a number from 1 on");
  const int code = write_list(arguments, survey, paths_of(survey, static_cast<std::size_t>(a_day)));
  if (path.empty()) return code;
  if (auto written = write_output(path, survey.detector.paths().context.bytes()); !written.has_value()) {
    std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
    return kExitUnreadable;
  }
  return code;
}

int run_tickets(const Arguments& arguments) { return run_list(arguments, tickets_of); }
int run_ntlm(const Arguments& arguments) { return run_list(arguments, ntlm_of); }
int run_coverage(const Arguments& arguments) { return run_list(arguments, coverage_of); }
int run_posture(const Arguments& arguments) { return run_list(arguments, posture_of); }

constexpr Option kPathOptions[] = {
    kOptions[0],
    kOptions[1],
    option("Paths", "--a-day", "N", "how many of a day at most, 5 unless given"),
    option("Paths", "--context", "FILE",
           "what earlier runs learned of who logs on where; it is read, and written with what this\n"
           "run adds and without what was not seen for 60 days"),
};

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

constinit const Verb kIdentityPathsVerb{
    .name = "identity paths",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "chains of logons across hosts on which the account changes, the best of each day",
    .about =
        "Reads logons (4624, Samba, sshd), tickets of KDCs, and who took another's credentials (4648, type "
        "9, "
        "sudo).\nGive it several days, or --context, so that everyday work is known.\n",
    .options = kPathOptions,
    .examples =
        "  bartizan identity paths --context known.logons logs/\n"
        "  bartizan identity paths --format html -o paths.html logs/\n",
    .choices = {},
    .run = run_paths,
};

constinit const Verb kIdentityPostureVerb{
    .name = "identity posture",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "what the evidence says of protections: RC4, pre-authentication, delegation, NTLM, signing",
    .about =
        "Reads a directory as LDIF (ldapsearch, ldifde) or SharpHound JSON, registry exports, and the same "
        "logs as the "
        "other lists.\nEach line has its record and the next step.\n",
    .options = kOptions,
    .examples =
        "  bartizan identity posture directory.ldif logs/\n"
        "  bartizan identity posture --format jsonl 20261124_users.json\n",
    .choices = {},
    .run = run_posture,
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
