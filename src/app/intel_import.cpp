// SPDX-License-Identifier: Apache-2.0
// intel import: files of intelligence become what scan compares events with.
#include <fmt/format.h>

#include <cstdio>

#include "app/intel_options.h"
#include "app/output.h"
#include "app/verbs.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    kIntelOption,
    option("Import", "--source", "NAME", "who says it; the name of the file or folder unless given"),
    option("Import", "--confidence", "N", "0 to 100, for what comes without; 50 unless given"),
    option("Import", "--kind", "K", "what the values of a list are, where their look does not tell",
           Repeat::kOnce, kIntelKinds),
    option("Import", "--column", "ROLE=NAME",
           "a table's column NAME holds ROLE: value, kind, confidence, valid_from, valid_until, title, "
           "reference, attack, or values "
           "of a kind",
           Repeat::kMany),
    flag("Import", "--context", "also MISP attributes that are not meant for detection (to_ids)"),
    flag("Import", "--replace", "what the source said before no longer counts"),
    flag("Import", "--keep-valid",
         "keep what is right in a file that has mistakes; without it nothing of the file is kept"),
    flag("Import", "--dry-run", "say what would be imported, and change nothing"),
};

void report(const IntelImport& import) {
  for (const std::string& line : import.unreadable)
    std::fprintf(stderr, "bartizan: cannot read %s\n", line.c_str());
  for (const Diagnostic& warning : import.warnings) std::fprintf(stderr, "%s\n", warning.text().c_str());
  for (const IntelFile& file : import.files) {
    const intel::ImportReport& report = file.report;
    for (const Diagnostic& mistake : report.mistakes) std::fprintf(stderr, "%s\n", mistake.text().c_str());
    if (report.mistakes_total > report.mistakes.size())
      std::fprintf(stderr, "%s: further mistakes: %llu\n", file.file.c_str(),
                   static_cast<unsigned long long>(report.mistakes_total - report.mistakes.size()));
    std::string line =
        fmt::format("{}: {}; indicators: {}", file.file,
                    report.format.empty() ? "not recognised" : report.format, report.statements);
    if (report.harmless) line += fmt::format("; harmless values: {}", report.harmless);
    if (report.sightings) line += fmt::format("; sightings: {}", report.sightings);
    if (report.mistakes_total) line += fmt::format("; mistakes: {}", report.mistakes_total);
    for (const auto& [reason, count] : report.left_out)
      line += fmt::format("\n  left out: {}: {}", reason, count);
    std::printf("%s\n", line.c_str());
  }
}

// The roles and columns of --column; false: one is malformed.
bool read_columns(const Arguments& arguments, intel::ImportOptions& options) {
  for (const std::string& given : arguments.values("--column")) {
    const std::size_t equals = given.find('=');
    if (equals == given.npos || equals == 0) return false;
    options.columns.emplace_back(given.substr(0, equals), given.substr(equals + 1));
  }
  return true;
}

int run_import(const Arguments& arguments) {
  intel::Source source;
  intel::ImportOptions options;
  source.name = arguments.value("--source");
  source.keep_valid = arguments.has("--keep-valid"), source.replaces = arguments.has("--replace");
  options.kind = intel::kind_of_name(arguments.value("--kind"));
  options.with_context = arguments.has("--context");
  if (!read_percent(arguments.value("--confidence"), source.confidence))
    return usage_error(kIntelImportVerb, "--confidence takes 0 to 100");
  if (!read_columns(arguments, options))
    return usage_error(kIntelImportVerb, "--column takes ROLE=NAME, such as value=ioc");
  const bool is_dry = arguments.has("--dry-run");
  auto memory = intel::IntelStore::open(intel::IntelStore::kMemory);
  auto store = is_dry ? memory.has_value() ? std::optional(std::move(*memory)) : std::nullopt
                      : open_intel_store(arguments);
  if (!store) return kExitUnreadable;
  bool all_kept = true;
  for (const std::string& path : arguments.operands) {
    auto import = import_intel_path(*store, path, source, options, present());
    if (!import.has_value()) return cannot_read(import.error());
    report(*import);
    if (import->is_kept) continue;
    all_kept = false;
    std::fprintf(stderr,
                 "bartizan: nothing of %s is kept, it has mistakes; --keep-valid keeps what is right\n",
                 path.c_str());
  }
  if (is_dry) return finish_standard_output(all_kept);
  if (!refresh_kept_index(arguments, *store)) return kExitUnreadable;
  return finish_standard_output(all_kept);
}

}  // namespace

constinit const Verb kIntelImportVerb{
    .name = "intel import",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "read intelligence: STIX, TAXII collections, MISP, CSV, lists",
    .about =
        "PATH is a file, also compressed, or a folder: the pages of a TAXII collection, or a MISP feed. Its "
        "content\n"
        "tells the format. MISP warning lists become lists of harmless values. docs/user/intel.md has the "
        "details.\n",
    .options = kOptions,
    .examples =
        "  bartizan intel import bundle.json\n"
        "  bartizan intel import --source cert --confidence 80 --replace misp-feed/\n"
        "  bartizan intel import --column value=ioc --column title=family indicators.csv\n"
        "  bartizan intel import --kind domain --dry-run blocklist.txt\n",
    .choices = {},
    .run = run_import,
};

}  // namespace bartizan::app
