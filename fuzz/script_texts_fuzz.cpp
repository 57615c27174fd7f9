// SPDX-License-Identifier: Apache-2.0
// Any value as each shape of field that holds script text: every piece lies within the value, their number is bounded, and
// none is given that cannot hide anything.
#include "base/bytes.h"
#include "base/limits.h"
#include "base/must.h"
#include "engine/script_texts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  const std::string_view value = as_text({data, size});
  constexpr ScriptShape kShapes[] = {ScriptShape::kScript, ScriptShape::kCommandLine,
                                     ScriptShape::kHost,   ScriptShape::kBindings,
                                     ScriptShape::kTask,   ScriptShape::kRegistry};
  for (const ScriptShape shape : kShapes) {
    std::vector<ScriptText> texts;
    append_script_texts(shape, value, texts);
    MUST(texts.size() <= limits::kScriptTextsPerFieldMax);
    for (const ScriptText& text : texts) {
      MUST(text.begin <= text.end && text.end <= value.size());
      MUST(may_hide_script(text.text, text.is_command_line));
    }
  }
  return 0;
}
