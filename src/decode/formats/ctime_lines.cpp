// SPDX-License-Identifier: Apache-2.0
// Logs of daemons that write times as ctime(3) does, `Tue Mar 10 07:30:00 2026`: vsftpd.log (`… [pid 812]
// [bob] OK LOGIN: …`) and ClamAV's clamd.log (`… -> /tmp/x: Name FOUND`). Others of that form keep their
// message.
#include <charconv>

#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/message_lines.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

constexpr std::string_view kArrow = "-> ", kPid = "[pid ";

// The time at the start of `line`, which is taken off.
std::optional<Instant> take_time(std::string_view& line, const TimeHints& times) {
  static constexpr std::string_view kDays[] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
  bool day = false;
  for (std::string_view name : kDays) day = day || line.starts_with(name);
  if (!day) return {};
  std::size_t used = 0;
  const std::string_view text = line.substr(4);
  const auto time = read_bsd_time(text, times, used);
  constexpr std::size_t kYearBytes = 20;  // with the year behind it
  if (!time || used < kYearBytes || used >= text.size() || text[used] != ' ') return {};
  line = text.substr(used + 1);
  return time;
}

class CtimeDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    for_each_line(as_text(piece.bytes), [&](std::string_view line, std::size_t at) {
      std::string_view message = out.keep(line);
      const auto time = take_time(message, {{}, piece.zone, nullptr});
      if (!time) oddities.add("line without a time", piece.offset + at);
      Event& event = out.start();
      event.offset = piece.offset + at;
      event.time = time.value_or(Instant{});
      event.product = "linux";
      if (message.starts_with(kArrow)) {
        event.service = "clamav";
        message.remove_prefix(kArrow.size());
        add(message, "clamd", out);
      } else if (message.starts_with(kPid)) {
        event.service = "vsftpd";
        const std::size_t end = std::min(message.find("] "), message.size() - 1);
        out.add("pid", message.substr(kPid.size(), end - kPid.size()));
        message.remove_prefix(std::min(end + 2, message.size()));
        add(message, "vsftpd", out);
      } else {
        event.service = "syslog";
        add(message, "", out);
      }
      out.commit();
    });
  }

 private:
  static void add(std::string_view message, std::string_view program, EventBatch& out) {
    out.add("message", message);
    if (!program.empty()) add_message_fields(program, message, out);
  }
};

int recognise(Bytes head) {
  std::size_t lines = 0, timed = 0;
  for_each_line(as_text(head), [&](std::string_view line, std::size_t at) {
    if (lines > 0 && at + line.size() >= head.size()) return;
    ++lines;
    timed += take_time(line, {}).has_value();
  });
  return timed > 0 && timed * 10 >= lines * 9 ? 50 : 0;
}

}  // namespace

const Format& ctime_lines_format() {
  static constexpr Format kFormat{
      "ctime_lines",
      "Logs of vsftpd and ClamAV",
      "linux: vsftpd, clamav; category antivirus",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<LineCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<CtimeDecoder>(); },
      nullptr,
      "Tue Nov 24 08:00:00 2026 [pid 812] [jo] OK LOGIN: Client \"192.0.2.7\"\n"};
  return kFormat;
}

}  // namespace bartizan
