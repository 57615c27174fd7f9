// SPDX-License-Identifier: Apache-2.0
// Any text as a file of Sigma rules: it loads or is complained about, and what loads can be evaluated.
#include "base/bytes.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<bartizan::sigma::Rule> rules;
  std::vector<bartizan::Diagnostic> diagnostics;
  bartizan::sigma::load_rules(bartizan::as_text({data, size}), "fuzz.yml", rules, diagnostics);
  static constexpr bartizan::Field kFields[] = {
      {"Image", "C:\\Windows\\System32\\cmd.exe"}, {"CommandLine", "cmd /c whoami"}, {"EventID", "1", 0, true}};
  bartizan::Event event;
  event.fields = kFields;
  bartizan::sigma::PlainFieldLookup lookup;
  bartizan::sigma::RuleEvaluator evaluator(lookup);
  for (const auto& rule : rules) (void)evaluator.matches(rule, event);
  return 0;
}
