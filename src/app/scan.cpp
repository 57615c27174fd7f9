// SPDX-License-Identifier: Apache-2.0
#include "engine/scan.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "app/content.h"
#include "app/intel_options.h"
#include "app/output.h"
#include "app/progress.h"
#include "app/report_content.h"
#include "app/rule_options.h"
#include "app/store_option.h"
#include "app/time_zone_option.h"
#include "app/verbs.h"
#include "base/limits.h"
#include "sink/report.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr std::string_view kFormats = "text jsonl csv timesketch html navigator";
constexpr std::string_view kLevels = "informational low medium high critical";

constexpr Option kOptions[] = {
    kRulesOption,
    kNoBuiltinRulesOption,
    kFetchedRulesOption,
    kPlaceholdersOption,
    kRuleOption,
    kTagOption,
    kStatusOption,
    kNoIdentityOption,
    kIdentityOption,
    option("Rules", "--tuning", "FILE",
           "YAML file of what is known to be harmless or weighs differently here (docs/user/tuning.md)",
           Repeat::kMany),
    option("Rules", "--intel", "PATH",
           "compare events with intelligence: a folder that `intel import` keeps, or files as others hand "
           "them out",
           Repeat::kMany),
    option("Rules", "--yara", "FILE",
           "look at every file of the evidence with YARA rules, a file or a folder (*.yar, *.yara)",
           Repeat::kMany),
    option("Findings", "--min-level", "L", "only findings of this level and above", Repeat::kOnce, kLevels),
    option("Findings", "--since", "T",
           "only findings at or after this time (RFC 3339, UTC unless it says otherwise)"),
    option("Findings", "--until", "T", "only findings before this time"),
    option("Findings", "--host", "H", "only findings on this host; * and ? are wildcards", Repeat::kList),
    option("Output", "--format", "F", "what to write, text unless given", Repeat::kOnce, kFormats),
    option("Output", "--output", "FILE",
           "write there instead of standard output; it appears when all of it is written", Repeat::kOnce, {},
           'o'),
    option("Output", "--fail-level", "L", "exit with 1 when there is a finding of this level or above",
           Repeat::kOnce, kLevels),
    option("Output", "--threads", "N",
           "work with N threads, one for each processor unless given; the output is the same"),
    kStoreOption,
    kNoRawOption,
    flag("Output", "--plain", "test every rule one by one, without the index: slow, to compare with"),
    flag("Output", "--verbose",
         "list every oddity of the input, every unusable rule and every entry of the tuning file"),
    flag("Input", "--strict",
         "reject EVTX chunks whose checksum is wrong; without it they are decoded with a warning"),
    flag("Input", "--carve",
         "search event logs, and files that no decoder knows (disk images, memory dumps), for event records "
         "at any place"),
    timezone_option("Input"),
    option("Input", "--suricata-rules", "FILE",
           "signatures for captures of networks (pcap, pcapng), which an installed Suricata reads; its own "
           "unless given",
           Repeat::kMany),
};

// The first Ctrl-C ends the reading, the second the program.
volatile std::sig_atomic_t interrupted = 0;
void note_interrupt(int signal) {
  if (interrupted) _exit(128 + signal);
  interrupted = 1;
  constexpr std::string_view kText =
      "\nbartizan: stopping; what was found so far is written. Once more ends at once.\n";
  [[maybe_unused]] const ssize_t ignored = write(STDERR_FILENO, kText.data(), kText.size());
}

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = note_interrupt;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

// One for each processor when nothing is given.
bool read_threads(const std::string& text, std::size_t& threads) {
  threads = std::max(1u, std::thread::hardware_concurrency());
  if (text.empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  return error == std::errc() && end == text.data() + text.size() && threads >= 1 &&
         threads <= limits::kThreadsMax;
}

Instant today() {
  using namespace std::chrono;
  return {duration_cast<duration<std::int64_t, std::ratio<1, kTicksPerSecond>>>(
              system_clock::now().time_since_epoch())
              .count()};
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// How many bytes lie before the file that is read now, in the order a scan reads them.
class InputSizes {
 public:
  explicit InputSizes(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      std::vector<Error> ignored;  // the scan reports them
      for (const std::string& file : list_evidence(path, ignored)) {
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(file, error);
        before_.push_back(before_.back() + (error ? 0 : size));
      }
    }
  }
  std::uint64_t total() const { return before_.back(); }
  // With so many files read and `bytes` of the next one.
  std::uint64_t within(std::uint64_t files, std::uint64_t bytes) const {
    const std::size_t last = before_.size() - 1;
    return std::min(before_[std::min<std::size_t>(files, last)] + bytes,
                    before_[std::min<std::size_t>(files + 1, last)]);
  }

 private:
  std::vector<std::uint64_t> before_{0};
};

void render(const std::string& format, bool to_file, ScanOutcome& outcome, const WriteText& write) {
  const Findings findings = outcome.findings.findings();
  if (format == "jsonl") return write_jsonl(findings, write);
  if (format == "csv") return write_csv(findings, write);
  if (format == "timesketch") return write_timesketch(findings, write);
  if (format == "navigator") return write(render_navigator(findings, "Bartizan findings"));
  std::vector<Diagnostic> diagnostics;
  const ReportContent content = load_report_content(content_folder(), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  if (format == "html") return write(render_html(findings, outcome.summary, "", content));
  const bool colour = !to_file && isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
  write(render_terminal(findings, outcome.summary, colour, terminal_width(), content));
}

Result<void> write_report(const Arguments& arguments, ScanOutcome& outcome) {
  const std::string path = arguments.value("--output");
  std::unique_ptr<Output> output;
  TRY(output, Output::open(path));
  render(arguments.value("--format", "text"), !path.empty() && path != "-", outcome,
         [&](std::string_view text) { output->write(text); });
  return output->finish();
}

// False when a tuning file has errors: a run that suppresses something else than was asked for helps nobody.
bool load_tuning(const Arguments& arguments, const RuleSet& rules, Tuning& tuning) {
  std::vector<Diagnostic> diagnostics;
  for (const std::string& file : arguments.values("--tuning")) {
    auto text = read_text_file(file, limits::kRuleFileBytesMax);
    if (text.has_value()) tuning.load(*text, file, today(), &rules.placeholders(), diagnostics);
    else diagnostics.push_back({"tuning.unreadable", file, 0, 0, text.error().message, ""});
  }
  for (const Diagnostic& diagnostic : diagnostics) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  return count_errors(diagnostics) == 0;
}

// False when a file of rules has mistakes: silence would look like a clean bill.
bool load_yara(const Arguments& arguments, std::optional<intel::YaraRules>& yara) {
  std::vector<Diagnostic> diagnostics;
  const std::vector<std::string> files = list_yara_files(arguments.values("--yara"), diagnostics);
  auto rules = intel::YaraRules::load(files, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity == Severity::kError || arguments.has("--verbose"))
      std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  if (!rules.has_value()) std::fprintf(stderr, "bartizan: %s\n", rules.error().text().c_str());
  else yara = std::move(*rules);
  return yara && count_errors(diagnostics) == 0;
}

std::vector<std::string> lines_of(const Tuning& tuning, bool every_entry) {
  std::vector<std::string> lines;
  for (const Tuning::Used& used : tuning.used())
    if (used.matches || every_entry)
      lines.push_back(fmt::format("{} {}  {}: {}", used.matches, used.excludes ? "left out" : "changed",
                                  used.place, used.reason));
  return lines;
}

void report_on_input(const Arguments& arguments, const ScanOutcome& outcome, const RuleSet& rules) {
  const ScanSummary& summary = outcome.summary;
  for (const std::string& line : summary.unreadable)
    std::fprintf(stderr, "bartizan: cannot read %s\n", line.c_str());
  if (arguments.value("--format", "text") != "text") {
    for (const std::string& line : summary.not_recognised)
      std::fprintf(stderr, "bartizan: not read: %s\n", line.c_str());
    for (const std::string& line : summary.tuned)
      std::fprintf(stderr, "bartizan: tuning: %s\n", line.c_str());
  }
  const bool verbose = arguments.has("--verbose");
  if (verbose) {
    for (const std::string& line : outcome.oddities) std::fprintf(stderr, "bartizan: %s\n", line.c_str());
    for (const Diagnostic& diagnostic : rules.diagnostics())
      std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  } else {
    for (const Diagnostic& diagnostic : rules.diagnostics())
      if (diagnostic.code.starts_with("tuning.")) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
    if (summary.oddities || rules.unusable())
      std::fprintf(stderr,
                   "bartizan: %llu oddities in the input, %zu rules not usable: --verbose lists them\n",
                   static_cast<unsigned long long>(summary.oddities), rules.unusable());
  }
  if (summary.interrupted) std::fprintf(stderr, "bartizan: interrupted; the results are partial\n");
}

ScanOutcome scan_with_progress(const std::vector<std::string>& paths, const ScanOptions& options,
                               RuleSet& rules) {
  catch_interrupts();
  const InputSizes sizes(paths);
  ProgressLine line;
  return scan(paths, options, rules, [&](const ScanProgress& progress) {
    line.show({sizes.within(progress.files_done, progress.file_bytes), sizes.total(), progress.events,
               progress.findings});
    return interrupted == 0;
  });
}

bool is_reached(Level level, ScanOutcome& outcome) {
  bool reached = false;
  outcome.findings.findings().for_each(
      [&](const Finding& finding) { reached = reached || finding.level >= level; });
  return reached;
}

int run_scan(const Arguments& arguments) {
  ScanOptions options;
  options.decode.strict = arguments.has("--strict");
  options.level_min = parse_level(arguments.value("--min-level"));
  for (const auto& [name, target] : {std::pair{"--since", &options.since}, {"--until", &options.until}}) {
    if (!arguments.has(name)) continue;
    *target = parse_instant(arguments.value(name));
    if (!*target)
      return usage_error(kScanVerb, "'" + arguments.value(name) + "' is no time; write 2026-03-01T08:00:00Z");
  }
  options.decode.carve = arguments.has("--carve");
  const auto zone = time_zone_of(arguments);
  if (!zone) return usage_error(kScanVerb, zone.error());
  options.decode.zone = *zone ? &**zone : nullptr;
  options.suricata_rules = arguments.values("--suricata-rules");
  options.identity = follows_identities(arguments);
  options.plain = arguments.has("--plain");
  options.keep_records = arguments.value("--format", "text") == "html";
  if (!read_threads(arguments.value("--threads"), options.threads))
    return usage_error(kScanVerb, "'" + arguments.value("--threads") + "' is no number of threads");
  // Kept to the end of the program: taking thousands of rules apart would be a tenth of a short scan.
  static RuleSet& rules = *new RuleSet;
  if (auto loaded = load_rules(arguments, rules); !loaded) return usage_error(kScanVerb, loaded.error());
  Tuning tuning;
  if (!load_tuning(arguments, rules, tuning)) return kExitUsage;
  if (arguments.has("--tuning")) rules.use_tuning(&tuning);
  rules.prepare();

  options.shown.hosts = globs_of(arguments.values("--host"));
  std::unique_ptr<Intelligence> intelligence;
  if (arguments.has("--intel") && !(intelligence = open_intelligence(arguments.values("--intel"))))
    return kExitUnreadable;
  options.intelligence = intelligence.get();
  std::optional<intel::YaraRules> yara;
  if (arguments.has("--yara") && !load_yara(arguments, yara)) return kExitUsage;
  options.yara = yara ? &*yara : nullptr;
  auto stored = ScanStore::open(arguments.value("--store"), rules, options, !arguments.has("--no-raw"));
  if (!stored.has_value()) {
    std::fprintf(stderr, "bartizan: cannot open the store: %s\n", stored.error().text().c_str());
    return kExitUnreadable;
  }

  ScanOutcome outcome = scan_with_progress(arguments.operands, options, rules);
  const bool is_stored = !*stored || (*stored)->finish(outcome.findings.findings());
  outcome.summary.tuned = lines_of(tuning, arguments.has("--verbose"));
  report_on_input(arguments, outcome, rules);
  if (auto written = write_report(arguments, outcome); !written.has_value()) {
    std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
    return kExitUnreadable;
  }
  if (!is_stored || !outcome.summary.unreadable.empty() || outcome.summary.interrupted)
    return kExitUnreadable;
  if (!outcome.findings.problem().empty())
    std::fprintf(stderr, "bartizan: %s\n", outcome.findings.problem().c_str());
  if (arguments.has("--fail-level") && is_reached(parse_level(arguments.value("--fail-level")), outcome))
    return kExitFindings;
  return kExitClean;
}

}  // namespace

constinit const Verb kScanVerb{
    .name = "scan",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "look through evidence with every rule",
    .about =
        "PATH is a file, a folder, or - for standard input. What a file is, is told by its content. Files "
        "that no\n"
        "decoder knows are listed, never silently skipped.\n",
    .options = kOptions,
    .examples =
        "  bartizan scan evidence/\n"
        "  bartizan scan --rules sigma/rules --format jsonl -o findings.jsonl Security.evtx Sysmon.evtx\n"
        "  bartizan scan --format html -o report.html --min-level medium evidence/\n"
        "  bartizan scan --tag t1003* --host 'dc*' --since 2026-03-01 evidence/\n"
        "  bartizan scan --tuning tuning.yml --fail-level high evidence/\n"
        "  bartizan scan --intel bundle.json --intel blocklist.txt evidence/\n"
        "  bartizan scan --yara rules/ evidence/\n"
        "  bartizan scan --suricata-rules local.rules capture.pcapng\n",
    .choices = {},
    .run = run_scan,
};

}  // namespace bartizan::app
