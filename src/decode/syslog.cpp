// SPDX-License-Identifier: Apache-2.0
#include "decode/syslog.h"

#include <algorithm>
#include <iterator>

#include "decode/written_time.h"

namespace bartizan {
namespace {

constexpr int kPriorityMax = 191;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The word before the next blank, taken off `text` with the blank.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return word;
}

bool take_priority(std::string_view& text, int& priority) {
  constexpr std::size_t kDigitsMax = 3;
  if (text.size() < 3 || text[0] != '<') return false;
  std::size_t at = 1;
  int value = 0;
  while (at < text.size() && at <= kDigitsMax && is_digit(text[at])) value = value * 10 + (text[at++] - '0');
  if (at == 1 || at >= text.size() || text[at] != '>' || value > kPriorityMax) return false;
  priority = value;
  text.remove_prefix(at + 1);
  return true;
}

std::string_view nil_as_empty(std::string_view word) { return word == "-" ? std::string_view() : word; }

// The end of the structured data that `text` begins with; 0 when it does not.
std::size_t structured_end(std::string_view text) {
  if (text.starts_with('-') && (text.size() == 1 || text[1] == ' ')) return 1;
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    // A name has no quotation mark: Check Point writes its message in brackets.
    const std::string_view id = text.substr(at + 1, text.find_first_of(" ]", at + 1) - at - 1);
    if (id.find('"') != id.npos) return at;
    bool quoted = false;
    for (++at; at < text.size() && (text[at] != ']' || quoted); ++at) {
      if (text[at] == '\\' && quoted) ++at;
      else if (text[at] == '"') quoted = !quoted;
    }
    if (at >= text.size()) return 0;
    ++at;
  }
  return at;
}

// After the priority and `1 `.
bool read_rfc5424(std::string_view text, SyslogHeader& header) {
  const std::string_view time = take_word(text);
  std::size_t used = 0;
  header.time = read_iso_time(time, false, {}, used);
  if (time != "-" && (!header.time || used != time.size())) return false;
  header.host = nil_as_empty(take_word(text));
  header.program = nil_as_empty(take_word(text));
  header.pid = nil_as_empty(take_word(text));
  header.message_id = nil_as_empty(take_word(text));
  const std::size_t end = structured_end(text);
  if (end > 1) header.structured = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (text.starts_with(' ')) text.remove_prefix(1);  // rsyslog keeps the one behind the colon of a tag
  header.message = text;
  return header.is_rfc5424 = true;
}

bool is_tag_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_' ||
         c == '.' || c == '/' || c == '(' || c == ')' || c == '@' || c == '+' || c == '\\';
}

// `sshd[812]: ` or `kernel: `. Takes it off `text`.
bool take_tag(std::string_view& text, SyslogHeader& header) {
  constexpr std::size_t kTagBytesMax = 128;
  std::size_t end = 0;
  while (end < text.size() && end < kTagBytesMax && is_tag_character(text[end])) ++end;
  if (end == 0 || end >= text.size()) return false;
  const std::string_view program = text.substr(0, end);
  std::string_view pid;
  if (text[end] == '[') {
    const std::size_t close = text.substr(0, end + kTagBytesMax).find(']', end);
    if (close == text.npos) return false;
    pid = text.substr(end + 1, close - end - 1), end = close + 1;
  }
  if (end >= text.size() || text[end] != ':') return false;
  // These begin the message itself.
  if (program == "CEF" || program == "LEEF" || text.substr(end).starts_with("://")) return false;
  header.program = program, header.pid = pid;
  text.remove_prefix(end + 1);
  if (text.starts_with(' ')) text.remove_prefix(1);
  return true;
}

bool is_host(std::string_view word) {
  if (word.empty() || word.size() > 255) return false;
  for (char c : word)
    if (!is_tag_character(c) && c != ':' && c != '%' && static_cast<unsigned char>(c) < 0x80) return false;
  // Application logs have the level where syslog has the host.
  static constexpr std::string_view kLevels[] = {"INFO",  "WARN",   "WARNING",  "ERROR", "DEBUG", "TRACE",
                                                 "FATAL", "NOTICE", "CRITICAL", "info",  "warn",  "warning",
                                                 "error", "debug",  "trace",    "fatal", "notice"};
  return std::find(std::begin(kLevels), std::end(kLevels), word) == std::end(kLevels);
}

// What `journalctl -o short-full` and `-o short-unix` print: `Tue 2026-11-24 08:00:00 CET`, `1795507200.123456`. A zone
// that is a name is that of the machine, as where there is none.
std::optional<Instant> read_journalctl_time(std::string_view line, const TimeHints& times,
                                            std::size_t& used) {
  constexpr std::string_view kWeekDays[] = {"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "};
  constexpr std::size_t kDayBytes = 4, kUnixBytes = 17, kZoneBytesMax = 5;
  if (std::ranges::find(kWeekDays, line.substr(0, kDayBytes)) != std::end(kWeekDays)) {
    std::size_t size = 0;
    auto time = read_iso_time(line.substr(kDayBytes), true, times, size);
    if (!time) return {};
    std::size_t end = kDayBytes + size + 1;
    while (end < line.size() && line[end] >= 'A' && line[end] <= 'Z') ++end;
    const std::string_view zone =
        line.substr(std::min(line.size(), kDayBytes + size + 1), end - kDayBytes - size - 1);
    if (zone.empty() || zone.size() > kZoneBytesMax) return {};
    if (zone == "UTC") time = read_iso_time(line.substr(kDayBytes), true, {}, size);
    return used = end, time;
  }
  const std::string_view stamp = line.substr(0, kUnixBytes);
  if (line.size() <= kUnixBytes || line[kUnixBytes] != ' ' || stamp[10] != '.' ||
      stamp.find_first_not_of("0123456789.") != stamp.npos)
    return {};
  return used = kUnixBytes, parse_instant(stamp);
}

bool read_header(std::string_view line, bool blank_in_time, const TimeHints& times, SyslogHeader& header) {
  header = {};
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  const bool has_priority = take_priority(line, header.priority);
  if (has_priority && line.starts_with("1 ")) {
    const SyslogHeader before = header;
    if (read_rfc5424(line.substr(2), header)) return true;
    header = before;
  }
  std::size_t used = 0;
  header.time = read_bsd_time(line, times, used);
  if (!header.time) header.time = read_iso_time(line, blank_in_time, times, used);
  if (!header.time) header.time = read_journalctl_time(line, times, used);
  if (header.time && used < line.size() && line[used] != ' ' && line[used] != ':') header.time = {};
  header.message = line;
  if (!header.time) return has_priority;
  line.remove_prefix(used);
  while (line.starts_with(' ')) line.remove_prefix(1);
  header.message = line;
  // Written by the machine itself there is no host; Cisco puts a colon there instead.
  if (line.starts_with(": ")) return header.message.remove_prefix(2), true;
  if (take_tag(header.message, header)) return true;
  std::string_view rest = line;
  const std::string_view host = take_word(rest);
  if (!is_host(host)) return has_priority;
  header.host = host;
  header.message = rest;
  while (header.message.starts_with(' ')) header.message.remove_prefix(1);
  (void)take_tag(header.message, header);
  return true;
}

}  // namespace

bool read_syslog_header(std::string_view line, const TimeHints& times, SyslogHeader& header) {
  return read_header(line, false, times, header);
}

SyslogHeader syslog_header_before(std::string_view line, const TimeHints& times) {
  SyslogHeader header;
  (void)read_header(line, true, times, header);
  return header;
}

std::string_view facility_name(int priority) {
  static constexpr std::string_view kNames[] = {"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                                "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                                "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                                "local2", "local3", "local4", "local5", "local6",   "local7"};
  return priority < 0 || priority > kPriorityMax ? std::string_view() : kNames[priority / 8];
}

std::string_view severity_name(int priority) {
  static constexpr std::string_view kNames[] = {"emerg",   "alert",  "crit", "err",
                                                "warning", "notice", "info", "debug"};
  return priority < 0 || priority > kPriorityMax ? std::string_view() : kNames[priority % 8];
}

bool read_octet_count(std::string_view text, std::size_t& header, std::size_t& size) {
  constexpr std::size_t kDigitsMax = 7;
  std::size_t digits = 0, count = 0;
  while (digits < text.size() && digits < kDigitsMax && is_digit(text[digits]))
    count = count * 10 + static_cast<std::size_t>(text[digits++] - '0');
  if (digits == 0 || text[0] == '0' || text.size() < digits + 3 || text[digits] != ' ' ||
      text[digits + 1] != '<' || !is_digit(text[digits + 2]))
    return false;
  header = digits + 1;
  size = header + count;
  return true;
}

}  // namespace bartizan
