// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/deobfuscate.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "detect/powershell/commandline.h"
#include "detect/powershell/evaluate.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/rewrite.h"
#include "detect/powershell/score.h"

namespace bartizan::powershell {
namespace {

bool ends_url(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')' ||
         c == '(' || c == '`' || c == '|' || c == ';' || c == ',' || c == '{' || c == '}';
}

void find_urls(std::string_view text, std::vector<std::string>& urls) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 3)) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < 5 && is_letter(text[begin - 1]) && text[begin - 1] != kLetter) --begin;
    std::string scheme = lower_ascii(text.substr(begin, at - begin));
    if (scheme != "http" && scheme != "https" && scheme != "ftp") continue;
    std::size_t end = at + 3;
    while (end < text.size() && !ends_url(text[end]) && end - begin < 2048) ++end;
    if (end - at < 5) continue;
    std::string url(text.substr(begin, end - begin));
    if (urls.size() < limits::kPowershellUrlsMax && std::find(urls.begin(), urls.end(), url) == urls.end())
      urls.push_back(std::move(url));
  }
}

void summarise(Layers& layers, const Evaluator& evaluator) {
  layers.steps = evaluator.steps();
  write_views(evaluator, layers);
  std::vector<unsigned> depth(layers.layers.size(), 0);
  for (std::size_t i = 0; i < layers.layers.size(); ++i) {
    const Layer& layer = layers.layers[i];
    if (layer.parent != kNoParent) depth[i] = depth[layer.parent] + 1;
    layers.depth = std::max(layers.depth, depth[i]);
    find_urls(layer.normalised, layers.urls);
    for (const std::string& id : layer.techniques)
      if (std::find(layers.techniques.begin(), layers.techniques.end(), id) == layers.techniques.end())
        layers.techniques.push_back(id);
  }
  layers.score = score_text(layers.layers[0].text, layers);
}

Layers begin(std::string_view text, LayerKind kind) {
  Layers layers;
  Layer& first = layers.layers.emplace_back();
  first.kind = kind;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.size() > limits::kPowershellScriptBytesMax) {
    text = text.substr(0, limits::kPowershellScriptBytesMax);
    first.limits.emplace_back("size");
    layers.limits.emplace_back("size");
  }
  append_valid_utf8(text, first.text);
  return layers;
}

}  // namespace

std::string_view layer_kind_name(LayerKind kind) {
  constexpr std::string_view kNames[] = {"script", "command", "csharp", "binary", "text"};
  return kNames[static_cast<std::size_t>(kind)];
}

Layers deobfuscate(std::string_view script, const Limits& limits) {
  Layers layers = begin(script, LayerKind::kScript);
  Evaluator evaluator(layers, limits.steps == 0 ? limits::kPowershellStepsMax : limits.steps);
  // A single line that starts a shell is read as that shell would: its quotes are not PowerShell's.
  std::vector<Peeled> peeled;
  if (looks_like_command_line(layers.layers[0].text)) peeled = peel(layers.layers[0].text);
  for (Peeled& found : peeled) found.assumptions.emplace_back("read_as_command_line");
  if (peeled.empty()) evaluator.run_script(0, {});
  else evaluator.run_peeled(peeled, 0, 0, static_cast<std::uint32_t>(layers.layers[0].text.size()), 1);
  if (peeled.empty()) layers.parse_errors = evaluator.tree(0).errors;
  summarise(layers, evaluator);
  return layers;
}

Layers peel_command_line(std::string_view command_line, const Limits& limits) {
  Layers layers = begin(command_line, LayerKind::kCommand);
  Evaluator evaluator(layers, limits.steps == 0 ? limits::kPowershellStepsMax : limits.steps);
  evaluator.run_peeled(peel(layers.layers[0].text), 0, 0,
                       static_cast<std::uint32_t>(layers.layers[0].text.size()), 1);
  summarise(layers, evaluator);
  return layers;
}

}  // namespace bartizan::powershell
