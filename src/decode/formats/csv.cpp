// SPDX-License-Identifier: Apache-2.0
// Tables with a header: exports of Windows events (EvtxECmd, Get-WinEvent, the event viewer), cloud audit and
// sign-in logs, flows, and any other table whose columns keep their names. An empty value is an absent field:
// a table cannot say which.
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json.h"
#include "base/limits.h"
#include "decode/csv.h"
#include "decode/csv_shapes.h"
#include "decode/decoder.h"
#include "decode/json.h"
#include "decode/json_shapes.h"
#include "decode/payload.h"
#include "decode/rule_out.h"
#include "decode/text_cursor.h"
#include "decode/windows_message.h"
#include "decode/written_time.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

// The context of a piece: one letter for the encoding, one for the delimiter, then the header.
std::string context_of(const CsvStart& start) {
  return std::string(1, start.dialect.utf16 ? 'w' : 'b') + start.dialect.delimiter + start.header;
}

class CsvCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    std::size_t done = 0;
    if (context_.empty()) {
      CsvStart start;
      if (!find_csv_start(buffer, at_end, start)) return 0;
      context_ = context_of(start);
      dialect_ = start.dialect;
      done = start.data;
    }
    at_end = at_end || buffer.size() >= limits::kPieceBytesMax;
    while (done < buffer.size()) {
      const std::size_t end = csv_record_end(buffer, done, dialect_, at_end);
      if (end == kCsvNeedsMore) break;
      done = end;
    }
    return done;
  }
  std::string context() const override { return context_; }

 private:
  CsvDialect dialect_;
  std::string context_;
};

struct Column {
  std::string_view own_name, name;
  CsvRole role = CsvRole::kPlain;
};

class Table {
 public:
  Table(std::string_view context, EventBatch& out) {
    if (context.size() < 2) return;
    dialect = {context[0] == 'w', context[1]};
    std::vector<std::string_view> names;
    (void)split_csv_record(out.keep(context.substr(2)), dialect.delimiter, out.arena(), names);
    for (std::string_view& name : names)
      name = without_blanks_around(name).substr(0, limits::kFieldNameBytesMax);
    has_day_first = translate_titles(names);
    shape = csv_shape_of(names);
    for (std::string_view name : names) columns.push_back(column_of(name));
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == "_raw") raw = i;
    if (!shape && std::ranges::none_of(columns, [](const Column& column) {
          return column.role == CsvRole::kTime || column.role == CsvRole::kDate;
        }))
      for (Column& column : columns)
        if (column.role == CsvRole::kPlain && may_hold_time(column.own_name)) column.role = CsvRole::kTime;
    has_json_names = !shape && has_names_of_a_json_shape(names);
  }

  CsvDialect dialect;
  const CsvShape* shape = nullptr;
  std::vector<Column> columns;
  std::size_t raw = SIZE_MAX;   // the column of the record as it was logged
  bool has_day_first = false;   // in dates with slashes
  bool has_json_names = false;  // its rows are read as the objects they were

 private:
  Column column_of(std::string_view name) const {
    Column column{name, name, CsvRole::kPlain};
    if (!shape) column.role = plain_role_of(name);
    else if (const CsvColumnRule* rule = shape->rule_of(name)) {
      column.role = rule->role;
      if (!rule->name.empty()) column.name = rule->name;
    }
    return column;
  }
};

class CsvDecoder final : public Decoder {
 public:
  explicit CsvDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    memo_ = {};
    decoder_.set_zone(piece.zone);
    const Table table(piece.context, out);
    CsvStart start;
    std::size_t at = 0;
    if (piece.offset == 0 && find_csv_start(piece.bytes, true, start)) at = start.data;
    while (at < piece.bytes.size()) {
      const std::size_t end = csv_record_end(piece.bytes, at, table.dialect, true);
      const std::string_view record =
          csv_record_text(piece.bytes.subspan(at, end - at), table.dialect, out.arena());
      if (!record.empty()) {
        out.start().offset = piece.offset + at;
        if (!read_record(table, record, piece, out, oddities)) {
          rule_out_.judge(record, out);
          out.commit();
        }
      }
      at = end;
    }
  }

 private:
  struct Parts {
    std::string_view date, clock, message, payload;
  };

  // True: the events of the row are committed.
  bool read_record(const Table& table, std::string_view record, const Piece& piece, EventBatch& out,
                   OddityList& oddities) {
    Event& event = out.draft();
    if (table.shape)
      event.product = table.shape->product, event.category = table.shape->category,
      event.service = table.shape->service;
    if (!split_csv_record(record, table.dialect.delimiter, out.arena(), values_))
      oddities.add("a table row has too many values; the rest is dropped", event.offset);
    if (table.raw < values_.size() && read_raw(table, piece, out, oddities)) return true;
    if (table.has_json_names && read_as_object(table, TimeHints{piece.modified, piece.zone, &memo_}, out))
      return false;
    // nfdump's summary stands below its flows.
    if (table.shape && table.shape->product == "nfdump" && values_.size() * 2 < table.columns.size())
      return true;
    Parts parts;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::string_view value = values_[i];
      if (value.empty()) continue;
      if (i < table.columns.size()) add_value(table, table.columns[i], value, piece, parts, out, oddities);
      else if (i == table.columns.size() && table.shape && table.shape->rule_of("")) parts.message = value;
      else if (i == table.columns.size())
        oddities.add("a table row has more values than columns", event.offset), out.add("message", value);
    }
    if (!parts.date.empty()) set_date(parts, piece, event);
    if (table.shape && table.shape->is_windows) finish_windows(parts, piece, out, oddities);
    return false;
  }

  // Splunk's export keeps the record as it was logged: it is read as it would be in a file, with the other columns
  // where it does not say the same. False: it is a text of no known form.
  bool read_raw(const Table& table, const Piece& piece, EventBatch& out, OddityList& oddities) {
    const std::string_view raw = values_[table.raw];
    const TimeHints hints{piece.modified, piece.zone, &memo_};
    const std::uint64_t offset = out.draft().offset;
    Carrier carrier{{}, {}, {}, {}, offset, {}, piece.zone};
    carried_.clear();
    for (std::size_t i = 0; i < values_.size() && i < table.columns.size(); ++i) {
      const Column& column = table.columns[i];
      if (i == table.raw || values_[i].empty()) continue;
      if (column.role == CsvRole::kTime && carrier.time == Instant{})
        carrier.time = parse_written_time(values_[i], hints).value_or(Instant{});
      else if (column.role == CsvRole::kHost && carrier.host.empty()) carrier.host = values_[i];
      carried_.push_back({column.name, values_[i]});
    }
    carrier.fields = carried_;
    return payload_.decode(raw, carrier, out, oddities) || decode_log_line(raw, carrier, out, oddities);
  }

  // A syslog line, or an event as text, by the formats that read such files.
  bool decode_log_line(std::string_view raw, const Carrier& carrier, EventBatch& out, OddityList& oddities) {
    const Format* const format = recognise_format(as_bytes(raw));
    if (!format || (format->name != "syslog" && format->name != "windows_text")) return false;
    inner_.clear();
    format->make_decoder({})->decode({as_bytes(raw), 0, {}, carrier.time, carrier.zone}, inner_, oddities);
    for (const Event& event : inner_.events()) {
      Event& copy = start_copy(event, out);
      copy.offset = carrier.offset;
      if (copy.time == Instant{}) copy.time = carrier.time;
      if (copy.host.empty()) copy.host = carrier.host;
      for (const Field& field : carrier.fields)
        if (!event.find(field.name)) out.add(field);
      out.commit();
    }
    return !inner_.empty();
  }

  static void add_member(std::string_view name, std::string_view value, JsonWriter& json) {
    const bool is_json =
        (value.front() == '{' && value.back() == '}') || (value.front() == '[' && value.back() == ']');
    if (!is_json && !is_plain_number(value)) return json.member(name, value);
    json.key(name);
    json.raw(value);
  }

  // A row of a table that a service exports under the names its JSON has: one shape, one mapping for both. False:
  // the row is of none of those.
  bool read_as_object(const Table& table, const TimeHints& hints, EventBatch& out) {
    object_.clear();
    JsonWriter json(object_);
    json.begin_object();
    for (std::size_t i = 0; i < values_.size() && i < table.columns.size(); ++i)
      if (!values_[i].empty() && !table.columns[i].own_name.empty())
        add_member(name_without_zone(table.columns[i].own_name), values_[i], json);
    json.end_object();
    OddityList unused;  // of a cell that only looks like JSON
    const Event* inner = read_json(object_, out.draft().offset, unused);
    if (!inner || inner_.size() > 1 ||
        (inner->product.empty() && inner->category.empty() && inner->channel.empty()))
      return false;
    Event& event = start_copy(*inner, out);
    for (std::size_t i = 0; i < values_.size() && i < table.columns.size(); ++i) {
      const CsvRole role = table.columns[i].role;
      if (role == CsvRole::kTime && event.time == Instant{})
        event.time = parse_written_time(values_[i], hints).value_or(Instant{});
      else if (role == CsvRole::kHost && event.host.empty()) event.host = values_[i];
    }
    judge_header(out);
    return true;
  }

  void add_value(const Table& table, const Column& column, std::string_view value, const Piece& piece,
                 Parts& parts, EventBatch& out, OddityList& oddities) {
    Event& event = out.draft();
    switch (column.role) {
      case CsvRole::kTime:
        if (event.time == Instant{})
          event.time = parse_written_time(table.has_day_first ? with_dots(value, out) : value,
                                          TimeHints{piece.modified, piece.zone, &memo_})
                           .value_or(Instant{});
        break;
      case CsvRole::kDate: parts.date = value; break;
      case CsvRole::kClock: parts.clock = value; break;
      case CsvRole::kHost: event.host = value; break;
      case CsvRole::kChannel: event.channel = value; break;
      case CsvRole::kProvider: event.provider = value; break;
      case CsvRole::kEventId:
        std::from_chars(value.data(), value.data() + value.size(), event.event_id);
        break;
      case CsvRole::kRecordId: event.record_id = value; break;
      case CsvRole::kMessage: parts.message = value; return;
      case CsvRole::kPayload: parts.payload = value; return;
      case CsvRole::kRecord: add_json_record(value, out, oddities); return;
      case CsvRole::kDropped: return;
      case CsvRole::kPlain: break;
    }
    const bool is_number = is_plain_number(value);
    out.add(column.name, value, is_number);
    if (column.name != column.own_name && table.shape->keeps_names)
      out.add(column.own_name, value, is_number);
  }

  // 24/11/2026 as 24.11.2026, which has one reading.
  static std::string_view with_dots(std::string_view date, EventBatch& out) {
    std::string dotted(date);
    std::ranges::replace(dotted, '/', '.');
    return out.keep(dotted);
  }

  void set_date(const Parts& parts, const Piece& piece, Event& event) {
    if (event.time != Instant{}) return;
    event.time =
        parse_date_and_clock(parts.date, parts.clock, {}, TimeHints{piece.modified, piece.zone, &memo_})
            .value_or(Instant{});
  }

  // The events of a JSON text, in `inner_`; null when it holds none.
  const Event* read_json(std::string_view json, std::uint64_t offset, OddityList& oddities) {
    inner_.clear();
    if (!json.starts_with('{')) return nullptr;
    decoder_.decode(as_bytes(json), json.size(), offset, inner_, oddities);
    return inner_.empty() ? nullptr : &inner_[0];
  }

  void add_json_record(std::string_view json, EventBatch& out, OddityList& oddities) {
    Event& event = out.draft();
    const Event* inner = read_json(json, event.offset, oddities);
    if (!inner) return out.add("AuditData", json);
    if (inner->time != Instant{}) event.time = inner->time;
    if (!inner->product.empty())
      event.product = out.keep(inner->product), event.service = out.keep(inner->service);
    if (!inner->category.empty()) event.category = out.keep(inner->category);
    for (const Field& field : inner->fields)
      out.add(out.keep(field.name), out.keep(field.value), field.is_number);
  }

  // {"EventData":{"Data":[{"@Name":"TargetUserName","#text":"x"},…]}}, or UserData with elements of its own.
  bool add_payload(std::string_view json, EventBatch& out, OddityList& oddities) {
    const Event* inner = read_json(json, out.draft().offset, oddities);
    if (!inner) return false;
    std::optional<std::string_view> name;  // of a Data element whose text has not come
    for (const Field& field : inner->fields) {
      const std::string_view last = field.name.substr(field.name.rfind('.') + 1);
      if (last == "@Name") {
        if (name) out.add(*name, "");
        name = out.keep(field.value);
      } else if (last == "#text" && name) {
        out.add(*name, out.keep(field.value), field.is_number);
        name.reset();
      } else if (!last.starts_with('@')) {
        out.add(out.keep(last), out.keep(field.value), field.is_number);
      }
    }
    if (name) out.add(*name, "");
    return true;
  }

  void finish_windows(const Parts& parts, const Piece&, EventBatch& out, OddityList& oddities) {
    Event& event = out.draft();
    if (event.channel.empty())
      if (event.channel = usual_channel_of(event.provider); !event.channel.empty())
        out.add("Channel", event.channel);
    if (!parts.payload.empty() && !add_payload(parts.payload, out, oddities))
      out.add("Payload", parts.payload);
    if (!parts.message.empty()) {
      add_windows_message_fields(event.provider, event.event_id, parts.message, out);
      out.add("Message", parts.message);
    }
    judge_header(out);
  }

  JsonDecoder decoder_;
  EventBatch inner_;
  std::string object_;
  PayloadDecoder payload_;
  std::vector<Field> carried_;
  RuleOut rule_out_;
  std::vector<std::string_view> values_;
  TimeMemo memo_;
};

// A column name is a few words; a table of numbers or prose has none.
bool is_column_name(std::string_view name) {
  constexpr std::size_t kNameMax = 64;
  if (name.empty() || name.size() > kNameMax) return false;
  const bool letter = std::any_of(name.begin(), name.end(),
                                  [](char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c < 0; });
  return letter && name.find_first_of("{}>;=\"'\\") == name.npos && name.front() != '<' &&
         name.substr(0, 2) != "//" && name.find("  ") == name.npos;
}

bool is_known_time(std::string_view name) {
  const CsvRole role = plain_role_of(name);
  return role == CsvRole::kTime || role == CsvRole::kDate;
}
bool is_time_column(std::string_view name) { return is_known_time(name) || may_hold_time(name); }
// A year or a count of days is no time.
bool is_time(std::string_view value) {
  constexpr Instant kEarliest{std::int64_t{10 * 365} * 86'400 * kTicksPerSecond};
  const auto time = parse_written_time(value);
  return time && time->ticks > kEarliest.ticks;
}

// A known table by its columns; another one when the names are names, one is a time, and every row of the
// head fits.
int recognise(Bytes head) {
  CsvStart start;
  if (head.empty() || !find_csv_start(head, true, start) || start.data == head.size()) return 0;
  Arena arena;
  std::vector<std::string_view> names, values;
  const char delimiter = start.dialect.delimiter;
  if (!split_csv_record(start.header, delimiter, arena, names)) return 0;
  for (std::string_view& name : names) name = without_blanks_around(name);
  (void)translate_titles(names);
  if (csv_shape_of(names)) return 92;
  constexpr std::size_t kColumnsMin = 3;
  if (names.size() < kColumnsMin || !std::all_of(names.begin(), names.end(), is_column_name)) return 0;
  if (has_names_of_a_json_shape(names)) return 60;
  if (std::ranges::none_of(names, is_time_column)) return 0;
  bool has_time = std::ranges::any_of(names, is_known_time);
  std::size_t rows = 0;
  for (std::size_t at = start.data; at < head.size(); ++rows) {
    const std::size_t end = csv_record_end(head, at, start.dialect, head.size() < kHeadBytes);
    if (end == kCsvNeedsMore) break;
    (void)split_csv_record(csv_record_text(head.subspan(at, end - at), start.dialect, arena), delimiter,
                           arena, values);
    if (values.size() != names.size()) return 0;
    for (std::size_t i = 0; i < names.size() && !has_time; ++i)
      has_time = may_hold_time(names[i]) && is_time(values[i]);
    at = end;
  }
  return rows > 0 && has_time ? 30 : 0;
}

}  // namespace

const Format& csv_format() {
  static constexpr Format kFormat{
      "csv",
      "table with a header: EvtxECmd, Get-WinEvent and event viewer exports, audit and sign-in exports, "
      "flows, Splunk and Kibana exports, others",
      "windows: by channel; m365 (audit), azure (signinlogs, auditlogs, activitylogs), gcp "
      "(google_workspace.admin), aws (cloudtrail; "
      "vpcflow, "
      "category firewall), okta, gitlab, paloalto (traffic), nfdump (netflow); as json where the columns "
      "have the "
      "names of its shapes",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<CsvCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<CsvDecoder>(options);
      },
      nullptr,
      "RecordId,Id,LogName,ProviderName,MachineName,TimeCreated,Message\n"
      "7,104,System,Microsoft-Windows-Eventlog,pc1,2026-11-24T08:00:00Z,The System log file"
      " was cleared.\n"};
  return kFormat;
}

}  // namespace bartizan
