// SPDX-License-Identifier: Apache-2.0
#include "decode/device_events.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "decode/escapes.h"
#include "decode/pairs.h"
#include "decode/syslog.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// A field of the head: up to the next bar that no backslash precedes.
bool take_head_field(TextCursor& in, std::string_view& out) {
  const std::string_view rest = in.rest();
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '\\') ++at;
    else if (rest[at] == '|') return out = rest.substr(0, at), in.skip(at + 1), true;
  }
  return false;
}

// The names Sigma rules know vendors by; others in lower case.
std::string_view product_of(std::string_view vendor, EventBatch& draft) {
  struct Known {
    std::string_view vendor, product;
  };
  constexpr Known kKnown[] = {{"Fortinet", "fortigate"},
                              {"Palo Alto Networks", "paloalto"},
                              {"Cisco", "cisco"},
                              {"CISCO", "cisco"},
                              {"Check Point", "checkpoint"},
                              {"Juniper Networks", "juniper"},
                              {"SonicWall", "sonicwall"},
                              {"Zscaler", "zscaler"},
                              {"Trend Micro", "trendmicro"},
                              {"F5", "f5"},
                              {"Citrix", "citrix"}};
  for (const Known& known : kKnown)
    if (known.vendor == vendor) return known.product;
  char* out = draft.arena().reserve(vendor.size());
  std::transform(vendor.begin(), vendor.end(), out, [](char c) { return c == ' ' ? '_' : fold_ascii(c); });
  return draft.arena().take(vendor.size());
}

// Where the next ` key=` of a CEF extension begins, at or behind `from`; the end when there is none.
std::size_t next_key(std::string_view text, std::size_t from) {
  for (std::size_t equals = text.find('=', from); equals != text.npos; equals = text.find('=', equals + 1)) {
    if (text[equals - 1] == '\\') continue;
    std::size_t begin = equals;
    while (begin > from &&
           (is_pair_key_char(text[begin - 1]) || text[begin - 1] == '[' || text[begin - 1] == ']'))
      --begin;
    if (begin < equals && begin > from && text[begin - 1] == ' ') return begin;
  }
  return text.size();
}

struct Extension {
  std::string_view time, host, destination, port, url, method, action;
};

void note(std::string_view key, std::string_view value, Extension& found) {
  if (key == "rt" || key == "devTime" || (key == "end" && found.time.empty()) ||
      (key == "start" && found.time.empty()))
    found.time = value;
  else if (key == "dvchost" || key == "deviceName") found.host = value;
  else if (key == "dst") found.destination = value;
  else if (key == "dpt" || key == "dstPort") found.port = value;
  else if (key == "request" || key == "url") found.url = value;
  else if (key == "requestMethod" || key == "method") found.method = value;
}

void read_cef_extension(std::string_view text, EventBatch& draft, Extension& found) {
  text = without_blanks_around(text);
  for (std::size_t at = 0; at < text.size() && draft.fields_of_draft() < limits::kPairsPerLineMax;) {
    const std::size_t end = next_key(text, at + 1);
    std::string_view pair = without_blanks_around(text.substr(at, end - at));
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos) {
      draft.add("message", pair);
    } else {
      const std::string_view value = without_backslashes(pair.substr(equals + 1), draft.arena());
      note(pair.substr(0, equals), value, found);
      draft.add(pair.substr(0, equals), value, is_plain_number(value));
    }
    at = end;
  }
}

// cs1Label=Rule cs1=17: the value gets the label as a second name.
void add_labelled(EventBatch& draft) {
  constexpr std::size_t kLabelsMax = 64;  // CEF defines some 20
  const std::size_t count = draft.fields_of_draft();
  for (std::size_t i = 0, labels = 0; i < count && labels < kLabelsMax; ++i) {
    const Field label = draft.draft_fields()[i];
    if (!label.name.ends_with("Label") || label.value.empty()) continue;
    ++labels;
    const std::string_view name = label.name.substr(0, label.name.size() - 5);
    for (std::size_t j = 0; j < count; ++j)
      if (const Field field = draft.draft_fields()[j]; field.name == name) {
        draft.add(label.value.substr(0, limits::kFieldNameBytesMax), field.value, field.is_number);
        break;
      }
  }
}

void finish(const SyslogHeader& front, const Extension& found, const LinePlace& place, EventBatch& draft) {
  Event& event = draft.draft();
  if (!found.url.empty() && !found.method.empty()) event.category = "proxy";
  else if (!found.destination.empty() && !found.port.empty()) event.category = "firewall";
  event.time = parse_written_time(found.time, place).value_or(Instant{});
  if (event.time == Instant{}) event.time = front.time.value_or(Instant{});
  event.host = found.host.empty() ? front.host : found.host;
}

// The byte LEEF 2.0 puts between pairs: itself, or as x5E or 0x5E. A tab when nothing is said.
char leef_delimiter(std::string_view text) {
  if (text.size() == 1) return text.front();
  if (text.starts_with("0x")) text.remove_prefix(2);
  else if (text.starts_with('x')) text.remove_prefix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size() && value > 0 && value < 128
             ? static_cast<char>(value)
             : '\t';
}

}  // namespace

bool read_cef_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  const std::size_t begin = line.find("CEF:");
  if (begin == line.npos) return false;
  const SyslogHeader front = syslog_header_before(line.substr(0, begin), place);
  constexpr std::string_view kNames[] = {"cefVersion",    "deviceVendor",       "deviceProduct",
                                         "deviceVersion", "deviceEventClassId", "name",
                                         "severity"};
  TextCursor in(line.substr(begin + 4));
  std::string_view vendor, value;
  for (std::string_view name : kNames) {
    if (!take_head_field(in, value)) return false;
    value = without_backslashes(value, draft.arena());
    if (name == "deviceVendor") vendor = value;
    if (name != "cefVersion") draft.add(name, value);
  }
  draft.draft().product = product_of(vendor, draft);
  draft.draft().service = "cef";
  Extension found;
  read_cef_extension(in.rest(), draft, found);
  add_labelled(draft);
  finish(front, found, place, draft);
  return true;
}

bool read_leef_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  const std::size_t begin = line.find("LEEF:");
  if (begin == line.npos) return false;
  const SyslogHeader front = syslog_header_before(line.substr(0, begin), place);
  constexpr std::string_view kNames[] = {"leefVersion", "deviceVendor", "deviceProduct", "deviceVersion",
                                         "eventId"};
  TextCursor in(line.substr(begin + 5));
  std::string_view vendor, version, value;
  for (std::string_view name : kNames) {
    if (!take_head_field(in, value)) return false;
    if (name == "deviceVendor") vendor = value;
    if (name == "leefVersion") version = value;
    else draft.add(name, value);
  }
  char delimiter = '\t';
  if (version.starts_with('2') && take_head_field(in, value)) delimiter = leef_delimiter(value);
  draft.draft().product = product_of(vendor, draft);
  draft.draft().service = "leef";
  Extension found;
  while (!in.at_end() && draft.fields_of_draft() < limits::kPairsPerLineMax) {
    TextCursor pair(in.until(delimiter));
    std::string_view key;
    if (!pair.until('=', key)) {
      if (!pair.at_end()) draft.add("message", pair.rest());
      continue;
    }
    note(key, pair.rest(), found);
    draft.add(key, pair.rest(), is_plain_number(pair.rest()));
  }
  finish(front, found, place, draft);
  return true;
}

}  // namespace bartizan
