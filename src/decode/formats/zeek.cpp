// SPDX-License-Identifier: Apache-2.0
// Zeek's own log form (the ASCII writer): columns named by #fields, their types by #types. A set or vector
// becomes a field for each element, booleans are true and false as in Zeek's JSON, so that one rule reads
// both. https://docs.zeek.org/en/master/log-formats.html
#include <array>

#include "base/limits.h"
#include "decode/escapes.h"
#include "decode/header_lines.h"
#include "decode/rule_out.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

enum Key : std::size_t { kSeparator, kSetSeparator, kEmptyField, kUnsetField, kPath, kFields, kTypes };
constexpr std::array<std::string_view, 7> kKeys = {"separator", "set_separator", "empty_field", "unset_field",
                                                   "path",      "fields",        "types"};

struct Column {
  std::string_view name;
  bool is_time = false, is_bool = false, is_number = false, is_many = false;
};

struct Header {
  char separator = '\t';
  std::string_view set_separator = ",", empty = "(empty)", unset = "-", path;
  std::vector<Column> columns;
};

// The type of a column, and of its elements for set[…] and vector[…].
void read_type(std::string_view type, Column& column) {
  if (const std::size_t bracket = type.find('['); bracket != type.npos) {
    column.is_many = true;
    type = type.substr(bracket + 1, type.size() - bracket - 2);
  }
  column.is_time = type == "time" && !column.is_many;
  column.is_bool = type == "bool";
  column.is_number = type == "count" || type == "int" || type == "port" || type == "double" ||
                     type == "interval" || type == "time";
}

// The header lies in the batch: field names are views of it.
Header read_header(const HeaderLines& lines, EventBatch& out) {
  Header header;
  Arena& arena = out.arena();
  const auto value = [&](Key key) {
    std::string_view text = lines.value(key);
    if (!text.empty()) text.remove_prefix(1);  // what separates key and value
    return out.keep(text);
  };
  const std::string_view separator = without_backslashes(value(kSeparator), arena);
  if (!separator.empty()) header.separator = separator.front();
  if (const std::string_view text = value(kSetSeparator); !text.empty()) header.set_separator = text;
  if (const std::string_view text = value(kEmptyField); !text.empty()) header.empty = text;
  if (const std::string_view text = value(kUnsetField); !text.empty()) header.unset = text;
  header.path = value(kPath);
  TextCursor names(value(kFields)), types(value(kTypes));
  while (!names.at_end() && header.columns.size() < limits::kColumnsMax) {
    Column& column = header.columns.emplace_back();
    column.name = names.until(header.separator).substr(0, limits::kFieldNameBytesMax);
    read_type(types.until(header.separator), column);
  }
  return header;
}

void add_value(const Column& column, std::string_view value, EventBatch& out) {
  if (column.is_bool && (value == "T" || value == "F"))
    return out.add(column.name, value == "T" ? "true" : "false");
  out.add(column.name, without_hex_escapes(value, out.arena()), column.is_number);
}

void add_values(const Header& header, const Column& column, std::string_view value, EventBatch& out) {
  if (value == header.unset) return;
  if (!column.is_many) return add_value(column, value == header.empty ? std::string_view("") : value, out);
  if (value == header.empty) return;
  while (out.fields_of_draft() < limits::kFieldsPerEventMax) {
    const std::size_t end = value.find(header.set_separator);
    add_value(column, value.substr(0, end), out);
    if (end == value.npos) return;
    value.remove_prefix(end + header.set_separator.size());
  }
}

class ZeekDecoder final : public Decoder {
 public:
  explicit ZeekDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    HeaderLines lines(kKeys);
    for_each_line(piece.context, [&](std::string_view line, std::size_t) { (void)lines.take(line); });
    Header header = read_header(lines, out);
    bool changed = false;
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      if (line.front() == '#') {
        changed |= lines.take(line);
        return;
      }
      if (changed) header = read_header(lines, out), changed = false;
      out.start().offset = piece.offset + at;
      read_record(header, line, out, oddities);
      rule_out_.judge(line, out);
      out.commit();
    });
  }

 private:
  static void read_record(const Header& header, std::string_view line, EventBatch& out,
                          OddityList& oddities) {
    Event& event = out.draft();
    event.product = "zeek";
    event.service = header.path;
    TextCursor values(line);
    for (const Column& column : header.columns) {
      if (values.at_end()) {
        oddities.add("a Zeek record has fewer values than columns", event.offset);
        break;
      }
      const std::string_view value = values.until(header.separator);
      if (column.is_time && event.time == Instant{})
        if (const auto time = parse_instant(value)) event.time = *time;
      add_values(header, column, value, out);
    }
    if (values.at_end()) return;
    oddities.add(header.columns.empty() ? "a Zeek record before any #fields"
                                        : "a Zeek record has more values than columns",
                 event.offset);
    out.add("message", line);
  }

  RuleOut rule_out_;
};

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("#separator ") && text.find("\n#fields") != text.npos) return 95;
  return text.starts_with("#separator \\x") || text.starts_with("#fields\tts\t") ? 80 : 0;
}

}  // namespace

const Format& zeek_format() {
  static constexpr Format kFormat{
      "zeek",
      "Zeek log (tab separated)",
      "zeek: service by the log's name (conn, dns, http, smb_files, …)",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<HeaderCutter>(kKeys); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<ZeekDecoder>(options);
      },
      nullptr,
      "#separator \\x09\n"
      "#path\tdns\n"
      "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\tqtype_name\n"
      "#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\n"
      "1795507200.000000\tC1\t10.0.0.5\t50000\t192.0.2.53\t53\twww.example.test\tA\n"};
  return kFormat;
}

}  // namespace bartizan
