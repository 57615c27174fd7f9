// SPDX-License-Identifier: Apache-2.0
#include "engine/yara_scan.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "source/archive.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

constexpr std::size_t kReadBytes = 1u << 20;

// Rules have no common field for gravity: `score` of 0 to 100 is THOR's, `severity` and `threat_level` are words or small numbers.
Level level_of(const intel::YaraMatch& match) {
  int score = -1;
  const std::string text = match.meta_of("score");
  std::from_chars(text.data(), text.data() + text.size(), score);
  if (score >= 0) return score >= 80 ? Level::kHigh : score >= 60 ? Level::kMedium : Level::kLow;
  for (const char* name : {"severity", "level", "threat_level"}) {
    const std::string word = folded(match.meta_of(name));
    for (const Level level :
         {Level::kInformational, Level::kLow, Level::kMedium, Level::kHigh, Level::kCritical})
      if (word == level_name(level)) return level;
  }
  return Level::kMedium;
}

// T1059.001 in tags, in meta data as attack, mitre_att and the like.
void add_techniques(std::string_view text, std::vector<std::string>& out) {
  for (std::size_t at = text.find_first_of("Tt"); at != text.npos; at = text.find_first_of("Tt", at + 1)) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end - at != 5 ||
        (at > 0 && text[at - 1] != ' ' && text[at - 1] != ',' && text[at - 1] != '.' && text[at - 1] != '_'))
      continue;
    std::string id = "T" + std::string(text.substr(at + 1, 4));
    if (text.size() >= end + 4 && (text[end] == '.' || text[end] == '_') &&
        text.substr(end + 1, 3).find_first_not_of("0123456789") == text.npos)
      id.append(".").append(text.substr(end + 1, 3));
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(std::move(id));
  }
}

// Printable bytes as they are, others as \x1f.
std::string shown(std::string_view bytes, bool is_cut) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') out += c;
    else out.append("\\x") += kDigits[byte >> 4], out += kDigits[byte & 15];
  }
  return is_cut ? out + "…" : out;
}

std::string hex(std::uint64_t number) {
  char digits[16];
  return "0x" + std::string(digits, std::to_chars(digits, digits + 16, number, 16).ptr);
}

Finding make_finding(const intel::YaraMatch& match, const std::string& file, Instant modified, Bytes bytes) {
  Finding finding;
  finding.time = modified;
  finding.rule_id = "yara:" + match.rule;
  const std::string description = match.meta_of("description");
  finding.rule_title = description.empty() ? "YARA rule " + match.rule : description;
  finding.level = level_of(match);
  finding.file = file;
  finding.id = sha256_hex(finding.rule_id + '\n' + file).substr(0, 32);
  finding.advisory = {"D4"};
  for (const std::string& tag : match.tags) add_techniques(tag, finding.attack);
  for (const intel::YaraString& string : match.strings)
    finding.why.push_back({hex(string.offset), "contains", string.name,
                           shown(string.bytes, string.bytes.size() < string.size)});
  if (match.strings_total > match.strings.size())
    finding.why.push_back({"strings", "is", "", std::to_string(match.strings_total) + " matches in all"});
  for (const auto& [name, value] : match.meta) {
    const std::string word = folded(name);
    if (word.find("mitre") != word.npos || word.find("att") == 0) add_techniques(value, finding.attack);
    if (word == "author" || word == "reference" || word == "date" || word == "hash" || word == "license")
      finding.why.push_back({"rule." + name, "is", "", value});
  }
  finding.why.push_back({"file.sha256", "is", "", sha256_hex(as_text(bytes))});
  finding.entities.push_back({"file", file});
  return finding;
}

class FileLook {
 public:
  FileLook(intel::YaraScanner& scanner, YaraOutcome& out) : scanner_(scanner), out_(out) {}

  void look(const std::string& path) {
    auto file = EvidenceFile::open(path);
    if (!file.has_value()) return;  // the reading of logs says so
    modified_ = file->modified();
    ArchiveBudget budget;
    look(*file, path, budget);
  }

 private:
  // The bytes of an archive are its members'. Recursion is bounded by the budget's depth.
  void look(ByteStream& stream, const std::string& name, ArchiveBudget& budget) {
    std::vector<std::uint8_t> bytes(kReadBytes);
    auto size = stream.read(bytes);
    if (!size.has_value()) return;
    bytes.resize(*size);
    if (looks_like_archive(bytes)) {
      (void)for_each_member(stream, bytes, name, budget, [&](const std::string& member, ByteStream& inner) {
        look(inner, name + "!" + member, budget);
        return true;
      });
      return;
    }
    while (*size == kReadBytes && bytes.size() < limits::kYaraFileBytesMax) {
      const std::size_t before = bytes.size();
      bytes.resize(before + kReadBytes);
      size = stream.read(std::span(bytes).subspan(before));
      if (!size.has_value()) return;
      bytes.resize(before + *size);
    }
    if (bytes.size() >= limits::kYaraFileBytesMax)
      out_.oddities.push_back(name + ": YARA rules looked at its first " +
                              std::to_string(limits::kYaraFileBytesMax >> 20) + " MiB");
    auto matches = scanner_.scan(bytes, name);
    if (!matches.has_value()) return out_.unreadable.push_back(matches.error().text());
    for (const intel::YaraMatch& match : *matches)
      out_.findings.push_back(make_finding(match, name, modified_, bytes));
  }

  intel::YaraScanner& scanner_;
  YaraOutcome& out_;
  Instant modified_;
};

}  // namespace

Result<YaraOutcome> yara_scan(const std::vector<std::string>& files, const intel::YaraRules& rules,
                              const std::function<bool()>& keep_going) {
  YaraOutcome out;
  TRY(intel::YaraScanner scanner, intel::YaraScanner::make(rules));
  FileLook look(scanner, out);
  for (const std::string& file : files) {
    if (file == "-") continue;  // standard input can be read once only
    if (!keep_going()) break;
    look.look(file);
  }
  return out;
}

std::vector<std::string> list_yara_files(const std::vector<std::string>& paths,
                                         std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::vector<Error> errors;
    std::error_code ignored;
    const bool is_folder = std::filesystem::is_directory(path, ignored);
    for (const std::string& file : list_evidence(path, errors)) {
      const std::string name = folded(file);
      if (is_folder && !name.ends_with(".yar") && !name.ends_with(".yara")) continue;
      if (files.size() < limits::kYaraRuleFilesMax) files.push_back(file);
    }
    for (const Error& error : errors)
      diagnostics.push_back({"yara.unreadable", path, 0, 0, error.message, {}});
  }
  return files;
}

}  // namespace bartizan
