// SPDX-License-Identifier: Apache-2.0
#include "decode/csv.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"
#include "decode/escapes.h"

namespace bartizan {
namespace {

// The characters of a table, of one byte or of two (UTF-16LE).
template <std::size_t kUnit>
class Units {
 public:
  explicit Units(Bytes bytes) : bytes_(bytes) {}

  std::size_t find(char c, std::size_t from, std::size_t to) const {
    to = std::min(to, bytes_.size());
    if (from >= to) return kCsvNeedsMore;
    if constexpr (kUnit == 1) {
      const void* found = std::memchr(bytes_.data() + from, c, to - from);
      return found ? static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes_.data())
                   : kCsvNeedsMore;
    } else {
      for (std::size_t at = from; at + kUnit <= to; at += kUnit)
        if (is(c, at)) return at;
      return kCsvNeedsMore;
    }
  }
  bool is(char c, std::size_t at) const {
    if (at + kUnit > bytes_.size() || bytes_[at] != static_cast<std::uint8_t>(c)) return false;
    return kUnit == 1 || bytes_[at + 1] == 0;
  }

  std::size_t record_end(std::size_t begin, char delimiter, bool at_end) const {
    std::size_t at = begin;
    for (;;) {
      const std::size_t line_end = find('\n', at, bytes_.size());
      const std::size_t quote = find('"', at, line_end);
      if (quote == kCsvNeedsMore) {
        if (line_end != kCsvNeedsMore) return line_end + kUnit;
        return at_end ? bytes_.size() : kCsvNeedsMore;
      }
      at = quote + kUnit;
      if (quote != begin && !is(delimiter, quote - kUnit)) continue;
      const std::size_t close = closing(at);
      if (close != kCsvNeedsMore) at = close + kUnit;
      else if (!at_end && bytes_.size() < at + limits::kCsvRecordBytesMax) return kCsvNeedsMore;
    }
  }

 private:
  // The quotation mark that closes a value beginning at `from`.
  std::size_t closing(std::size_t from) const {
    const std::size_t limit = from + limits::kCsvRecordBytesMax;
    for (std::size_t at = from;;) {
      at = find('"', at, limit);
      if (at == kCsvNeedsMore || !is('"', at + kUnit)) return at;
      at += 2 * kUnit;
    }
  }

  Bytes bytes_;
};

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// The delimiter that occurs most outside quotation marks.
char delimiter_of(std::string_view header) {
  if (header.find("srcaddr dstaddr") != header.npos) return ' ';  // flow logs of AWS
  constexpr std::string_view kCandidates = ",;\t|";
  std::size_t counts[4] = {};
  bool quoted = false;
  for (char c : header) {
    if (c == '"') quoted = !quoted;
    if (const std::size_t which = kCandidates.find(c); !quoted && which != kCandidates.npos) ++counts[which];
  }
  return kCandidates[static_cast<std::size_t>(std::max_element(counts, counts + 4) - counts)];
}

}  // namespace

bool find_csv_start(Bytes buffer, bool at_end, CsvStart& start) {
  start.dialect.utf16 = buffer.size() >= 2 && buffer[0] == 0xff && buffer[1] == 0xfe;
  std::size_t at = start.dialect.utf16 ? 2 : as_text(buffer).starts_with("\xef\xbb\xbf") ? 3 : 0;
  Arena arena;
  for (int line = 0;; ++line) {
    // The delimiter is not known yet; quoted column names with line ends exist in no export.
    const std::size_t end = csv_record_end(buffer, at, start.dialect, at_end);
    const bool too_long = buffer.size() - at > limits::kHeaderLineBytesMax;
    if (end == kCsvNeedsMore && !too_long) return false;
    const std::size_t size = std::min({end, buffer.size(), at + limits::kHeaderLineBytesMax}) - at;
    const std::string_view text = csv_record_text(buffer.subspan(at, size), start.dialect, arena);
    at += size;
    const bool preamble = line == 0 && (text.starts_with("#TYPE ") || text.starts_with("sep="));
    if (preamble && at < buffer.size()) continue;
    if (preamble && !at_end) return false;
    start.header = text;
    start.data = at;
    start.dialect.delimiter = delimiter_of(text);
    return true;
  }
}

std::size_t csv_record_end(Bytes buffer, std::size_t begin, const CsvDialect& dialect, bool at_end) {
  return dialect.utf16 ? Units<2>(buffer).record_end(begin, dialect.delimiter, at_end)
                       : Units<1>(buffer).record_end(begin, dialect.delimiter, at_end);
}

std::string_view csv_record_text(Bytes record, const CsvDialect& dialect, Arena& arena) {
  if (!dialect.utf16) return without_line_end(arena.copy(as_text(record)));
  char* out = arena.reserve(utf8_bytes_max(record.size() / 2 + 1));
  const char* end = utf16le_to_utf8(record, out);
  return without_line_end(arena.take(static_cast<std::size_t>(end - out)));
}

std::string_view next_csv_value(std::string_view record, std::size_t& at, char delimiter, Arena& arena) {
  const std::size_t begin = at;
  std::size_t close = record.npos;  // of a quoted value
  if (begin < record.size() && record[begin] == '"') {
    close = record.find('"', begin + 1);
    while (close != record.npos && close + 1 < record.size() && record[close + 1] == '"')
      close = record.find('"', close + 2);
  }
  const std::size_t end = record.find(delimiter, close == record.npos ? begin : close + 1);
  at = end == record.npos ? end : end + 1;
  if (close != record.npos) return without_doubled_quotes(record.substr(begin + 1, close - begin - 1), arena);
  return record.substr(begin, end == record.npos ? end : end - begin);
}

bool split_csv_record(std::string_view record, char delimiter, Arena& arena,
                      std::vector<std::string_view>& values) {
  values.clear();
  for (std::size_t at = 0; at != record.npos;) {
    if (values.size() == limits::kColumnsMax) return false;
    values.push_back(next_csv_value(record, at, delimiter, arena));
  }
  return true;
}

}  // namespace bartizan
