// SPDX-License-Identifier: Apache-2.0
// Any text as a command line: the peeler ends, and every layer has a parent before it.
#include "base/bytes.h"
#include "base/must.h"
#include "detect/powershell/deobfuscate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bartizan::powershell::Layers layers =
      bartizan::powershell::peel_command_line(bartizan::as_text({data, size}), {.steps = 5'000});
  for (std::size_t i = 1; i < layers.layers.size(); ++i) MUST(layers.layers[i].parent < i);
  return 0;
}
