// SPDX-License-Identifier: Apache-2.0
// Exim's main log: a time, perhaps with an offset, then what payload_network.h reads.
//   2026-11-24 08:00:00 1abcde-000abc-DE <= a@example.test H=host (helo) [192.0.2.1] P=esmtps S=1234
#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

bool read_main_log_line(std::string_view line, const TimeHints& times, bool only_known, EventBatch& draft) {
  std::size_t size = 19;  // 2026-11-24 08:00:00
  if (line.size() <= size || line[4] != '-' || line[10] != ' ') return false;
  if (line[size] == '.') size = line.find(' ', size);
  if (size != line.npos && line.size() > size + 7 && (line[size + 1] == '+' || line[size + 1] == '-'))
    size += 6;
  if (size == line.npos || line.size() <= size || line[size] != ' ') return false;
  const auto time = parse_written_time(line.substr(0, size), times);
  if (!time) return false;
  std::string_view text = line.substr(size + 1);
  if (text.starts_with('[') && text.find("] ") < 12) text.remove_prefix(text.find("] ") + 2);  // the process
  const bool known = exim_payload("exim", text, draft);
  if (only_known && !known) return false;
  draft.draft().product = draft.draft().service = "exim";
  draft.draft().time = *time;
  draft.add("message", text);
  return true;
}

bool read_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  return read_main_log_line(line, place, false, draft);
}

bool is_exim_line(std::string_view line) {
  EventBatch draft;
  draft.start();
  return read_main_log_line(line, {}, true, draft) || line.ends_with(" Completed");
}

}  // namespace

const Format& exim_format() {
  static constexpr Format kFormat{
      "exim",
      "Exim main log",
      "exim, category email",
      [](Bytes head) { return lines_that_fit(head, is_exim_line) >= 50 ? 85 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_line, "a line is not one of Exim's main log");
      },
      nullptr,
      "2026-11-24 08:00:00 1abcde-000abc-DE <= a@example.test H=host (helo) [192.0.2.1] P=e"
      "smtps S=1234\n"};
  return kFormat;
}

}  // namespace bartizan
