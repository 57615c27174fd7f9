// SPDX-License-Identifier: Apache-2.0
// Check Point's Log Exporter in its syslog form: pairs in brackets, behind an envelope that is nearly that of RFC 5424 (sk122323).
//   <134>1 2026-11-24T08:00:00Z gw1 CheckPoint 13752 - [action:"Drop"; flags:"150784"; ifdir:"inbound"; src:"192.0.2.7"; …]
// A quotation mark within a value has a backslash before it. Fields keep the names of the source; content/mapping says which rule
// field they are.
#include <algorithm>

#include "base/limits.h"
#include "decode/escapes.h"
#include "decode/line_decoder.h"
#include "decode/syslog.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

bool take_colon_pair(TextCursor& in, std::string_view& key, std::string_view& value) {
  while (in.peek() == ' ' || in.peek() == ';') in.skip(1);
  TextCursor ahead = in;
  if (!ahead.until(':', key) || key.empty() || !std::ranges::all_of(key, is_key_char) || !ahead.quoted(value))
    return false;
  in = ahead;
  return true;
}

// The first pair of the line; npos when there is none. The envelope has none: it may lack fields or have a blank in its time.
std::size_t first_pair(std::string_view line) {
  std::size_t begin = line.find(":\"");
  if (begin == line.npos) return begin;
  while (begin > 0 && is_key_char(line[begin - 1])) --begin;
  return begin;
}

// `<134>1 2026-11-24 08:00:01 gw1 `: a blank in the time, which RFC 5424 does not have.
void read_envelope_with_blank(std::string_view line, const LinePlace& place, Event& event) {
  TextCursor in(line);
  std::string_view priority;
  if (!in.enclosed('<', '>', priority) || !in.accept("1 ")) return;
  const std::string_view date = in.word(), clock = in.word();
  const auto time = parse_date_and_clock(date, clock, {}, place);
  if (!time) return;
  if (event.time == Instant{}) event.time = *time;
  event.host = in.word();
}

bool read_checkpoint_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  const SyslogHeader front = syslog_header_before(line, place);
  Event& event = draft.draft();
  event.product = "checkpoint";
  TextCursor in(line);
  in.skip(first_pair(line));
  std::string_view key, value;
  std::size_t pairs = 0;
  bool has_source = false, has_target = false;
  while (pairs < limits::kPairsPerLineMax && take_colon_pair(in, key, value)) {
    ++pairs;
    value = without_backslashes(value, draft.arena());
    if (key == "time") event.time = parse_written_time(value, place).value_or(Instant{});
    else if (key == "product") event.service = value;
    has_source = has_source || key == "src", has_target = has_target || key == "dst";
    draft.add(key, value, is_plain_number(value));
  }
  constexpr std::size_t kPairsMin = 3;
  if (pairs < kPairsMin) return false;
  if (has_source && has_target) event.category = "firewall";
  if (event.time == Instant{}) event.time = front.time.value_or(Instant{});
  event.host = front.host;
  if (!front.time) read_envelope_with_blank(line, place, event);
  if (const std::string_view rest = without_blanks_around(in.rest()); !rest.empty() && rest != "]")
    draft.add("message", rest);
  return true;
}

}  // namespace

const Format& checkpoint_format() {
  static constexpr Format kFormat{
      "checkpoint",
      "Check Point's Log Exporter, syslog form",
      "checkpoint: service by product; category firewall",
      [](Bytes head) { return lines_read(head, read_checkpoint_line) >= 75 ? 92 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_checkpoint_line,
                                             "a line has no pairs of Check Point");
      },
      nullptr,
      "<134>1 2026-11-24T08:00:00Z gw1 CheckPoint 13752 - [action:\"Drop\"; ifdir:\"inbound\"; "
      "product:\"VPN-1 & FireWall-1\"; src:\"192.0.2.7\"; s_port:\"50000\"; dst:\"10.0.0.5\"; "
      "service:\"22\"; "
      "proto:\"6\"]\n"};
  return kFormat;
}

}  // namespace bartizan
