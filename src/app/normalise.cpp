// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/content.h"
#include "app/output.h"
#include "app/verbs.h"
#include "engine/normalised.h"
#include "engine/read_events.h"
#include "engine/rule_set.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

bool normalise_file(const std::string& path, const RuleSet& tables) {
  std::string line;
  auto report = read_events(path, {}, [&](const EventBatch& batch, const std::string& file) {
    for (const Event& event : batch) {
      line.clear();
      append_normalised_json(event, file, tables.logsources(), line);
      line += '\n';
      if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return false;
    }
    return true;
  });
  if (!report.has_value()) {
    std::fprintf(stderr, "bartizan: cannot read %s\n", report.error().text().c_str());
    return false;
  }
  for (const std::string& file : report->not_recognised)
    std::fprintf(stderr, "bartizan: not read: %s\n", file.c_str());
  for (const std::string& error : report->errors)
    std::fprintf(stderr, "bartizan: cannot read %s\n", error.c_str());
  return report->not_recognised.empty() && report->errors.empty();
}

int run_normalise(const Arguments& arguments) {
  RuleSet tables;
  tables.load_mapping(content_folder());
  bool all_read = true;
  for (const std::string& path : arguments.operands) {
    std::vector<Error> unreadable;
    for (const std::string& file : list_evidence(path, unreadable)) all_read &= normalise_file(file, tables);
    for (const Error& error : unreadable) {
      std::fprintf(stderr, "bartizan: cannot read %s\n", error.text().c_str());
      all_read = false;
    }
  }
  return finish_standard_output(all_read);
}

}  // namespace

constinit const Verb kNormaliseVerb{
    .name = "normalise",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "show what rules see: records with the log sources and fields they have for rules",
    .about =
        "What decode prints, with a member `as`: for each log source that takes the record, where it is "
        "found and the fields it\n"
        "has there under other names or with other values. PATH is a log, a folder, or - for standard "
        "input.\n",
    .options = {},
    .examples =
        "  bartizan normalise Security.evtx | jq .as\n"
        "  bartizan decode Security.evtx | head -1 | bartizan normalise -\n",
    .choices = {},
    .run = run_normalise,
};

}  // namespace bartizan::app
