// SPDX-License-Identifier: Apache-2.0
// Alerts a line, as Suricata (fast.log) and Snort (alert_fast) write them, under the names EVE has for the same.
//   11/24/2026-08:00:00.123456  [**] [1:2000001:1] ET SCAN x [**] [Classification: a] [Priority: 2] {TCP} 192.0.2.7:5 -> …
// https://docs.suricata.io/en/latest/configuration/suricata-yaml.html
#include <string>

#include "decode/line_decoder.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;

// 11/24/2026-08:00:00.1, or Snort's 11/24-08:00:00.1, whose year follows from the file's date.
std::optional<Instant> time_of(std::string_view text, const TimeHints& hints) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos || text.size() < 14 || text[2] != '/') return {};
  const std::string_view date = text.substr(0, dash), clock = text.substr(dash + 1);
  if (dash != 5) return parse_date_and_clock(date, clock, {}, hints);
  const std::int64_t year = hints.modified == Instant{} ? 1970 : civil_time(hints.modified).year;
  const auto of_year = [&](std::int64_t one) {
    std::string whole(date);
    whole.append("/").append(std::to_string(one));
    return parse_date_and_clock(whole, clock, {}, hints);
  };
  const auto time = of_year(year);
  const bool is_ahead =
      time && hints.modified != Instant{} && time->ticks > hints.modified.ticks + kTicksPerDay;
  return is_ahead ? of_year(year - 1) : time;
}

void add_endpoint(std::string_view endpoint, std::string_view ip, std::string_view port, EventBatch& draft) {
  const std::size_t colon = endpoint.rfind(':');
  draft.add(ip, endpoint.substr(0, colon));
  if (colon != endpoint.npos)
    draft.add(port, endpoint.substr(colon + 1), is_plain_number(endpoint.substr(colon + 1)));
}

bool read_alert(std::string_view line, const LinePlace& place, EventBatch& draft) {
  constexpr std::string_view kMark = "[**]";
  const std::size_t begin = line.find(kMark);
  if (begin == line.npos || begin == 0) return false;
  const auto time = time_of(without_blanks_around(line.substr(0, begin)), place);
  const std::size_t end = line.find(kMark, begin + kMark.size());
  if (!time || end == line.npos) return false;
  TextCursor head(without_blanks_around(line.substr(begin + kMark.size(), end - begin - kMark.size())));
  std::string_view ids, part;
  if (head.accept("[Drop] ")) draft.add("alert.action", "blocked");
  if (!head.enclosed('[', ']', ids)) return false;
  head.skip_blanks();
  Event& event = draft.draft();
  event.time = *time;
  event.product = "suricata", event.service = "alert";
  draft.add("alert.signature", head.rest());
  TextCursor id(ids);
  for (const std::string_view name : {"alert.gid", "alert.signature_id", "alert.rev"})
    if (const std::string_view value = id.until(':'); !value.empty())
      draft.add(name, value, is_plain_number(value));
  TextCursor rest(line.substr(end + kMark.size()));
  for (rest.skip_blanks(); rest.enclosed('[', ']', part); rest.skip_blanks()) {
    if (part.starts_with("Classification: ")) draft.add("alert.category", part.substr(16));
    else if (part.starts_with("Priority: ")) draft.add("alert.severity", part.substr(10), true);
  }
  if (rest.enclosed('{', '}', part)) draft.add("proto", part);
  rest.skip_blanks();
  const std::string_view source = rest.word(), arrow = rest.word(), target = rest.word();
  if (arrow == "->" || arrow == "<>") {
    add_endpoint(source, "src_ip", "src_port", draft);
    add_endpoint(target, "dest_ip", "dest_port", draft);
  }
  draft.add("message", line.substr(begin));
  return true;
}

}  // namespace

const Format& alert_fast_format() {
  static constexpr Format kFormat{
      "alert_fast",
      "Alerts of Suricata (fast.log) and Snort (alert_fast)",
      "suricata: alert",
      [](Bytes head) { return lines_read(head, read_alert) >= 75 ? 92 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_alert, "a line is no alert");
      },
      nullptr,
      "11/24/2026-08:00:00.123456  [**] [1:2000001:1] ET SCAN probe [**] [Classification: Attempted Recon] "
      "[Priority: 2] {TCP} 192.0.2.7:5000 -> 10.0.0.5:22\n"};
  return kFormat;
}

}  // namespace bartizan
