// SPDX-License-Identifier: Apache-2.0
#include "intel/yara_rules.h"

#include <yara.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <tuple>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::intel {
namespace {

// What rules written for other scanners ask for besides the bytes.
constexpr const char* kVariables[] = {"filename", "filepath", "extension", "filetype", "owner"};

struct CompilerDestroy {
  void operator()(YR_COMPILER* compiler) const { yr_compiler_destroy(compiler); }
};
using Compiler = std::unique_ptr<YR_COMPILER, CompilerDestroy>;
using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

struct Complaints {
  std::vector<Diagnostic>& diagnostics;
  const std::string& file;
  bool with_warnings;
};

void complain(int level, const char* file, int line, const YR_RULE*, const char* message, void* user) {
  const Complaints& to = *static_cast<Complaints*>(user);
  const bool is_error = level == YARA_ERROR_LEVEL_ERROR;
  if (!is_error && !to.with_warnings) return;
  to.diagnostics.push_back({is_error ? "yara.error" : "yara.warning",
                            file ? file : to.file,
                            line,
                            0,
                            message,
                            {},
                            is_error ? Severity::kError : Severity::kWarning});
}

Result<void> start_library() {
  // Once; libyara counts what it is asked for, and the program's end takes it back.
  static const int kStarted = yr_initialize();
  if (kStarted != ERROR_SUCCESS) return fail("libyara cannot start: error " + std::to_string(kStarted));
  return {};
}

Result<Compiler> make_compiler(Complaints* complaints) {
  YR_COMPILER* made = nullptr;
  if (yr_compiler_create(&made) != ERROR_SUCCESS) return fail("libyara is out of memory");
  Compiler compiler(made);
  yr_compiler_set_callback(made, complain, complaints);
  for (const char* name : kVariables) yr_compiler_define_string_variable(made, name, "");
  return compiler;
}

// 0: compiled.
int compile(YR_COMPILER* compiler, const std::string& file, std::vector<Diagnostic>& diagnostics) {
  const FilePtr text(std::fopen(file.c_str(), "rb"), std::fclose);
  if (!text) {
    diagnostics.push_back({"yara.unreadable", file, 0, 0, std::strerror(errno), {}});
    return 1;
  }
  return yr_compiler_add_file(compiler, text.get(), file.c_str(), file.c_str());
}

std::string text_of(const YR_META& meta) {
  if (meta.type == META_TYPE_STRING) return meta.string ? meta.string : "";
  if (meta.type == META_TYPE_BOOLEAN) return meta.integer ? "true" : "false";
  return std::to_string(meta.integer);
}

YaraMatch match_of(YR_SCAN_CONTEXT* context, YR_RULE* rule) {
  YaraMatch out;
  out.rule = rule->identifier, out.file = rule->ns->name;
  const char* tag = nullptr;
  yr_rule_tags_foreach(rule, tag) out.tags.emplace_back(tag);
  YR_META* meta = nullptr;
  yr_rule_metas_foreach(rule, meta) out.meta.emplace_back(meta->identifier, text_of(*meta));
  YR_STRING* string = nullptr;
  yr_rule_strings_foreach(rule, string) {
    if (STRING_IS_PRIVATE(string)) continue;
    YR_MATCH* match = nullptr;
    std::size_t of_this = 0;
    yr_string_matches_foreach(context, string, match) {
      ++out.strings_total;
      if (++of_this > limits::kYaraStringsShownMax) continue;
      const auto shown = std::min<std::size_t>(static_cast<std::size_t>(match->data_length),
                                               limits::kYaraStringBytesShownMax);
      out.strings.push_back({string->identifier, static_cast<std::uint64_t>(match->base + match->offset),
                             static_cast<std::uint64_t>(match->match_length),
                             std::string(reinterpret_cast<const char*>(match->data), shown)});
    }
  }
  std::sort(out.strings.begin(), out.strings.end(), [](const YaraString& a, const YaraString& b) {
    return std::tie(a.offset, a.name, a.size) < std::tie(b.offset, b.name, b.size);
  });
  if (out.strings.size() > limits::kYaraStringsShownMax) out.strings.resize(limits::kYaraStringsShownMax);
  return out;
}

int take_match(YR_SCAN_CONTEXT* context, int message, void* data, void* user) {
  if (message == CALLBACK_MSG_RULE_MATCHING)
    static_cast<std::vector<YaraMatch>*>(user)->push_back(match_of(context, static_cast<YR_RULE*>(data)));
  return CALLBACK_CONTINUE;
}

}  // namespace

std::string YaraMatch::meta_of(std::string_view name) const {
  for (const auto& [known, value] : meta)
    if (equals_ignoring_ascii_case(known, name)) return value;
  return {};
}

void YaraRules::Destroy::operator()(YR_RULES* rules) const { yr_rules_destroy(rules); }

Result<YaraRules> YaraRules::load(const std::vector<std::string>& files,
                                  std::vector<Diagnostic>& diagnostics) {
  TRY_VOID(start_library());
  std::string at;
  Complaints quiet{diagnostics, at, false}, loud{diagnostics, at, true};
  TRY(const Compiler whole, make_compiler(&quiet));
  YaraRules out;
  for (const std::string& file : files) {
    at = file;
    // A mistake makes a compiler useless: each file is tried in one of its own first.
    TRY(const Compiler alone, make_compiler(&loud));
    if (compile(alone.get(), file, diagnostics) != 0) continue;
    if (const int errors = compile(whole.get(), file, diagnostics); errors != 0)
      return fail("libyara took the rules alone but not with the others", file);
  }
  YR_RULES* rules = nullptr;
  if (yr_compiler_get_rules(whole.get(), &rules) != ERROR_SUCCESS) return fail("libyara is out of memory");
  out.rules_.reset(rules);
  YR_RULE* rule = nullptr;
  yr_rules_foreach(rules, rule) out.size_ += !RULE_IS_PRIVATE(rule);
  return out;
}

void YaraScanner::Destroy::operator()(YR_SCAN_CONTEXT* scanner) const { yr_scanner_destroy(scanner); }

Result<YaraScanner> YaraScanner::make(const YaraRules& rules) {
  YR_SCAN_CONTEXT* scanner = nullptr;
  if (yr_scanner_create(rules.compiled(), &scanner) != ERROR_SUCCESS) return fail("libyara is out of memory");
  YaraScanner out;
  out.scanner_.reset(scanner);
  yr_scanner_set_timeout(scanner, limits::kYaraSecondsMax);
  // The bytes are in memory of our own: no signal handlers for pages that vanish.
  yr_scanner_set_flags(scanner, SCAN_FLAGS_REPORT_RULES_MATCHING | SCAN_FLAGS_NO_TRYCATCH);
  return out;
}

Result<std::vector<YaraMatch>> YaraScanner::scan(Bytes bytes, const std::string& file) {
  std::vector<YaraMatch> matches;
  const std::size_t slash = file.find_last_of("/\\!");
  const std::string name = slash == file.npos ? file : file.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  yr_scanner_define_string_variable(scanner_.get(), "filename", name.c_str());
  yr_scanner_define_string_variable(scanner_.get(), "filepath", file.c_str());
  yr_scanner_define_string_variable(scanner_.get(), "extension", dot == name.npos ? "" : name.c_str() + dot);
  yr_scanner_set_callback(scanner_.get(), take_match, &matches);
  const int answer = yr_scanner_scan_mem(scanner_.get(), bytes.data(), bytes.size());
  if (answer == ERROR_SUCCESS) return matches;
  if (answer == ERROR_SCAN_TIMEOUT)
    return fail("YARA rules took longer than " + std::to_string(limits::kYaraSecondsMax) + " seconds", file);
  return fail("libyara failed with error " + std::to_string(answer), file);
}

}  // namespace bartizan::intel
