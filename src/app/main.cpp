// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>

#include "app/verbs.h"

namespace {

constexpr const char* kHelp = R"(bartizan: evidence in, explained findings out

  bartizan scan PATH…            look through evidence with every rule
  bartizan decode PATH…          show what is in a log, one JSON object a record
  bartizan rules check DIR…      what is wrong with rules, all of it at once
  bartizan rules test DIR…       run the examples kept beside rules
  bartizan --version

Each verb explains itself with --help. Exit codes: 0 clean, 1 findings at or above --fail-level,
2 something could not be read, 3 the command line is wrong.
)";

}  // namespace

int main(int count, char** words) {
  using namespace bartizan::app;
  Arguments arguments(words + 1, words + count);
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::fputs(kHelp, arguments.empty() ? stderr : stdout);
    return arguments.empty() ? kExitUsage : kExitClean;
  }
  if (arguments[0] == "--version") return std::puts("bartizan " BARTIZAN_VERSION), kExitClean;
  std::string verb = arguments[0];
  arguments.erase(arguments.begin());
  if (verb == "decode") return run_decode(arguments);
  if (verb == "scan") return run_scan(arguments);
  if (verb == "rules") return run_rules(arguments);
  std::fprintf(stderr, "bartizan: there is no verb '%s'; see bartizan --help\n", verb.c_str());
  return kExitUsage;
}
