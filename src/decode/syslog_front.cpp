// SPDX-License-Identifier: Apache-2.0
#include "decode/syslog_front.h"

#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

bool digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// `Nov 24 08:00:00`, perhaps with a year behind the day, or RFC 3339.
bool take_time(TextCursor& in, Instant modified, Instant& time) {
  const std::string_view rest = in.rest();
  std::size_t size = 0;
  if (digit_at(rest, 0) && rest.size() > 19 && rest[4] == '-' && (rest[10] == 'T' || rest[10] == ' ')) {
    size = rest.find(' ', 11);
  } else if (month_of_name(rest) != 0 && rest.size() > 15 && rest[3] == ' ') {
    const bool has_year = rest.size() > 20 && digit_at(rest, 7) && digit_at(rest, 10) && rest[11] == ' ';
    size = rest.find(' ', has_year ? 12 : 7);
    if (size != rest.npos && rest[size - 1] == ':') --size;
  }
  if (size == 0 || size == rest.npos) return false;
  const std::string_view written = rest.substr(0, size);
  if (written.find(':') == written.npos) return false;
  time = parse_written_time(written, modified).value_or(Instant{});
  in.skip(size);
  (void)in.accept(':');
  in.skip_blanks();
  return true;
}

// program[12]: or program: ; a message without one begins otherwise.
void take_program(TextCursor& in, std::string_view& program) {
  const std::string_view rest = in.rest();
  const std::size_t end = rest.find_first_of(" :[");
  if (end == rest.npos || end == 0 || rest[end] == ' ') return;
  std::size_t colon = end;
  if (rest[end] == '[') {
    const std::size_t close = rest.find(']', end);
    if (close == rest.npos || close + 1 >= rest.size() || rest[close + 1] != ':') return;
    colon = close + 1;
  }
  if (colon + 1 < rest.size() && rest[colon + 1] != ' ') return;
  program = rest.substr(0, end);
  in.skip(colon + 1);
  in.skip_blanks();
}

bool take_rfc5424(TextCursor& in, SyslogFront& front) {
  TextCursor saved = in;
  if (!in.accept("1 ")) return false;
  const std::string_view time = in.word();
  const auto parsed = parse_instant(time);
  if (!parsed && time != "-") return in = saved, false;
  front.time = parsed.value_or(Instant{});
  front.host = in.word();
  front.program = in.word();
  (void)in.word(), (void)in.word();  // process and message id
  if (!in.accept('-')) {
    std::string_view data;
    while (in.enclosed('[', ']', data)) {
    }
  }
  in.skip_blanks();
  (void)in.accept("\xef\xbb\xbf");
  return true;
}

}  // namespace

SyslogFront read_syslog_front(std::string_view line, Instant modified) {
  SyslogFront front{{}, {}, {}, line, false};
  TextCursor in(line);
  std::string_view priority;
  const bool has_priority = in.enclosed('<', '>', priority) && all_digits(priority) && priority.size() <= 3;
  if (!has_priority) in = TextCursor(line);
  if (has_priority && take_rfc5424(in, front)) {
    front.found = true;
  } else if (take_time(in, modified, front.time)) {
    // Programs that write the form themselves leave the host out.
    if (const std::string_view rest = in.rest(); !rest.substr(0, rest.find(' ')).ends_with(':'))
      front.host = in.word();
    take_program(in, front.program);
    front.found = true;
  } else if (!has_priority) {
    return front;
  }
  front.message = in.rest();
  front.found = true;
  return front;
}

}  // namespace bartizan
