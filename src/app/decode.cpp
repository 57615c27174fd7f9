// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/verbs.h"
#include "engine/read_events.h"
#include "model/jsonl.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    flag("", "--strict",
         "reject EVTX chunks whose checksum is wrong; without it they are decoded with a warning"),
};

// Writes a batch; false when nobody reads any more.
bool write_events(const EventBatch& batch, const std::string& path, std::string& line) {
  for (const Event& event : batch.events()) {
    line.clear();
    append_event_json(event, path, line);
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return false;
  }
  return true;
}

bool decode_file(const std::string& path, const DecodeOptions& options) {
  std::string line;
  auto report = read_events(path, options, [&](const EventBatch& batch, const std::string& file) {
    return write_events(batch, file, line);
  });
  if (!report.has_value()) {
    std::fprintf(stderr, "bartizan: cannot read %s\n", report.error().text().c_str());
    return false;
  }
  for (const std::string& file : report->not_recognised)
    std::fprintf(stderr, "bartizan: not read: %s\n", file.c_str());
  for (const std::string& error : report->errors)
    std::fprintf(stderr, "bartizan: cannot read %s\n", error.c_str());
  for (const std::string& oddity : report->oddities) std::fprintf(stderr, "bartizan: %s\n", oddity.c_str());
  return report->not_recognised.empty() && report->errors.empty();
}

int run_decode(const Arguments& arguments) {
  DecodeOptions options;
  options.strict = arguments.has("--strict");
  bool all_read = true;
  for (const std::string& path : arguments.operands) {
    std::vector<Error> unreadable;
    for (const std::string& file : list_evidence(path, unreadable)) all_read &= decode_file(file, options);
    for (const Error& error : unreadable) {
      std::fprintf(stderr, "bartizan: cannot read %s\n", error.text().c_str());
      all_read = false;
    }
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fputs("bartizan: cannot write standard output\n", stderr);
    return kExitUnreadable;
  }
  return all_read ? kExitClean : kExitUnreadable;
}

}  // namespace

constinit const Verb kDecodeVerb{
    .name = "decode",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "show what is in a log, one JSON object a record",
    .about = "PATH is a file, a folder, or - for standard input. What a file is, is told by its content.\n",
    .options = kOptions,
    .examples =
        "  bartizan decode Security.evtx\n"
        "  bartizan decode evidence/ | jq 'select(.event_id == 4624)'\n"
        "  zcat winlogbeat.ndjson.gz | bartizan decode -\n",
    .choices = {},
    .run = run_decode,
};

}  // namespace bartizan::app
