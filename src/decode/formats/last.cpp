// SPDX-License-Identifier: Apache-2.0
// What last, lastb and lastlog print (util-linux, login-utils/last.c; shadow, lastlog.c): account, terminal, where from, and
// a time that begins with the day of the week, with or without seconds and year.
//   jo       pts/0        192.0.2.7        Tue Nov 24 08:00 - 09:15  (01:15)
//   reboot   system boot  6.1.0-18-amd64   Mon Nov 23 07:59:00 2026   still running
//   root             pts/0    192.0.2.7        Tue Nov 24 08:00:01 +0100 2026                   lastlog
//   wtmp begins Sun Nov  1 00:00:01 2026            btmp, when lastb printed it: every logon above failed
// Any of the terminal and the place may be empty, so the columns count where there are too few words.
#include <optional>
#include <string>

#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/text_cursor.h"
#include "decode/whole.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

struct Row {
  std::string_view before, behind;  // of the time
  Instant time;
};

// Nov 24 08:00, Nov 24 08:00:01, Nov 24 08:00:01 2026, Nov 24 08:00:01 +0100 2026: how it is written elsewhere.
std::optional<Instant> read_time(std::string_view text, const TimeHints& hints, std::size_t& used) {
  constexpr std::size_t kDateBytes = 7, kMinuteBytes = 12,
                        kSecondBytes = 15;  // `Nov 24 `, `… 08:00`, `… 08:00:01`
  if (text.size() < kMinuteBytes || text[kMinuteBytes - 3] != ':') return {};
  const bool has_seconds = text.size() >= kSecondBytes && text[kMinuteBytes] == ':';
  used = has_seconds ? kSecondBytes : kMinuteBytes;
  std::string_view date = text.substr(0, kDateBytes - 1), clock = text.substr(kDateBytes, used - kDateBytes),
                   zone, year;
  const auto number_behind = [&](std::size_t size) {
    const std::string_view word =
        text.substr(used).starts_with(' ') ? text.substr(used + 1, size) : std::string_view();
    return word.size() == size && all_digits(word.substr(size - 4)) ? word : std::string_view();
  };
  if (has_seconds) {
    if (zone = number_behind(5); zone.starts_with('+') || zone.starts_with('-')) used += 6;
    else zone = {};
    if (year = number_behind(4); !year.empty()) used += 5;
  }
  std::string plain;
  plain.append(date)
      .append(" ")
      .append(year)
      .append(year.empty() ? "" : " ")
      .append(clock)
      .append(has_seconds ? "" : ":00");
  std::size_t plain_used = 0;
  if (year.empty()) return read_bsd_time(plain, hints, plain_used);
  return parse_written_time(zone.empty() ? plain : plain.append(" ").append(zone), hints);
}

bool read_row(std::string_view line, const TimeHints& hints, Row& row) {
  constexpr std::string_view kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  for (std::size_t at = line.find(' '); at != line.npos; at = line.find(' ', at + 1)) {
    const std::string_view day = line.substr(at + 1, 4);
    bool is_day = false;
    for (std::string_view name : kDays)
      is_day = is_day || (day.starts_with(name) && day.ends_with(' ') && day.size() == 4);
    std::size_t used = 0;
    if (!is_day) continue;
    const auto time = read_time(line.substr(at + 5), hints, used);
    if (!time) continue;
    row = {line.substr(0, at), without_blanks_around(line.substr(at + 5 + used)), *time};
    return true;
  }
  return false;
}

bool is_lastlog_title(std::string_view line) {
  return line.starts_with("Username") && line.find("Port") != line.npos && line.ends_with("Latest");
}

class LastDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    const std::string_view text = out.keep(as_text(piece.bytes));
    const std::string_view result = text.find("\nbtmp begins ") != text.npos ? "failure" : "success";
    std::size_t from_column = 22;  // of last's rows
    for_each_line(text, [&](std::string_view line, std::size_t at) {
      Row row;
      if (is_lastlog_title(line)) return void(from_column = line.find("From"));
      if (line.starts_with("wtmp begins ") || line.starts_with("btmp begins ") ||
          line.ends_with("**Never logged in**"))
        return;
      Event& event = out.start();
      event.offset = piece.offset + at;
      event.product = "linux", event.service = "utmp";
      if (read_row(line, hints, row)) {
        event.time = row.time;
        add_row(row, result, from_column, out);
      } else {
        oddities.add("a line is not a row of last or lastlog", event.offset);
        out.add("message", line);
      }
      out.commit();
    });
  }

 private:
  static void add_row(const Row& row, std::string_view result, std::size_t from_column, EventBatch& out) {
    TextCursor in(row.before);
    const std::string_view user = in.word();
    std::string_view terminal, from;
    const bool is_system = in.rest().starts_with("system ");
    if (is_system) {
      terminal = in.rest().substr(0, 11), in.skip(terminal.size()), in.skip_blanks();
    } else {
      const std::size_t column = row.before.size() - in.rest().size();
      if (column < from_column) terminal = in.word();
    }
    from = without_blanks_around(in.rest());
    const auto add = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) out.add(name, value);
    };
    add("Action", is_system ? (user == "shutdown"   ? "shutdown"
                               : user == "runlevel" ? "run_level"
                                                    : "boot")
                            : "logon");
    if (!is_system) add("Result", result);
    add("User", user);
    add("Terminal", terminal);
    if (from == "0.0.0.0") from = {};  // last -i of a logon at the machine itself
    add(is_system ? "KernelVersion" : looks_like_address(from) ? "SourceIp" : "SourceHostname", from);
    add_end(row.behind, out);
  }

  // `- 09:15  (01:15)`, `- down   (1+02:03)`, `still logged in`, `gone - no logout`
  static void add_end(std::string_view behind, EventBatch& out) {
    const std::size_t open = behind.rfind('(');
    if (open != behind.npos && behind.ends_with(')')) {
      out.add("Duration", behind.substr(open + 1, behind.size() - open - 2));
      behind = without_blanks_around(behind.substr(0, open));
    }
    if (behind.starts_with("- ")) behind = without_blanks_around(behind.substr(2));
    if (!behind.empty()) out.add("End", behind);
  }
};

int recognise(Bytes head) {
  std::size_t lines = 0, rows = 0;
  bool has_title = false;
  const std::string_view text = as_text(head);
  for_each_line(text, [&](std::string_view line, std::size_t at) {
    if (lines > 0 && at + line.size() >= text.size()) return;
    Row row;
    has_title = has_title || is_lastlog_title(line);
    ++lines;
    rows += (has_title && line.ends_with("**Never logged in**")) ||
            (!line.starts_with("wtmp begins") && line.find("  ") != line.npos && read_row(line, {}, row) &&
             (has_title || without_blanks_around(row.before).find(' ') != std::string_view::npos));
  });
  return (has_title && lines > 1) || (rows > 0 && rows * 10 >= lines * 6) ? 80 : 0;
}

}  // namespace

const Format& last_format() {
  static constexpr Format kFormat{
      "last",
      "Logons as last, lastb and lastlog print them",
      "linux: utmp",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<LastDecoder>(); },
      nullptr,
      "jo       pts/0        192.0.2.7        Tue Nov 24 08:00:01 2026 - Tue Nov 24 09:15:01 2026  "
      "(01:15)\n"};
  return kFormat;
}

}  // namespace bartizan
