// SPDX-License-Identifier: Apache-2.0
// Any text as a file of Sigma rules: it loads or is complained about, and what loads can be evaluated.
#include "base/bytes.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/filter.h"
#include "detect/sigma/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<bartizan::sigma::Rule> rules;
  std::vector<bartizan::Diagnostic> diagnostics;
  auto documents = bartizan::parse_yaml(bartizan::as_text({data, size}), "fuzz.yml");
  if (!documents) return 0;
  const bartizan::sigma::Placeholders placeholders{{"a", {"b", "c*"}}};
  bartizan::sigma::load_rules(*documents, "fuzz.yml", &placeholders, rules, diagnostics);
  std::vector<bartizan::sigma::Correlation> correlations;
  bartizan::sigma::load_correlations(*documents, "fuzz.yml", correlations, diagnostics);
  std::vector<bartizan::sigma::Filter> filters;
  bartizan::sigma::load_filters(*documents, "fuzz.yml", &placeholders, filters, diagnostics);
  bartizan::sigma::apply_filters(rules, filters, diagnostics);
  static constexpr bartizan::Field kFields[] = {{"Image", "C:\\Windows\\System32\\cmd.exe"},
                                                {"CommandLine", "cmd /c whoami"},
                                                {"EventID", "1", 0, true}};
  bartizan::Event event;
  event.fields = kFields;
  bartizan::sigma::PlainFieldLookup lookup;
  bartizan::sigma::RuleEvaluator evaluator(lookup);
  for (const auto& rule : rules) (void)evaluator.matches(rule, event);
  return 0;
}
