// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "app/content.h"
#include "app/verbs.h"
#include "base/limits.h"
#include "engine/scan.h"
#include "model/jsonl.h"
#include "sink/report.h"

namespace bartizan::app {
namespace {

constexpr const char* kHelp = R"(bartizan scan [OPTIONS] PATH…: look through evidence with every rule

PATH is a file or a folder. What a file is, is told by its content. Files that no decoder knows are listed, never
silently skipped.

  --rules DIR           Sigma rules to use besides the built-in ones; may be given several times
  --no-builtin-rules    leave the built-in rules out
  --format F            text (default), jsonl, csv, timesketch, html, navigator
  -o FILE               write there instead of standard output
  --min-level L         informational, low, medium, high, critical: show findings from this level on
  --since T, --until T  only findings at or after T, before T (RFC 3339, UTC unless it says otherwise)
  --fail-level L        exit with 1 when there is a finding at this level or above
  --threads N           work with N threads (default: one for each processor); the output is the same
  --plain               test every rule one by one, without the index: slow, to compare with
  --strict              reject EVTX chunks whose checksum is wrong (default: warn and decode)
  --verbose             list every oddity of the input and every unusable rule

Examples
  bartizan scan evidence/
  bartizan scan --rules sigma/rules --format jsonl -o findings.jsonl Security.evtx Sysmon.evtx
  bartizan scan --format html -o report.html --min-level medium evidence/
)";

struct Request {
  ScanOptions scan;
  Arguments rules, paths;
  bool builtin_rules = true, verbose = false;
  std::string format = "text", output;
  int fail_level = -1;
};

volatile std::sig_atomic_t interrupted = 0;
void note_interrupt(int) { interrupted = 1; }

int usage(const std::string& complaint) {
  std::fprintf(stderr, "bartizan scan: %s; see bartizan scan --help\n", complaint.c_str());
  return kExitUsage;
}

bool known_level(const std::string& name) { return level_name(parse_level(name)) == name; }

// The complaint, empty when all is well. `at` moves past the value an option takes.
std::string read_option(const Arguments& arguments, std::size_t& at, Request& request) {
  const std::string& option = arguments[at];
  if (option == "--no-builtin-rules") return request.builtin_rules = false, "";
  if (option == "--strict") return request.scan.decode.strict = true, "";
  if (option == "--verbose") return request.verbose = true, "";
  if (option == "--plain") return request.scan.plain = true, "";
  if (at + 1 == arguments.size()) return "option " + option + " is unknown or lacks its value";
  const std::string& value = arguments[++at];
  if (option == "--rules") return request.rules.push_back(value), "";
  if (option == "-o" || option == "--output") return request.output = value, "";
  if (option == "--threads") {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), request.scan.threads);
    const bool is_number = error == std::errc() && end == value.data() + value.size();
    if (!is_number || request.scan.threads == 0 || request.scan.threads > limits::kThreadsMax)
      return "'" + value + "' is no number of threads";
    return "";
  }
  if (option == "--format") {
    for (const char* known : {"text", "jsonl", "csv", "timesketch", "html", "navigator"})
      if (value == known) return request.format = value, "";
    return "there is no format '" + value + "'";
  }
  if (option == "--min-level" || option == "--fail-level") {
    if (!known_level(value)) return "there is no level '" + value + "'";
    if (option == "--min-level") request.scan.level_min = parse_level(value);
    else request.fail_level = static_cast<int>(parse_level(value));
    return "";
  }
  if (option == "--since" || option == "--until") {
    auto instant = parse_instant(value);
    if (!instant) return "'" + value + "' is no time; write 2026-03-01T08:00:00Z";
    (option == "--since" ? request.scan.since : request.scan.until) = *instant;
    return "";
  }
  return "unknown option " + option;
}

void show_progress(const ScanProgress& progress) {
  std::fprintf(stderr, "\r%llu of %llu files, %.1f MB, %llu events, %llu findings ",
               static_cast<unsigned long long>(progress.files_done), static_cast<unsigned long long>(progress.files_total),
               static_cast<double>(progress.bytes) / 1e6, static_cast<unsigned long long>(progress.events),
               static_cast<unsigned long long>(progress.findings));
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string render(const Request& request, const ScanOutcome& outcome) {
  if (request.format == "csv") return render_csv(outcome.findings);
  if (request.format == "timesketch") return render_timesketch(outcome.findings);
  if (request.format == "navigator") return render_navigator(outcome.findings, "Bartizan findings");
  if (request.format == "html") return render_html(outcome.findings, outcome.summary, "");
  if (request.format == "text") {
    bool colour = request.output.empty() && isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
    return render_terminal(outcome.findings, outcome.summary, colour, terminal_width());
  }
  std::string text;
  for (const Finding& finding : outcome.findings) append_finding_json(finding, text), text += '\n';
  return text;
}

// Everything is written or the reason why not is said.
bool write_all(const std::string& text, const std::string& path) {
  std::FILE* file = path.empty() ? stdout : std::fopen(path.c_str(), "wb");
  bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
  int reason = errno;
  if (file && !path.empty() && std::fclose(file) != 0) written = false, reason = errno;
  if (!written)
    std::fprintf(stderr, "bartizan: cannot write %s: %s\n", path.empty() ? "standard output" : path.c_str(),
                 std::strerror(reason));
  return written;
}

void report_on_input(const Request& request, const ScanOutcome& outcome, const RuleSet& rules) {
  const ScanSummary& summary = outcome.summary;
  for (const std::string& line : summary.unreadable) std::fprintf(stderr, "bartizan: cannot read %s\n", line.c_str());
  if (request.format != "text")
    for (const std::string& line : summary.not_recognised)
      std::fprintf(stderr, "bartizan: not read: %s\n", line.c_str());
  if (request.verbose) {
    for (const std::string& line : outcome.oddities) std::fprintf(stderr, "bartizan: %s\n", line.c_str());
    for (const Diagnostic& diagnostic : rules.diagnostics()) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  } else if (summary.oddities || !rules.diagnostics().empty()) {
    std::fprintf(stderr, "bartizan: %llu oddities in the input, %zu rules not usable: --verbose lists them\n",
                 static_cast<unsigned long long>(summary.oddities), rules.diagnostics().size());
  }
  if (summary.interrupted) std::fprintf(stderr, "bartizan: interrupted; the results are partial\n");
}

int run(const Request& request) {
  RuleSet rules;
  std::string content = content_folder();
  if (content.empty()) return usage("its content folder is missing; set BARTIZAN_CONTENT");
  rules.load_mapping(content);
  if (request.builtin_rules) rules.load_rules(content + "/rules");
  for (const std::string& folder : request.rules) rules.load_rules(folder);
  rules.prepare();
  std::signal(SIGINT, note_interrupt);
  bool show = isatty(STDERR_FILENO);
  ScanOutcome outcome = scan(request.paths, request.scan, rules, [&](const ScanProgress& progress) {
    if (show) show_progress(progress);
    return interrupted == 0;
  });
  if (show) std::fputs("\r\033[K", stderr);
  report_on_input(request, outcome, rules);
  if (!write_all(render(request, outcome), request.output)) return kExitUnreadable;
  if (!outcome.summary.unreadable.empty() || outcome.summary.interrupted) return kExitUnreadable;
  for (const Finding& finding : outcome.findings)
    if (request.fail_level >= 0 && static_cast<int>(finding.level) >= request.fail_level) return kExitFindings;
  return kExitClean;
}

}  // namespace

int run_scan(const Arguments& arguments) {
  Request request;
  request.scan.threads = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& argument = arguments[at];
    if (argument == "--help" || argument == "-h") return std::fputs(kHelp, stdout), kExitClean;
    if (!argument.starts_with("-")) {
      request.paths.push_back(argument);
      continue;
    }
    std::string complaint = read_option(arguments, at, request);
    if (!complaint.empty()) return usage(complaint);
  }
  if (request.paths.empty()) return std::fputs(kHelp, stderr), kExitUsage;
  return run(request);
}

}  // namespace bartizan::app
