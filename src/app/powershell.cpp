// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "app/powershell_page.h"
#include "app/verbs.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "detect/powershell/deobfuscate.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    flag("", "--command-line", "each line of FILE is a command line (cmd, powershell -enc …), not a script"),
    flag("", "--final", "only the innermost text"),
    option("", "--format", "F",
           "text, jsonl with one object a layer, or html with the layers side by side; text unless given",
           Repeat::kOnce, "text jsonl html"),
};

struct Request {
  bool command_lines = false, final_only = false, jsonl = false, html = false;
  std::size_t shown = 0;  // scripts so far
};

bool read_whole(const std::string& path, std::string& bytes) {
  if (path == "-") {
    char block[1 << 16];
    for (std::size_t got = 0; (got = std::fread(block, 1, sizeof block, stdin)) > 0;)
      bytes.append(block, got);
    return !std::ferror(stdin);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  bytes.assign(std::istreambuf_iterator<char>(file), {});
  return !file.bad();
}

// UTF-16, either order, told by its mark or by every second byte of the beginning being zero.
std::string as_utf8(std::string bytes) {
  if (bytes.size() < 2) return bytes;
  bool little = bytes.starts_with("\xFF\xFE"), big = bytes.starts_with("\xFE\xFF");
  std::size_t skipped = little || big ? 2 : 0;
  if (!little && !big && bytes.size() >= 8) {
    little = bytes[1] == 0 && bytes[3] == 0 && bytes[5] == 0 && bytes[0] != 0 && bytes[2] != 0;
    big = bytes[0] == 0 && bytes[2] == 0 && bytes[4] == 0 && bytes[1] != 0 && bytes[3] != 0;
  }
  if (!little && !big) return bytes;
  if (big)
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  std::string_view units = std::string_view(bytes).substr(skipped);
  std::string text(utf8_bytes_max(units.size() / 2), '\0');
  text.resize(static_cast<std::size_t>(utf16le_to_utf8(as_bytes(units), text.data()) - text.data()));
  return text;
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name);
  json.begin_array();
  for (const std::string& value : values) json.text(value);
  json.end_array();
}

std::string layer_json(const std::string& file, const powershell::Layers& layers, std::size_t index) {
  const powershell::Layer& layer = layers.layers[index];
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.member("file", file);
  json.key("layer"), json.number(static_cast<std::int64_t>(index));
  json.key("parent"), layer.parent == powershell::kNoParent ? json.raw("null") : json.number(layer.parent);
  json.member("kind", powershell::layer_kind_name(layer.kind));
  json.member("sink", layer.sink);
  json.key("span");
  json.begin_array(), json.number(layer.begin), json.number(layer.end), json.end_array();
  write_list(json, "transforms", layer.transforms);
  write_list(json, "techniques", layer.techniques);
  write_list(json, "assumptions", layer.assumptions);
  write_list(json, "limits", layer.limits);
  json.key("verified"), json.raw(layer.verified ? "true" : "false");
  json.member("text", layer.text);
  json.member("sha256", layer.binary_sha256.empty() ? sha256_hex(layer.text) : layer.binary_sha256);
  json.member("normalised", layer.normalised);
  json.member("merged", layer.merged);
  if (index == 0) {
    json.key("score"), json.number(layers.score.points);
    write_list(json, "score_reasons", layers.score.reasons);
    write_list(json, "urls", layers.urls);
    write_list(json, "unknowns", layers.unknowns);
    json.key("parse_errors"), json.number(layers.parse_errors);
    json.key("steps"), json.number(static_cast<std::int64_t>(layers.steps));
  }
  json.end_object();
  return line + "\n";
}

// Control characters would let a script write to the terminal.
std::string printable(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool control = (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == 0x7F;
    if (c == '\r') continue;
    if (control) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else out += c;
  }
  return out;
}

std::string layers_text(const std::string& file, const powershell::Layers& layers) {
  std::string out = fmt::format("{}: score {} of 100", printable(file), layers.score.points);
  out += fmt::format(", {} {}\n", layers.layers.size() - 1, layers.layers.size() == 2 ? "layer" : "layers");
  for (const std::string& reason : layers.score.reasons) out += "  " + reason + "\n";
  for (const std::string& url : layers.urls) out += "  address: " + printable(url) + "\n";
  if (!layers.unknowns.empty())
    out += "  not known, so not followed: " + joined(layers.unknowns, ", ") + "\n";
  if (!layers.limits.empty()) out += "  stopped at: " + joined(layers.limits, ", ") + "\n";
  for (std::size_t i = 0; i < layers.layers.size(); ++i) {
    const powershell::Layer& layer = layers.layers[i];
    out += fmt::format("\n--- layer {}", i);
    if (layer.parent != powershell::kNoParent)
      out += fmt::format(", from layer {} by {}", layer.parent, printable(layer.sink));
    if (!layer.transforms.empty()) out += " (" + joined(layer.transforms, " > ") + ")";
    if (!layer.assumptions.empty()) out += ", taking for granted: " + joined(layer.assumptions, ", ");
    out += '\n';
    if (!layer.binary_sha256.empty()) out += "a program, SHA-256 " + layer.binary_sha256 + "\n";
    else out += printable(layer.normalised) + (layer.normalised.ends_with('\n') ? "" : "\n");
  }
  return out;
}

// The innermost text: everything put where it is run.
std::string final_text(const powershell::Layers& layers) {
  const std::string& merged = layers.layers[0].merged;
  return merged.ends_with('\n') ? merged : merged + "\n";
}

void write_out(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void show(const std::string& file, const std::string& text, Request& options) {
  powershell::Layers layers =
      options.command_lines ? powershell::peel_command_line(text) : powershell::deobfuscate(text);
  std::string out;
  ++options.shown;
  if (options.html) {
    out = powershell_page_part(file, layers, options.shown);
  } else if (options.jsonl) {
    for (std::size_t i = 0; i < layers.layers.size(); ++i) out += layer_json(file, layers, i);
  } else {
    out = options.final_only ? final_text(layers) : layers_text(file, layers);
  }
  write_out(out);
}

void show_lines(const std::string& path, std::string_view text, Request& request) {
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line(text.substr(at, end - at));
    at = end + 1;
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) show(fmt::format("{}:{}", path, number + 1), line, request);
  }
}

int run_powershell(const Arguments& arguments) {
  const std::string format = arguments.value("--format", "text");
  Request request{arguments.has("--command-line"), arguments.has("--final"), format == "jsonl",
                  format == "html"};
  if (request.html) write_out(powershell_page_begin());
  bool all_read = true;
  for (const std::string& path : arguments.operands) {
    std::string bytes;
    if (!read_whole(path, bytes)) {
      std::fprintf(stderr, "bartizan: cannot read %s\n", path.c_str());
      all_read = false;
      continue;
    }
    const std::string text = as_utf8(std::move(bytes));
    if (request.command_lines) show_lines(path, text, request);
    else show(path, text, request);
  }
  if (request.html) write_out(powershell_page_end());
  return all_read ? kExitClean : kExitUnreadable;
}

}  // namespace

constinit const Verb kPowershellVerb{
    .name = "powershell",
    .operands = "FILE…",
    .operands_min = 1,
    .summary = "read obfuscated PowerShell layer by layer, without running it",
    .about =
        "FILE is a script in UTF-8 or UTF-16, or - for standard input. Exit code 0 also when nothing was "
        "hidden.\n",
    .options = kOptions,
    .examples =
        "  bartizan powershell dropper.ps1\n"
        "  bartizan powershell --final - < block.txt\n"
        "  bartizan powershell --format html dropper.ps1 > layers.html\n"
        "  bartizan powershell --command-line --format jsonl lines.txt | jq -r .text\n",
    .choices = {},
    .run = run_powershell,
};

}  // namespace bartizan::app
