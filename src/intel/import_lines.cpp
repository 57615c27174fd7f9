// SPDX-License-Identifier: Apache-2.0
// Lists, hosts files and CSV (RFC 4180). A CSV is told from a list by a header that names what its columns hold; feeds that keep
// their header in a comment are read too.
#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "intel/import_objects.h"

namespace bartizan::intel {
namespace {

class LineReader {
 public:
  explicit LineReader(const ReadBytes& read) : read_(read), buffer_(64 * 1024) {}

  // A line without its end. False: no more. A line too long is cut, and says so.
  bool next(std::string& line, bool& is_cut) {
    line.clear(), is_cut = false;
    bool any = false;
    for (;;) {
      if (at_ == size_ && !fill()) return any;
      any = true;
      const std::uint8_t* begin = buffer_.data() + at_;
      const auto* end =
          std::find(begin, static_cast<const std::uint8_t*>(buffer_.data()) + size_, std::uint8_t{'\n'});
      const auto length = static_cast<std::size_t>(end - begin);
      const std::size_t room = limits::kIntelLineBytesMax - line.size();
      line.append(reinterpret_cast<const char*>(begin), std::min(length, room));
      is_cut |= length > room;
      at_ += length;
      if (at_ == size_) continue;
      ++at_;
      if (line.ends_with('\r')) line.pop_back();
      return true;
    }
  }
  const std::string& trouble() const { return trouble_; }

 private:
  bool fill() {
    auto got = read_(buffer_);
    at_ = size_ = 0;
    if (!got.has_value()) trouble_ = got.error().text();
    else size_ = *got;
    return size_ > 0;
  }

  const ReadBytes& read_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0, size_ = 0;
  std::string trouble_;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == text.npos ? std::string_view()
                            : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_comment(std::string_view line) {
  return line.starts_with('#') || line.starts_with("//") || line.starts_with(';');
}

// Roles of columns, and the names feeds give them.
enum class Role : std::uint8_t {
  kNone,
  kValue,
  kKind,
  kConfidence,
  kFrom,
  kUntil,
  kTitle,
  kReference,
  kAttack,
  kOfKind
};
struct ColumnName {
  std::string_view name;
  Role role;
  Kind kind = Kind::kDomain;  // of kOfKind
};
constexpr ColumnName kColumnNames[] = {{"value", Role::kValue},
                                       {"indicator", Role::kValue},
                                       {"ioc", Role::kValue},
                                       {"ioc_value", Role::kValue},
                                       {"indicator_value", Role::kValue},
                                       {"observable", Role::kValue},
                                       {"kind", Role::kKind},
                                       {"type", Role::kKind},
                                       {"ioc_type", Role::kKind},
                                       {"indicator_type", Role::kKind},
                                       {"confidence", Role::kConfidence},
                                       {"confidence_level", Role::kConfidence},
                                       {"score", Role::kConfidence},
                                       {"valid_from", Role::kFrom},
                                       {"first_seen", Role::kFrom},
                                       {"first_seen_utc", Role::kFrom},
                                       {"firstseen", Role::kFrom},
                                       {"date", Role::kFrom},
                                       {"dateadded", Role::kFrom},
                                       {"created", Role::kFrom},
                                       {"valid_until", Role::kUntil},
                                       {"expires", Role::kUntil},
                                       {"expiration", Role::kUntil},
                                       {"valid_to", Role::kUntil},
                                       {"title", Role::kTitle},
                                       {"description", Role::kTitle},
                                       {"comment", Role::kTitle},
                                       {"malware", Role::kTitle},
                                       {"malware_printable", Role::kTitle},
                                       {"threat", Role::kTitle},
                                       {"signature", Role::kTitle},
                                       {"name", Role::kTitle},
                                       {"reference", Role::kReference},
                                       {"id", Role::kReference},
                                       {"ioc_id", Role::kReference},
                                       {"link", Role::kReference},
                                       {"attack", Role::kAttack},
                                       {"mitre", Role::kAttack},
                                       {"technique", Role::kAttack},
                                       {"tags", Role::kAttack},
                                       {"ip", Role::kOfKind, Kind::kNetwork},
                                       {"ip_address", Role::kOfKind, Kind::kNetwork},
                                       {"address", Role::kOfKind, Kind::kNetwork},
                                       {"dst_ip", Role::kOfKind, Kind::kNetwork},
                                       {"dstip", Role::kOfKind, Kind::kNetwork},
                                       {"cidr", Role::kOfKind, Kind::kNetwork},
                                       {"network", Role::kOfKind, Kind::kNetwork},
                                       {"domain", Role::kOfKind, Kind::kDomain},
                                       {"hostname", Role::kOfKind, Kind::kDomain},
                                       {"host", Role::kOfKind, Kind::kDomain},
                                       {"fqdn", Role::kOfKind, Kind::kDomain},
                                       {"url", Role::kOfKind, Kind::kUrl},
                                       {"md5", Role::kOfKind, Kind::kMd5},
                                       {"md5_hash", Role::kOfKind, Kind::kMd5},
                                       {"sha1", Role::kOfKind, Kind::kSha1},
                                       {"sha1_hash", Role::kOfKind, Kind::kSha1},
                                       {"sha256", Role::kOfKind, Kind::kSha256},
                                       {"sha256_hash", Role::kOfKind, Kind::kSha256},
                                       {"imphash", Role::kOfKind, Kind::kImphash},
                                       {"email", Role::kOfKind, Kind::kEmail},
                                       {"ja3", Role::kOfKind, Kind::kJa3},
                                       {"ja3_md5", Role::kOfKind, Kind::kJa3},
                                       {"ja4", Role::kOfKind, Kind::kJa4},
                                       {"mutex", Role::kOfKind, Kind::kMutex},
                                       {"registry_key", Role::kOfKind, Kind::kRegistryKey},
                                       {"regkey", Role::kOfKind, Kind::kRegistryKey},
                                       {"file_name", Role::kOfKind, Kind::kFileName},
                                       {"filename", Role::kOfKind, Kind::kFileName},
                                       {"user_agent", Role::kOfKind, Kind::kUserAgent}};

// What a column for the kind says, in the words of feeds.
std::optional<Kind> kind_of_word(std::string_view written) {
  constexpr std::pair<std::string_view, Kind> kWords[] = {
      {"ip", Kind::kNetwork},          {"ipv4", Kind::kNetwork},        {"ipv6", Kind::kNetwork},
      {"ip:port", Kind::kNetwork},     {"ipv4-addr", Kind::kNetwork},   {"ip-dst", Kind::kNetwork},
      {"ip-src", Kind::kNetwork},      {"cidr", Kind::kNetwork},        {"hostname", Kind::kDomain},
      {"domain-name", Kind::kDomain},  {"fqdn", Kind::kDomain},         {"uri", Kind::kUrl},
      {"md5_hash", Kind::kMd5},        {"sha1_hash", Kind::kSha1},      {"sha256_hash", Kind::kSha256},
      {"filehash-md5", Kind::kMd5},    {"filehash-sha1", Kind::kSha1},  {"filehash-sha256", Kind::kSha256},
      {"email-addr", Kind::kEmail},    {"ja3_fingerprint", Kind::kJa3}, {"registry", Kind::kRegistryKey},
      {"regkey", Kind::kRegistryKey},  {"filename", Kind::kFileName},   {"file_name", Kind::kFileName},
      {"user_agent", Kind::kUserAgent}};
  const std::string word = folded(trimmed(written));
  for (const auto& [name, kind] : kWords)
    if (name == word) return kind;
  return kind_of_name(word);
}

class LineImport {
 public:
  LineImport(const ReadBytes& read, const Import& import) : lines_(read), import_(import) {}

  void run() {
    std::string line;
    bool is_cut = false;
    while (lines_.next(line, is_cut)) {
      ++number_;
      if (number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
      if (is_cut) {
        mistake(1, "intel.line_too_long",
                "the line is longer than " + std::to_string(limits::kIntelLineBytesMax) + " bytes");
        continue;
      }
      take(line);
    }
    if (!lines_.trouble().empty()) mistake(1, "intel.unreadable", lines_.trouble());
    else if (import_.report.format.empty()) import_.report.format = "list";
  }

 private:
  void mistake(std::size_t column, std::string code, std::string message) {
    import_.report.mistake(import_.options, {number_, static_cast<std::uint32_t>(column)}, std::move(code),
                           std::move(message));
  }

  void take(const std::string& line) {
    const std::string_view text = trimmed(line);
    if (text.empty()) return;
    if (!is_decided_ && is_comment(text)) {
      last_comment_ = text.substr(std::min(text.size(), text.find_first_not_of("#/; \t")));
      return;
    }
    if (is_comment(text) && !is_csv_) return;
    if (!is_decided_) {
      is_decided_ = true;
      if (!has_header_in_comment(text) && read_header(text)) return;
    }
    if (is_csv_ && text.starts_with('#')) return;
    if (is_csv_) take_row(line);
    else take_listed(text);
  }

  // Whether the line is a header: more than one column, or the one asked for, of names that are known.
  bool read_header(std::string_view line) {
    delimiter_ = ',';
    for (const char c : {';', '\t', '|'})
      if (std::count(line.begin(), line.end(), c) > std::count(line.begin(), line.end(), delimiter_))
        delimiter_ = c;
    split(line);
    std::vector<ColumnName> columns;
    bool has_value = false;
    for (const auto& [cell, at] : cells_) {
      ColumnName column = role_of(trimmed(cell));
      has_value |= column.role == Role::kValue || column.role == Role::kOfKind;
      columns.push_back(column);
    }
    if (!has_value) return false;
    columns_ = std::move(columns);
    import_.report.format = "CSV";
    return is_csv_ = true;
  }

  // A comment of several known names before a row of as many cells.
  bool has_header_in_comment(std::string_view row) {
    if (last_comment_.empty() || !read_header(last_comment_)) return false;
    split(row);
    if (columns_.size() > 1 && cells_.size() == columns_.size()) return true;
    import_.report.format.clear();
    return is_csv_ = false;
  }

  ColumnName role_of(std::string_view name) const {
    constexpr std::pair<std::string_view, Role> kRoles[] = {
        {"value", Role::kValue},         {"kind", Role::kKind},         {"confidence", Role::kConfidence},
        {"valid_from", Role::kFrom},     {"valid_until", Role::kUntil}, {"title", Role::kTitle},
        {"reference", Role::kReference}, {"attack", Role::kAttack}};
    for (const auto& [role, column] : import_.options.columns)
      if (equals_ignoring_ascii_case(column, name)) {
        for (const auto& [known, value] : kRoles)
          if (known == role) return {known, value};
        if (const std::optional<Kind> kind = kind_of_word(role)) return {"", Role::kOfKind, *kind};
      }
    std::string word = folded(name);
    std::replace(word.begin(), word.end(), ' ', '_');
    std::replace(word.begin(), word.end(), '-', '_');
    for (const ColumnName& known : kColumnNames)
      if (known.name == word) return known;
    return {"", Role::kNone};
  }

  // Cells and the columns they begin at; quotation marks are undone.
  void split(std::string_view line) {
    cells_.clear();
    for (std::size_t at = 0;;) {
      const std::size_t begin = at;
      std::string cell;
      while (at < line.size() && line[at] == ' ') ++at;
      if (at < line.size() && line[at] == '"') {
        for (++at; at < line.size(); ++at) {
          if (line[at] == '"' && at + 1 < line.size() && line[at + 1] == '"') ++at;
          else if (line[at] == '"') break;
          cell += line[at];
        }
        at = std::min(line.size(), line.find(delimiter_, at));
      } else {
        at = std::min(line.size(), line.find(delimiter_, begin));
        cell = line.substr(begin, at - begin);
      }
      cells_.emplace_back(std::move(cell), begin + 1);
      if (at >= line.size() || cells_.size() >= limits::kIntelColumnsMax) return;
      ++at;
    }
  }

  void take_row(std::string_view line) {
    split(line);
    Statement common;
    std::optional<Kind> kind = import_.options.kind;
    bool has_kind = false;
    for (std::size_t i = 0; i < std::min(cells_.size(), columns_.size()); ++i) {
      const std::string_view cell = trimmed(cells_[i].first);
      if (cell.empty()) continue;
      switch (columns_[i].role) {
        case Role::kKind: kind = kind_of_word(cell), has_kind = true; break;
        case Role::kConfidence: common.confidence = percent_of(cell); break;
        case Role::kFrom: common.valid_from = instant_of(cell); break;
        case Role::kUntil: common.valid_until = instant_of(cell); break;
        case Role::kTitle: common.title += (common.title.empty() ? "" : ", ") + std::string(cell); break;
        case Role::kReference: common.reference = cell; break;
        case Role::kAttack: add_techniques(cell, common); break;
        default: break;
      }
    }
    if (has_kind && !kind) return import_.report.leave_out("rows of kinds that are not looked up");
    bool any = false;
    for (std::size_t i = 0; i < std::min(cells_.size(), columns_.size()); ++i) {
      const bool is_value = columns_[i].role == Role::kValue, is_of_kind = columns_[i].role == Role::kOfKind;
      const std::string_view cell = trimmed(cells_[i].first);
      if ((!is_value && !is_of_kind) || cell.empty() || cell == "-" || cell == "None" || cell == "n/a")
        continue;
      any = true;
      take_value(cell, is_of_kind ? std::optional(columns_[i].kind) : kind, common, cells_[i].second);
    }
    if (!any) mistake(1, "csv.no_value", "no value stands in this row");
  }

  static void add_techniques(std::string_view cell, Statement& statement) {
    for (std::size_t at = 0; at < cell.size();) {
      const std::size_t end = std::min(cell.size(), cell.find_first_of(" ,;|", at));
      add_technique(cell.substr(at, end - at), statement.attack);
      at = end + 1;
    }
  }

  // One value a line; a hosts file has an address of its own before it, and a comment may follow.
  void take_listed(std::string_view text) {
    const std::size_t blank = text.find_first_of(" \t");
    if (blank != text.npos) {
      const std::string_view first = text.substr(0, blank), rest = trimmed(text.substr(blank));
      if (first == "0.0.0.0" || first == "127.0.0.1" || first == "::1" || first == "::") {
        const std::string_view name = rest.substr(0, rest.find_first_of(" \t#"));
        if (name != "localhost" && name.find('.') != name.npos && name != "0.0.0.0")
          take_value(name, Kind::kDomain, {}, blank + 2);
        return;
      }
      if (rest.starts_with('#')) text = first;
    }
    take_value(text, import_.options.kind, {}, 1);
  }

  void take_value(std::string_view text, std::optional<Kind> kind, const Statement& common,
                  std::size_t column) {
    Reading reading;
    if (kind == Kind::kNetwork || kind == Kind::kAddress) {
      // 192.0.2.1:443
      const std::size_t colon = text.find(':');
      const bool has_port =
          colon != text.npos && text.find(':', colon + 1) == text.npos && text.find('.') < colon;
      reading = read_indicator(Kind::kNetwork, has_port ? text.substr(0, colon) : text);
    } else {
      reading = kind ? read_indicator(*kind, text) : guess_indicator(text);
    }
    if (!reading)
      return mistake(column, "intel.value", "'" + std::string(text.substr(0, 200)) + "' " + reading.error());
    Statement statement = common;
    statement.indicator = std::move(*reading);
    import_.take(statement);
  }

  LineReader lines_;
  const Import& import_;
  std::uint32_t number_ = 0;
  bool is_decided_ = false, is_csv_ = false;
  char delimiter_ = ',';
  std::string last_comment_;
  std::vector<ColumnName> columns_;
  std::vector<std::pair<std::string, std::size_t>> cells_;
};

}  // namespace

void import_lines(const ReadBytes& read, const ImportOptions& options, ImportReceiver& receiver,
                  ImportReport& report) {
  const Import import{options, receiver, report};
  LineImport(read, import).run();
}

void import_intel(const ReadBytes& read, const ImportOptions& options, ImportReceiver& receiver,
                  ImportReport& report) {
  // The first bytes tell the format, and are handed on.
  std::vector<std::uint8_t> head(4096);
  auto size = read(head);
  if (!size.has_value()) return report.mistake(options, {1, 1}, "intel.unreadable", size.error().text());
  head.resize(*size);
  std::size_t at = head.size() >= 3 && head[0] == 0xEF ? 3 : 0;
  while (at < head.size() && (head[at] == ' ' || head[at] == '\n' || head[at] == '\r' || head[at] == '\t'))
    ++at;
  std::size_t given = 0;
  const ReadBytes again = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    if (given == head.size()) return read(buffer);
    const std::size_t part = std::min(buffer.size(), head.size() - given);
    std::copy_n(head.begin() + static_cast<std::ptrdiff_t>(given), part, buffer.begin());
    given += part;
    return part;
  };
  const bool is_json =
      at < head.size() &&
      (head[at] == '{' ||
       (head[at] == '[' && head.size() > at + 1 &&
        std::string_view(" \r\n\t{]").find(static_cast<char>(head[at + 1])) != std::string_view::npos));
  if (is_json) import_json(again, options, receiver, report);
  else import_lines(again, options, receiver, report);
}

}  // namespace bartizan::intel
