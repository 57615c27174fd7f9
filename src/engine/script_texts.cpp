// SPDX-License-Identifier: Apache-2.0
#include "engine/script_texts.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan {
namespace {

// Rule fields of the vocabulary that hold script text.
struct VocabularyField {
  std::string_view category, name;
  ScriptShape shape;
};
constexpr VocabularyField kVocabulary[] = {
    {"process_creation", "CommandLine", ScriptShape::kCommandLine},
    {"ps_script", "ScriptBlockText", ScriptShape::kScript},
    {"ps_module", "Payload", ScriptShape::kBindings},
    {"ps_module", "ContextInfo", ScriptShape::kHost},
    {"ps_classic_start", "Data", ScriptShape::kHost},
    {"ps_classic_provider_start", "Data", ScriptShape::kHost},
    {"ps_classic_script", "Data", ScriptShape::kBindings},
    {"registry_set", "Details", ScriptShape::kRegistry},
};

// Fields of records that the vocabulary has no word for.
struct RecordField {
  std::string_view channel;
  std::uint32_t event_id;
  std::string_view name;
  ScriptShape shape;
};
constexpr RecordField kRecords[] = {
    {"System", 7045, "ImagePath", ScriptShape::kCommandLine},
    {"Security", 4697, "ServiceFileName", ScriptShape::kCommandLine},
    {"Security", 4698, "TaskContent", ScriptShape::kTask},
    {"Security", 4702, "TaskContentNew", ScriptShape::kTask},
};

void add_field(std::vector<ScriptField>& fields, std::string_view name, ScriptShape shape) {
  for (const ScriptField& known : fields)
    if (known.name == name) return;
  fields.push_back({std::string(name), shape});
}

constexpr std::size_t kNowhere = std::string_view::npos;

std::size_t find_folded(std::string_view text, std::string_view lower, std::size_t from = 0) {
  if (text.size() < lower.size()) return kNowhere;
  for (std::size_t at = from; at + lower.size() <= text.size(); ++at) {
    std::size_t same = 0;
    while (same < lower.size() && fold_ascii(text[at + same]) == lower[same]) ++same;
    if (same == lower.size()) return at;
  }
  return kNowhere;
}

// Words of which one stands in every script that runs or hides text; sorted by their first letter.
constexpr std::string_view kScriptWords[] = {
    "-bxor",         "-ec ",
    "-enc",          "-join",
    "-replace",      "-split",
    ".create(",      ".invoke(",
    ".split(",       ".replace(",
    ".substring(",   ".tochararray",
    "[char",         "[array]::reverse",
    "deflatestream", "download",
    "frombase64",    "gzipstream",
    "iex",           "invoke-expression",
    "invokescript",  "newscriptblock",
    "securestring",  "urldecode",
    "hexnumber",     "toint",
    "tobyte",        "[convert]",
    "[string]::",    "[regex]::",
    "cmd",           "powershell",
    "pwsh",
};
constexpr std::string_view kLineWords[] = {"powershell",        "pwsh",   "mshta", "wmic", "rundll32", "iex",
                                           "invoke-expression", "comspec"};

struct FirstLetters {
  std::array<bool, 256> is_first{};
  template <std::size_t N>
  constexpr explicit FirstLetters(const std::string_view (&words)[N]) {
    for (const std::string_view word : words) {
      is_first[static_cast<unsigned char>(word[0])] = true;
      if (word[0] >= 'a' && word[0] <= 'z') is_first[static_cast<unsigned char>(word[0] - 32)] = true;
    }
  }
};
constexpr FirstLetters kScriptFirst(kScriptWords), kLineFirst(kLineWords);

template <std::size_t N>
bool has_word_at(std::string_view text, std::size_t at, const FirstLetters& first,
                 const std::string_view (&words)[N]) {
  if (!first.is_first[static_cast<unsigned char>(text[at])]) return false;
  for (const std::string_view word : words)
    if (fold_ascii(text[at]) == word[0] && find_folded(text.substr(at, word.size()), word) == 0) return true;
  return false;
}

constexpr std::size_t kEncodedRun = 100;  // so many letters of base64 in a row hold something

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool is_quote(char c) { return c == '\'' || c == '"'; }

// A mark that needs no word: an escape within a word, pieces joined, computed calls, odd names.
bool has_mark_at(std::string_view text, std::size_t at) {
  const char c = text[at], before = at ? text[at - 1] : ' ',
             after = at + 1 < text.size() ? text[at + 1] : ' ';
  switch (c) {
    case '`': return is_base64(before) && is_base64(after);
    case '+': return is_quote(before) || is_quote(after);
    case '&':
    case '.':
      return after == '(' || after == '$' || is_quote(after) ||
             (after == ' ' && at + 2 < text.size() && text[at + 2] == '(');
    case '$': return after == '{' || after == '(';
    case '-': return (after == 'f' || after == 'F') && at + 2 < text.size() && !is_base64(text[at + 2]);
    case '\xE2': return at + 2 < text.size() && text[at + 1] == '\x80';  // quotes and dashes beyond ASCII
    default: return false;
  }
}

std::string without_entities(std::string_view xml) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  for (std::size_t at = 0; at < xml.size();) {
    const auto entity = std::find_if(std::begin(kEntities), std::end(kEntities),
                                     [&](const auto& one) { return xml.substr(at).starts_with(one.first); });
    if (entity == std::end(kEntities)) out += xml[at++];
    else out += entity->second, at += entity->first.size();
  }
  return out;
}

// The content of the next element of this name, from `at`, which moves behind it.
bool next_element(std::string_view xml, std::string_view name, std::size_t& at, std::string& content) {
  const std::string opening = "<" + std::string(name) + ">", closing = "</" + std::string(name) + ">";
  const std::size_t begin = xml.find(opening, at);
  if (begin == kNowhere) return false;
  const std::size_t end = xml.find(closing, begin);
  if (end == kNowhere) return false;
  content = without_entities(xml.substr(begin + opening.size(), end - begin - opening.size()));
  at = end + closing.size();
  return true;
}

void add_text(std::size_t begin, std::size_t end, std::string text, bool is_command_line,
              std::vector<ScriptText>& out) {
  if (out.size() < limits::kScriptTextsPerFieldMax && may_hide_script(text, is_command_line))
    out.push_back({begin, end, std::move(text), is_command_line});
}

void add_piece(std::string_view value, std::size_t begin, std::size_t end, bool is_command_line,
               std::vector<ScriptText>& out) {
  add_text(begin, end, std::string(value.substr(begin, end - begin)), is_command_line, out);
}

void add_host_application(std::string_view value, std::vector<ScriptText>& out) {
  for (const std::string_view mark : {"HostApplication=", "Host Application = "}) {
    const std::size_t at = value.find(mark);
    if (at == kNowhere) continue;
    const std::size_t begin = at + mark.size();
    // The command line may have line ends of its own; the line that follows it has a known name.
    std::size_t end = value.find(mark[4] == ' ' ? "Engine Version = " : "EngineVersion=", begin);
    end = end == kNowhere ? std::min(value.find('\n', begin), value.size()) : end;
    while (end > begin && static_cast<unsigned char>(value[end - 1]) <= ' ') --end;
    return add_piece(value, begin, end, true, out);
  }
}

void add_bindings(std::string_view value, std::vector<ScriptText>& out) {
  constexpr std::string_view kMark = "value=\"", kNext = "ParameterBinding(";
  std::size_t at = value.find(kNext);
  if (at == kNowhere) return add_host_application(value, out);
  while (at != kNowhere && out.size() < limits::kScriptTextsPerFieldMax) {
    const std::size_t next = value.find(kNext, at + 1);
    const std::size_t begin = value.find(kMark, at);
    if (begin < next) {
      const std::size_t end = value.rfind('"', next == kNowhere ? kNowhere : next - 1);
      const std::size_t from = begin + kMark.size();
      if (end != kNowhere && end > from) add_piece(value, from, end, false, out);
    }
    at = next;
  }
}

void add_task(std::string_view value, std::vector<ScriptText>& out) {
  std::string command, arguments;
  for (std::size_t at = 0; next_element(value, "Command", at, command);) {
    std::size_t behind = at;
    const std::size_t next = value.find("<Command>", at);
    arguments.clear();
    if (next_element(value, "Arguments", behind, arguments) && behind > next) arguments.clear();
    add_text(0, value.size(), command + " " + arguments, true, out);
  }
}

void add_registry_data(std::string_view value, std::vector<ScriptText>& out) {
  const std::size_t before = out.size();
  add_piece(value, 0, value.size(), true, out);
  if (out.size() != before) return;
  // Loaders keep scripts in values. Marks alone would take most data for one.
  for (std::size_t at = 0; at < value.size(); ++at)
    if (has_word_at(value, at, kScriptFirst, kScriptWords))
      return add_piece(value, 0, value.size(), false, out);
}

}  // namespace

std::vector<ScriptField> script_fields_of(const EventKind& kind, const LogsourceTable& table) {
  std::vector<ScriptField> fields;
  for (const auto& [source, places] : table.all())
    for (const VocabularyField& wanted : kVocabulary) {
      if (source.category != wanted.category) continue;
      for (const EventPlace& place : places) {
        if (!place.may_hold(kind)) continue;
        const auto mapped = place.fields.find(wanted.name);
        if (mapped == place.fields.end()) add_field(fields, wanted.name, wanted.shape);
        else if (mapped->second.each || mapped->second.from.size() == 1)
          for (const std::string& name : mapped->second.from) add_field(fields, name, wanted.shape);
      }
    }
  for (const RecordField& record : kRecords)
    if (kind.channel == record.channel && kind.event_id == record.event_id)
      add_field(fields, record.name, record.shape);
  return fields;
}

bool may_hide_script(std::string_view text, bool is_command_line) {
  if (is_command_line) {
    for (std::size_t at = 0; at < text.size(); ++at)
      if (text[at] == '^' || has_word_at(text, at, kLineFirst, kLineWords)) return true;
    // A name put together from variables, `%` or with delayed expansion `!`.
    return find_folded(text, "set") != kNowhere && text.find_first_of("%!") != kNowhere;
  }
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    run = is_base64(text[at]) ? run + 1 : 0;
    if (run >= kEncodedRun || has_mark_at(text, at) || has_word_at(text, at, kScriptFirst, kScriptWords))
      return true;
  }
  return false;
}

void append_script_texts(ScriptShape shape, std::string_view value, std::vector<ScriptText>& out) {
  switch (shape) {
    case ScriptShape::kScript: return add_piece(value, 0, value.size(), false, out);
    case ScriptShape::kCommandLine: return add_piece(value, 0, value.size(), true, out);
    case ScriptShape::kHost: return add_host_application(value, out);
    case ScriptShape::kBindings: return add_bindings(value, out);
    case ScriptShape::kTask: return add_task(value, out);
    case ScriptShape::kRegistry: return add_registry_data(value, out);
  }
}

}  // namespace bartizan
