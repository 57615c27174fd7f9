// SPDX-License-Identifier: Apache-2.0
// What utmpdump prints of wtmp, btmp and utmp: type, process, id, user, line, host, address and time, each in brackets and
// padded (util-linux, login-utils/utmpdump.c). Before 2.28 the time was written as ctime does, in local time.
//   [7] [01234] [ts/0] [jo      ] [pts/0       ] [192.0.2.7           ] [192.0.2.7      ] [2026-11-24T08:00:01,123456+00:00]
#include <algorithm>
#include <charconv>

#include "decode/line_decoder.h"
#include "decode/logon_record.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

std::string_view without_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

std::optional<Instant> time_of(std::string_view text, const TimeHints& hints) {
  std::size_t used = 0;
  if (const auto time = read_iso_time(text, false, hints, used); time && used == text.size()) return time;
  constexpr std::size_t kCtimeBytes = 24;  // Tue Nov 24 08:00:01 2026, and perhaps the name of a zone
  return parse_written_time(text.substr(0, kCtimeBytes), hints);
}

bool read_record(std::string_view line, const LinePlace& place, EventBatch& draft) {
  enum { kType, kProcess, kId, kUser, kTerminal, kHost, kAddress, kTime, kValues };
  std::string_view values[kValues];
  TextCursor in(line);
  for (std::string_view& value : values) {
    in.skip_blanks();
    if (!in.enclosed('[', ']', value)) return false;
    value = without_blanks_around(value);
  }
  LogonRecord record;
  const auto [end, error] =
      std::from_chars(values[kType].data(), values[kType].data() + values[kType].size(), record.type);
  const auto time = time_of(values[kTime], place);
  if (error != std::errc() || end != values[kType].data() + values[kType].size() ||
      !all_digits(values[kProcess]) || !time)
    return false;
  record.user = values[kUser], record.host = values[kHost], record.terminal = values[kTerminal],
  record.process = without_zeros(values[kProcess]);
  if (values[kAddress] != "0.0.0.0" && values[kAddress] != "::") record.address = values[kAddress];
  draft.draft().time = *time;
  add_logon_record(record, draft);
  return true;
}

bool is_title(std::string_view line) { return line.starts_with("Utmp dump of "); }

}  // namespace

const Format& utmpdump_format() {
  static constexpr Format kFormat{
      "utmpdump",
      "Logon records of Unix as text: utmpdump",
      "linux: utmp",
      [](Bytes head) { return lines_read(head, read_record) >= 60 ? 90 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_record, "a line is not a record of utmpdump",
                                             is_title);
      },
      nullptr,
      "[7] [01234] [ts/0] [jo      ] [pts/0       ] [192.0.2.7           ] [192.0.2.7      ] "
      "[2026-11-24T08:00:01,123456+00:00]\n"};
  return kFormat;
}

}  // namespace bartizan
