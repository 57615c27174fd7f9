// SPDX-License-Identifier: Apache-2.0
// key=value lines: FortiGate, SonicWall, Sophos (firewall and UTM), logfmt; the devices' with a syslog header
// or without. Fields keep the names of the source; content/mapping says which rule field they are.
#include <algorithm>
#include <string>

#include "base/limits.h"
#include "decode/csv.h"
#include "decode/escapes.h"
#include "decode/line_decoder.h"
#include "decode/pairs.h"
#include "decode/syslog.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

struct Pairs {
  std::string_view date, time, zone, stamp;
  std::string_view type, subtype, device, log_type, sub, id;
  std::size_t count = 0, bytes = 0;
};

void note(std::string_view key, std::string_view value, Pairs& pairs) {
  struct Wanted {
    std::string_view key;
    std::string_view Pairs::* place;
  };
  constexpr Wanted kWanted[] = {
      {"date", &Pairs::date},       {"time", &Pairs::time},     {"tz", &Pairs::zone},
      {"timestamp", &Pairs::stamp}, {"ts", &Pairs::stamp},      {"type", &Pairs::type},
      {"subtype", &Pairs::subtype}, {"device", &Pairs::device}, {"log_type", &Pairs::log_type},
      {"sub", &Pairs::sub},         {"id", &Pairs::id},         {"t", &Pairs::stamp},
  };
  for (const Wanted& wanted : kWanted)
    if (wanted.key == key) pairs.*wanted.place = value;
}

Instant time_of(const Pairs& pairs, const TimeHints& times) {
  if (pairs.date.empty()) {
    const std::string_view text = pairs.stamp.empty() ? pairs.time : pairs.stamp;
    return parse_written_time(text, times).value_or(Instant{});
  }
  return parse_date_and_clock(pairs.date, pairs.time, pairs.zone, times).value_or(Instant{});
}

// 192.0.2.1:443:X1:name
void add_endpoint(std::string_view value, std::string_view ip, std::string_view port, EventBatch& draft) {
  TextCursor in(value);
  draft.add(ip, in.until(':'));
  if (const std::string_view number = in.until(':'); all_digits(number)) draft.add(port, number, true);
}

void name_fortigate(const Pairs& pairs, Event& event) {
  event.product = "fortigate";
  event.service = pairs.type;
  if (pairs.type == "traffic") event.category = "firewall";
  else if (pairs.subtype == "webfilter") event.category = "proxy";
  else if (pairs.subtype == "dns") event.category = "dns";
}

void name_sonicwall(EventBatch& draft) {
  Event& event = draft.draft();
  event.product = "sonicwall";
  const std::string_view *source = nullptr, *target = nullptr;
  for (const Field& field : draft.draft_fields()) {
    if (field.name == "src") source = &field.value;
    else if (field.name == "dst") target = &field.value;
    else if (field.name == "fw") event.host = field.value;
  }
  if (!source || !target) return;
  event.category = "firewall";
  const std::string_view from = *source, to = *target;
  add_endpoint(from, "src_ip", "src_port", draft);
  add_endpoint(to, "dst_ip", "dst_port", draft);
}

void name_source(const Pairs& pairs, EventBatch& draft, bool& known) {
  Event& event = draft.draft();
  const auto has = [&](std::string_view name) {
    for (const Field& field : draft.draft_fields())
      if (field.name == name) return true;
    return false;
  };
  known = true;
  if (!pairs.type.empty() && has("logid") && (has("devid") || has("devname"))) {
    name_fortigate(pairs, event);
  } else if (pairs.id == "firewall" && has("sn") && has("m")) {
    name_sonicwall(draft);
  } else if (!pairs.log_type.empty() && has("log_component")) {
    event.product = "sophos";
    event.service = pairs.log_type;
    if (pairs.log_type == "Firewall") event.category = "firewall";
    else if (pairs.log_type == "Content Filtering") event.category = "proxy";
  } else if (!pairs.sub.empty() && has("sys") && has("severity")) {
    event.product = "sophos";
    event.service = "utm";
    if (pairs.sub == "packetfilter") event.category = "firewall";
    else if (pairs.sub == "http") event.category = "proxy";
  } else {
    known = false;
  }
}

// FortiGate with `set format csv`, and exports of FortiAnalyzer, which put each pair into quotation marks:
//   date=2026-11-24,time=08:00:00,devname="fg, one",…      "date=2026-11-24","devname=""fg""",…
bool is_comma_list(std::string_view text) {
  const std::size_t comma = text.substr(0, text.find(' ')).find(',');
  if (comma == text.npos || text.substr(0, comma).find('=') == text.npos) return false;
  const std::string_view next = text.substr(comma + 1, text.find('=', comma) - comma - 1);
  return text.find('=', comma) != text.npos &&
         std::ranges::all_of(next, [](char c) { return c == '"' || is_pair_key_char(c); });
}

bool take_comma_pair(TextCursor& in, std::string_view& key, std::string_view& value, Arena& arena) {
  (void)in.accept(',');
  if (in.peek() == '"') {
    std::size_t at = 0;
    TextCursor pair(next_csv_value(in.rest(), at, ',', arena));
    if (!pair.until('=', key)) return false;
    in.skip(at == std::string_view::npos ? in.rest().size() : at - 1);
    if (!pair.quoted(value)) value = pair.rest();
    return true;
  }
  if (!in.until('=', key)) return false;
  if (!in.quoted(value)) value = in.rest().substr(0, in.rest().find(',')), in.skip(value.size());
  return !key.empty();
}

// Sophos UTM writes `2026:11:24-08:00:00 host program[9]: ` in front of its pairs.
SyslogHeader header_of(std::string_view line, const LinePlace& place) {
  constexpr std::size_t kTimeBytes = 19, kClock = 11;
  if (line.size() > kTimeBytes && line[4] == ':' && line[7] == ':' && line[10] == '-' &&
      line[kTimeBytes] == ' ') {
    std::string date(line.substr(0, kClock - 1));
    date[4] = date[7] = '-';
    if (const auto time = parse_date_and_clock(date, line.substr(kClock, kTimeBytes - kClock), {}, place)) {
      SyslogHeader header;
      header.time = time;
      TextCursor in(line.substr(kTimeBytes + 1));
      header.host = in.word();
      (void)in.until(' ');  // the program
      header.message = in.rest();
      return header;
    }
  }
  return syslog_header_before(line, place);
}

bool read_pairs_line(std::string_view line, const LinePlace& place, EventBatch& draft, bool& known) {
  const SyslogHeader front = header_of(line, place);
  TextCursor in(front.message);
  Pairs pairs;
  std::string_view key, value;
  const bool commas = is_comma_list(front.message);
  while (pairs.count < limits::kPairsPerLineMax &&
         (commas ? take_comma_pair(in, key, value, draft.arena()) : take_pair(in, key, value))) {
    if (pairs.count++ == 0 && key == "type" && in.rest().starts_with(" msg=audit("))
      return false;  // auditd has a decoder
    note(key, value, pairs);
    draft.add(key, without_backslashes(value, draft.arena()), is_plain_number(value));
  }
  constexpr std::size_t kPairsMin = 3;
  if (pairs.count < kPairsMin) return false;
  if (const std::string_view rest = without_blanks_around(in.rest()); !rest.empty())
    draft.add("message", rest);
  name_source(pairs, draft, known);
  Event& event = draft.draft();
  event.time = time_of(pairs, place);
  if (event.time == Instant{}) event.time = front.time.value_or(Instant{});
  if (event.host.empty())
    for (const Field& field : draft.draft_fields())
      if (field.name == "devname" || field.name == "device_name" || field.name == "host" ||
          field.name == "hostname") {
        event.host = field.value;
        break;
      }
  if (event.host.empty()) event.host = front.host;
  return true;
}

bool read_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  bool known = false;
  return read_pairs_line(line, place, draft, known);
}

int recognise(Bytes head) {
  EventBatch draft;
  int devices = 0;
  const int fitting = lines_that_fit(head, [&](std::string_view line) {
    draft.clear();
    draft.start();
    bool known = false;
    if (!read_pairs_line(line, {}, draft, known)) return false;
    devices += known;
    if (known) return true;
    // logfmt has nothing but pairs, and a time among them.
    for (const Field& field : draft.draft_fields())
      if (field.name == "message") return false;
    return draft.draft().time != Instant{} && is_pair_key_char(line.front());
  });
  if (fitting < 80) return 0;
  return devices > 0 ? 88 : 45;
}

}  // namespace

const Format& kv_format() {
  static constexpr Format kFormat{
      "kv",
      "key=value lines: FortiGate, SonicWall, Sophos, logfmt",
      "fortigate (service event, traffic, utm), sonicwall, sophos; category firewall, proxy, dns",
      recognise,
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_line, "a line has no key=value pairs");
      },
      nullptr,
      "date=2026-11-24 time=08:00:01 devname=\"fg1\" devid=\"FGT60\" tz=\"+0000\" type=\"traffic\" "
      "subtype=\"forward\" srcip=10.0.0.5 srcport=50000 dstip=192.0.2.9 dstport=443 action=\"c"
      "lose\"\n"};
  return kFormat;
}

}  // namespace bartizan
