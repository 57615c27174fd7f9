// SPDX-License-Identifier: Apache-2.0
#include "app/powershell_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "sink/escape.h"
#include "sink/html_page.h"

namespace bartizan::app {
namespace {

using powershell::Layer;
using powershell::Layers;

// What the report's style lacks. The page has no script that could switch colours, so it follows the system.
constexpr std::string_view kStyle = R"css(
body {max-width: none;}
.layers {display: grid; grid-auto-flow: column; grid-auto-columns: minmax(24rem, 1fr); gap: 1rem;
  overflow-x: auto; padding-bottom: 0.6rem;}
.layers article {background: var(--panel); border-radius: 8px; padding: 0.5rem 0.9rem; min-width: 0;}
.layers article:target {outline: 3px solid var(--link); outline-offset: -3px;}
.layers h3 {margin: 0.2rem 0;}
.layers pre {background: var(--ground); max-height: 60vh; overflow: auto; padding: 0.5rem 0.7rem;}
dl {display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 0.8rem; margin: 0.4rem 0; font-size: 0.9rem;}
dt {color: var(--soft);}
dd {margin: 0;}
mark a {color: inherit;}
@media (prefers-color-scheme: dark) {
  :root {color-scheme: dark; --ground: #0f1318; --panel: #181e26; --text: #e6e9ed; --soft: #a0aab5; --line: #323b46;
    --link: #82baff; --mark: #5a4a00;}
}
@media (max-width: 640px) {.layers {grid-auto-flow: row;}}
)css";

// Code keeps its lines and tabs; other control characters, direction marks and the like are shown by number.
void append_code(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n\t", at), text.size());
    append_html(visible(text.substr(at, end - at), std::string_view::npos), out);
    if (end < text.size() && text[end] != '\r') out += text[end];
    at = end + 1;
  }
}

void append_row(std::string_view name, const std::vector<std::string>& values, std::string& out) {
  if (values.empty()) return;
  out += fmt::format("<dt>{}</dt><dd>", name);
  append_code(fmt::format("{}", fmt::join(values, ", ")), out);
  out += "</dd>\n";
}

void append_cut_note(std::size_t bytes, std::string& out) {
  if (bytes > limits::kHtmlLayerBytesMax)
    out += fmt::format(
        "<p class=\"note\">Shown are the first {} of {} bytes; <code>--format jsonl</code> has all.</p>\n",
        limits::kHtmlLayerBytesMax, bytes);
}

void append_pre(std::string_view label, std::string_view text, std::string& out) {
  out += fmt::format("<pre tabindex=\"0\" aria-label=\"{}\">", label);
  append_code(shortened(text, limits::kHtmlLayerBytesMax), out);
  out += "</pre>\n";
  append_cut_note(text.size(), out);
}

// The text as written, where each place that is run leads to the first layer it made.
void append_written(const Layers& layers, std::size_t index, std::size_t number, std::string& out) {
  const std::string shown = shortened(layers.layers[index].text, limits::kHtmlLayerBytesMax);
  std::vector<std::size_t> made;
  for (std::size_t i = index + 1; i < layers.layers.size(); ++i)
    if (layers.layers[i].parent == index && layers.layers[i].begin < layers.layers[i].end) made.push_back(i);
  std::stable_sort(made.begin(), made.end(), [&](std::size_t a, std::size_t b) {
    return layers.layers[a].begin < layers.layers[b].begin;
  });
  out += "<pre tabindex=\"0\" aria-label=\"As written\">";
  std::size_t at = 0;
  for (const std::size_t child : made) {
    const Layer& layer = layers.layers[child];
    if (layer.begin < at || layer.end > shown.size()) continue;
    append_code(std::string_view(shown).substr(at, layer.begin - at), out);
    out += fmt::format("<mark><a href=\"#s{}-{}\" title=\"Layer {}\">", number, child, child);
    append_code(std::string_view(shown).substr(layer.begin, layer.end - layer.begin), out);
    out += "</a></mark>";
    at = layer.end;
  }
  append_code(std::string_view(shown).substr(at), out);
  out += "</pre>\n";
  append_cut_note(layers.layers[index].text.size(), out);
}

void append_layer(const Layers& layers, std::size_t index, std::size_t number, std::string& out) {
  const Layer& layer = layers.layers[index];
  out += fmt::format(
      "<article id=\"s{0}-{1}\" aria-label=\"Layer {1}\">\n<h3>Layer {1}</h3>\n<p class=\"note\">", number,
      index);
  if (layer.parent == powershell::kNoParent) {
    out += "What was given";
  } else {
    out += fmt::format("<a href=\"#s{0}-{1}\">Layer {1}</a> runs it by ", number, layer.parent);
    append_code(layer.sink, out);
  }
  out += "</p>\n<dl>";
  append_row("Made by", layer.transforms, out);
  append_row("ATT&amp;CK", layer.techniques, out);
  append_row("Taken for granted", layer.assumptions, out);
  append_row("Stopped at", layer.limits, out);
  if (!layer.binary_sha256.empty()) append_row("A program, SHA-256", {layer.binary_sha256}, out);
  out += "</dl>\n";
  if (!layer.binary_sha256.empty()) {
    out += "</article>\n";
    return;
  }
  append_pre("Read", layer.normalised, out);
  if (layer.normalised != layer.text || index + 1 < layers.layers.size()) {
    out += "<details><summary>As written</summary>\n";
    append_written(layers, index, number, out);
    out += "</details>\n";
  }
  out += "</article>\n";
}

}  // namespace

std::string powershell_page_begin() {
  return fmt::format(
      "<!doctype html>\n<!-- SPDX-License-Identifier: Apache-2.0 (the page; the data are yours) -->\n<html "
      "lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src "
      "'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>PowerShell, layer by layer</title>\n<style>{}{}</style></head>\n<body>\n<h1>PowerShell, layer "
      "by layer</h1>\n",
      kReportStyle, kStyle);
}

std::string powershell_page_part(std::string_view file, const Layers& layers, std::size_t number) {
  std::string out = "<section>\n<h2>";
  append_code(file, out);
  out += fmt::format("</h2>\n<p>Score {} of 100. {} {} in it.</p>\n<dl>", layers.score.points,
                     layers.layers.size() - 1, layers.layers.size() == 2 ? "layer" : "layers");
  append_row("Why", layers.score.reasons, out);
  append_row("Addresses", layers.urls, out);
  append_row("Not known, so not followed", layers.unknowns, out);
  append_row("Stopped at", layers.limits, out);
  out += "</dl>\n<div class=\"layers\">\n";
  for (std::size_t i = 0; i < layers.layers.size(); ++i) append_layer(layers, i, number, out);
  out += "</div>\n";
  if (layers.layers.size() > 1) {
    out += "<details><summary>Every layer in the place that runs it</summary>\n";
    append_pre("Merged", layers.layers[0].merged, out);
    out += "</details>\n";
  }
  return out + "</section>\n";
}

std::string powershell_page_end() { return "</body></html>\n"; }

}  // namespace bartizan::app
