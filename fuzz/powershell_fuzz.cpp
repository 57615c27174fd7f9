// SPDX-License-Identifier: Apache-2.0
// Any text as a PowerShell script: it is parsed, evaluated and written as views without a crash and within
// its bounds, and gives the same layers twice.
#include "base/bytes.h"
#include "base/limits.h"
#include "base/must.h"
#include "detect/powershell/deobfuscate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  powershell::Limits bounds{.steps = 20'000};
  powershell::Layers once = powershell::deobfuscate(as_text({data, size}), bounds);
  powershell::Layers again = powershell::deobfuscate(as_text({data, size}), bounds);
  MUST(once.layers.size() == again.layers.size() && once.layers.size() <= limits::kPowershellLayersMax);
  for (std::size_t i = 0; i < once.layers.size(); ++i) {
    MUST(once.layers[i].text == again.layers[i].text && once.layers[i].merged == again.layers[i].merged);
    MUST(i == 0 || once.layers[i].parent < i);
  }
  return 0;
}
