// SPDX-License-Identifier: Apache-2.0
// W3C extended logs: #Fields names the columns. IIS, the Windows firewall, HTTP.sys errors, ISA/TMG, Blue
// Coat, CloudFront, Exchange. Fields keep the names of the log; cs-uri (path and query together) is added
// where a log has them apart. https://www.w3.org/TR/WD-logfile.html
#include <array>

#include "base/limits.h"
#include "decode/escapes.h"
#include "decode/header_lines.h"
#include "decode/rule_out.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

enum Key : std::size_t { kSoftware, kDate, kFields };
constexpr std::array<std::string_view, 3> kKeys = {"Software:", "Date:", "Fields:"};

struct Column {
  enum class Use : std::uint8_t { kPlain, kDate, kTime, kStamp, kStem, kQuery, kAgent };
  std::string_view name;
  Use use = Use::kPlain;
};

struct Header {
  std::string_view product, category, service, date;
  bool comma = false;              // Exchange
  bool plus_is_blank = false;      // IIS writes blanks of a header value as +
  bool agent_in_percents = false;  // CloudFront
  bool has_uri = false;
  bool is_local = false;  // times are the machine's; others are UTC by the specification
  std::vector<Column> columns;

  bool has(std::string_view name) const {
    for (const Column& column : columns)
      if (column.name == name) return true;
    return false;
  }
};

Column::Use use_of(std::string_view name) {
  if (name == "date") return Column::Use::kDate;
  if (name == "time") return Column::Use::kTime;
  if (name == "date-time" || name == "timestamp" || name == "x-timestamp") return Column::Use::kStamp;
  if (name == "cs-uri-stem") return Column::Use::kStem;
  if (name == "cs-uri-query") return Column::Use::kQuery;
  if (name == "cs(User-Agent)" || name == "cs(user-agent)") return Column::Use::kAgent;
  return Column::Use::kPlain;
}

// What kind of log: by the program that wrote it, else by its columns.
void read_kind(std::string_view software, Header& header) {
  const auto wrote = [&](std::string_view name) { return software.find(name) != software.npos; };
  if (wrote("Internet Information Services")) {
    header.category = "webserver", header.service = "iis", header.plus_is_blank = true;
  } else if (wrote("Windows Firewall") || (header.has("src-ip") && header.has("tcpflags"))) {
    header.product = "windows", header.category = "firewall", header.service = "pfirewall",
    header.is_local = true;
  } else if (wrote("HTTP API")) {
    header.product = "windows", header.service = "httperr";
  } else if (wrote("Exchange")) {
    header.product = "exchange", header.service = header.has("message-id") ? "messagetracking" : "";
  } else if (header.has("x-edge-location")) {
    header.product = "aws", header.category = "webserver", header.service = "cloudfront",
    header.agent_in_percents = true;
  } else if (header.has("r-host") || header.has("r-ip") || header.has("cs-uri-scheme") || wrote("SGOS")) {
    header.category = "proxy", header.service = wrote("SGOS") ? "bluecoat" : "";
  } else if (header.has("cs-uri-stem") || header.has("cs-uri")) {
    header.category = "webserver";
  }
}

Header read_header(const HeaderLines& lines, EventBatch& out) {
  Header header;
  std::string_view fields = out.keep(without_blanks_around(lines.value(kFields)));
  header.comma = fields.find(',') != fields.npos;
  header.date = out.keep(without_blanks_around(lines.value(kDate))).substr(0, 10);
  TextCursor in(fields);
  while (!in.at_end() && header.columns.size() < limits::kColumnsMax) {
    const std::size_t end = in.rest().find_first_of(header.comma ? "," : " \t");
    const std::string_view name = in.rest().substr(0, end);
    in.skip(name.size() + 1);
    if (!header.comma) in.skip_blanks();
    header.columns.push_back({name.substr(0, limits::kFieldNameBytesMax), use_of(name)});
    header.has_uri |= name == "cs-uri";
  }
  read_kind(lines.value(kSoftware), header);
  return header;
}

// The values of one line, whatever separates them.
class Values {
 public:
  Values(std::string_view line, bool comma)
      : in_(line),
        separator_(comma                          ? ','
                   : line.find('\t') != line.npos ? '\t'
                                                  : ' ') {}
  bool at_end() const { return in_.at_end(); }
  std::string_view next(Arena& arena) {
    std::string_view value;
    TextCursor saved = in_;
    if (in_.enclosed('"', '"', value) && (in_.at_end() || in_.peek() == separator_)) {
      in_.skip(1);
      return value;
    }
    in_ = saved;
    if (separator_ == ',' && in_.peek() == '"') return next_quoted(arena);
    value = in_.until(separator_);
    if (separator_ == ' ') in_.skip_blanks();
    return value;
  }

 private:
  // A value with doubled quotation marks inside.
  std::string_view next_quoted(Arena& arena) {
    const std::string_view rest = in_.rest();
    std::size_t end = 1;
    for (; end < rest.size(); ++end)
      if (rest[end] == '"' && (++end == rest.size() || rest[end] != '"')) break;
    in_.skip(end + 1);
    return without_doubled_quotes(rest.substr(1, end < 2 ? 0 : end - 2), arena);
  }

  TextCursor in_;
  char separator_;
};

std::string_view with_blanks(std::string_view text, Arena& arena) {
  if (text.find('+') == text.npos) return text;
  char* out = arena.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[i] = text[i] == '+' ? ' ' : text[i];
  return arena.take(text.size());
}

std::string_view joined(std::string_view stem, std::string_view query, Arena& arena) {
  if (query.empty()) return stem;
  char* out = arena.reserve(stem.size() + 1 + query.size());
  std::copy(stem.begin(), stem.end(), out);
  out[stem.size()] = '?';
  std::copy(query.begin(), query.end(), out + stem.size() + 1);
  return arena.take(stem.size() + 1 + query.size());
}

struct Seen {
  std::string_view date, time, stamp, stem, query;
};

Instant time_of(const Seen& seen, std::string_view header_date, const TimeHints& times) {
  if (!seen.stamp.empty()) return parse_written_time(seen.stamp, times).value_or(Instant{});
  const std::string_view date = seen.date.empty() ? header_date : seen.date;
  return parse_date_and_clock(date, seen.time, {}, times).value_or(Instant{});
}

class W3cDecoder final : public Decoder {
 public:
  explicit W3cDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    HeaderLines lines(kKeys);
    for_each_line(piece.context, [&](std::string_view line, std::size_t) { (void)lines.take(line); });
    Header header = read_header(lines, out);
    bool changed = false;
    TimeMemo memo;
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      if (at == 0 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
      if (line.empty()) return;
      if (line.front() == '#') {
        changed |= lines.take(line);
        return;
      }
      if (changed) header = read_header(lines, out), changed = false, memo = {};
      const TimeHints times{{}, header.is_local ? piece.zone : nullptr, &memo};
      out.start().offset = piece.offset + at;
      read_record(header, line, times, out, oddities);
      rule_out_.judge(line, out);
      out.commit();
    });
  }

 private:
  static void read_record(const Header& header, std::string_view line, const TimeHints& times,
                          EventBatch& out, OddityList& oddities) {
    Event& event = out.draft();
    event.product = header.product, event.category = header.category, event.service = header.service;
    Values values(line, header.comma);
    Seen seen;
    for (const Column& column : header.columns) {
      if (values.at_end()) {
        if (!header.comma) oddities.add("a W3C record has fewer values than columns", event.offset);
        break;
      }
      const std::string_view value = values.next(out.arena());
      if (value != "-" && !value.empty()) add_value(header, column, value, seen, out);
    }
    if (!values.at_end()) {
      oddities.add(header.columns.empty() ? "a W3C record before any #Fields"
                                          : "a W3C record has more values than columns",
                   event.offset);
      out.add("message", line);
    }
    if (!header.has_uri && !seen.stem.empty()) out.add("cs-uri", joined(seen.stem, seen.query, out.arena()));
    event.time = time_of(seen, header.date, times);
  }

  static void add_value(const Header& header, const Column& column, std::string_view value, Seen& seen,
                        EventBatch& out) {
    switch (column.use) {
      case Column::Use::kDate: seen.date = value; break;
      case Column::Use::kTime: seen.time = value; break;
      case Column::Use::kStamp: seen.stamp = value; break;
      case Column::Use::kStem: seen.stem = value; break;
      case Column::Use::kQuery: seen.query = value; break;
      case Column::Use::kAgent:
        if (header.plus_is_blank) value = with_blanks(value, out.arena());
        // Written once encoded or, by older versions, twice.
        if (header.agent_in_percents)
          value = without_percents(without_percents(value, out.arena()), out.arena());
        break;
      case Column::Use::kPlain: break;
    }
    out.add(column.name, value, is_plain_number(value));
  }

  RuleOut rule_out_;
};

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  const bool begins = text.starts_with("#Software:") || text.starts_with("#Version:") ||
                      text.starts_with("#Fields:") || text.starts_with("#Date:") ||
                      text.starts_with("\xef\xbb\xbf#Software:");
  const std::size_t fields = text.find("#Fields:");
  return begins && fields != text.npos && (fields < 3 || text[fields - 1] == '\n' || fields == 3) ? 95 : 0;
}

}  // namespace

const Format& w3c_format() {
  static constexpr Format kFormat{
      "w3c",
      "W3C extended log (IIS, Windows firewall, CloudFront, proxies)",
      "category webserver (service iis, cloudfront), firewall (windows, service pfirewall), proxy; by "
      "columns",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<HeaderCutter>(kKeys); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<W3cDecoder>(options);
      },
      nullptr,
      "#Software: Microsoft Internet Information Services 10.0\n"
      "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip c"
      "s(User-Agent) sc-status\n"
      "2026-11-24 08:00:00 10.0.0.5 GET /a.aspx x=1 443 - 192.0.2.1 agent 200\n"};
  return kFormat;
}

}  // namespace bartizan
