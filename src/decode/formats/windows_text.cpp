// SPDX-License-Identifier: Apache-2.0
// Windows events as text for people. Each record is a head of names and values, then the message, from which the
// fields are read:
//   Splunk's event log input   11/24/2026 08:00:00 AM
//                              LogName=Security
//                              EventCode=4688
//                              Message=A new process has been created. …
//   wevtutil qe /f:text        Event[0]:
//                                Log Name: Security
//                                Event ID: 4688
//                                Description: …
//   Get-WinEvent | Format-List TimeCreated  : 11/24/2026 8:00:00 AM
//                              Id           : 4688
//                              Message      : A new process has been created. …
//                                             …
#include <algorithm>
#include <charconv>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"
#include "decode/windows_message.h"
#include "decode/written_time.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

enum class Style : char { kNone = 0, kSplunk = 's', kWevtutil = 'w', kList = 'l' };

std::string_view line_at(std::string_view text, std::size_t at) {
  std::string_view line = text.substr(at, text.find('\n', at) - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// `Name      : value` of Format-List; the column of the colon is that of all lines of a record.
std::size_t list_colon(std::string_view line) {
  const std::size_t colon = line.find(" :");
  const std::size_t name = line.find_first_of(" :");
  if (colon == line.npos || name == 0 || line.find_first_not_of(' ', name) != colon + 1) return line.npos;
  return colon + 1;
}

// Whether a record begins at `at`, which is the start of a line. `first` is the name that begins records of a list.
bool begins_record(std::string_view text, std::size_t at, Style style, std::string_view first) {
  const std::string_view line = line_at(text, at);
  switch (style) {
    case Style::kSplunk: {
      constexpr std::size_t kTimeBytesMax = 40;
      if (line.size() > kTimeBytesMax || !parse_written_time(line)) return false;
      const std::size_t next = text.find('\n', at);
      return next != text.npos && line_at(text, next + 1).starts_with("LogName=");
    }
    case Style::kWevtutil: return line.starts_with("Event[");
    case Style::kList: return !first.empty() && line.starts_with(first) && list_colon(line) != line.npos;
    case Style::kNone: break;
  }
  return false;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t feed = text.find('\n', at);
  return feed == text.npos ? text.size() : feed + 1;
}

struct Start {
  Style style = Style::kNone;
  std::string first;  // of a list: the name with the blanks behind it
};

// By the first line that is not empty, and one further on that events have.
Start start_of(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t at = text.find_first_not_of("\r\n");
  if (at == text.npos) return {};
  if (begins_record(text, at, Style::kSplunk, {})) return {Style::kSplunk, {}};
  const std::string_view line = line_at(text, at);
  if (begins_record(text, at, Style::kWevtutil, {}) &&
      line_at(text, next_line(text, at)).starts_with("  Log Name: "))
    return {Style::kWevtutil, {}};
  const std::size_t colon = list_colon(line);
  if (colon == line.npos) return {};
  bool has_id = false, has_more = false;
  for (; at < text.size() && !line_at(text, at).empty(); at = next_line(text, at)) {
    const std::string_view name = without_blanks_around(line_at(text, at).substr(0, colon));
    has_id = has_id || name == "Id" || name == "EventID" || name == "InstanceId";
    has_more =
        has_more || name == "ProviderName" || name == "LogName" || name == "Source" || name == "Message";
  }
  return has_id && has_more ? Start{Style::kList, std::string(line.substr(0, colon))} : Start{};
}

// Before the last record, which may go on.
class WindowsTextCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    const std::string_view text = as_text(buffer);
    if (start_.style == Style::kNone) start_ = start_of(text);
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    for (std::size_t end = text.size(); end > 0;) {
      const std::size_t feed = text.rfind('\n', end - 1);
      if (feed == text.npos || feed == 0) return 0;
      if (begins_record(text, feed + 1, start_.style, start_.first)) return feed + 1;
      end = feed;
    }
    return 0;
  }
  std::string context() const override { return static_cast<char>(start_.style) + start_.first; }

 private:
  Start start_;
};

class WindowsTextDecoder final : public Decoder {
 public:
  explicit WindowsTextDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view text = out.keep(as_text(piece.bytes));
    const Start start = piece.context.empty() ? start_of(text)
                                              : Start{static_cast<Style>(piece.context[0]),
                                                      std::string(piece.context.substr(1))};
    std::size_t begin = text.size();
    bool is_preface = false;
    for (std::size_t at = text.starts_with("\xef\xbb\xbf") ? 3 : 0; at <= text.size();) {
      const bool at_end = at == text.size();
      if (at_end || begins_record(text, at, start.style, start.first)) {
        const std::string_view record = text.substr(begin, at - std::min(begin, at));
        if (begin < at && is_preface) add_text(record, piece.offset + begin, out, oddities);
        else if (begin < at) read(record, start.style, piece, piece.offset + begin, out);
        begin = at, is_preface = false;
      } else if (begin == text.size() && !line_at(text, at).empty()) {
        begin = at, is_preface = true;
      }
      if (at_end) break;
      at = next_line(text, at);
    }
  }

 private:
  static void add_text(std::string_view text, std::uint64_t offset, EventBatch& out, OddityList& oddities) {
    oddities.add("text before the first event", offset);
    Event& event = out.start();
    event.offset = offset;
    event.product = "windows";
    out.add("message", text);
    out.commit();
  }

  void read(std::string_view record, Style style, const Piece& piece, std::uint64_t offset, EventBatch& out) {
    while (record.ends_with('\n') || record.ends_with('\r')) record.remove_suffix(1);
    if (record.empty()) return;
    Event& event = out.start();
    event.offset = offset;
    event.product = "windows";
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    std::string_view message;
    if (style == Style::kSplunk) {
      event.time = parse_written_time(line_at(record, 0), hints).value_or(Instant{});
      message = read_head(record, '=', "Message", hints, out);
    } else if (style == Style::kWevtutil) {
      message = read_head(record, ':', "Description", hints, out);
    } else {
      message = read_list(record, hints, out);
    }
    if (event.channel.empty())
      if (event.channel = usual_channel_of(event.provider); !event.channel.empty())
        out.add("Channel", event.channel);
    if (!event.channel.empty()) event.product = {};
    if (!message.empty()) {
      add_windows_message_fields(event.provider, event.event_id, message, out);
      out.add("Message", message);
    }
    judge_header(out);
    rule_out_.judge(record, out);
    out.commit();
  }

  // Lines of name and value up to the one that begins the message, which is the rest.
  static std::string_view read_head(std::string_view record, char joint, std::string_view last,
                                    const TimeHints& hints, EventBatch& out) {
    for (std::size_t at = next_line(record, 0); at < record.size(); at = next_line(record, at)) {
      const std::string_view line = line_at(record, at);
      const std::size_t end = line.find(joint);
      if (end == line.npos) continue;
      const std::string_view name = without_blanks_around(line.substr(0, end));
      if (name == last) {
        const std::size_t message = record.find_first_not_of(" \t\r\n", at + end + 1);
        return message == record.npos ? std::string_view() : record.substr(message);
      }
      add(name, without_blanks_around(line.substr(end + 1)), hints, out);
    }
    return {};
  }

  // Values may go on over lines that are set in as far as the value.
  static std::string_view read_list(std::string_view record, const TimeHints& hints, EventBatch& out) {
    const std::size_t colon = list_colon(line_at(record, 0));
    std::string value, message;
    std::string_view name;
    const auto finish = [&] {
      if (name == "Message") message = value;
      else if (!name.empty()) add(out.keep(name), out.keep(without_blanks_around(value)), hints, out);
    };
    for (std::size_t at = 0; at < record.size(); at = next_line(record, at)) {
      const std::string_view line = line_at(record, at);
      if (line.size() > colon && line[colon] == ':' && line.front() != ' ') {
        finish();
        name = without_blanks_around(line.substr(0, colon));
        value = line.substr(std::min(line.size(), colon + 2));
      } else {
        value.append("\n").append(line.substr(std::min(line.size(), colon + 2)));
      }
    }
    finish();
    return out.keep(without_blanks_around(message));
  }

  static void add(std::string_view name, std::string_view value, const TimeHints& hints, EventBatch& out) {
    if (value.empty() || out.fields_of_draft() >= limits::kFieldsPerEventMax) return;
    struct Known {
      std::string_view name, field;
      std::string_view Event::* member;
    };
    static constexpr Known kKnown[] = {
        {"LogName", "Channel", &Event::channel},
        {"Log Name", "Channel", &Event::channel},
        {"ContainerLog", "", nullptr},
        {"SourceName", "Provider_Name", &Event::provider},
        {"Source", "Provider_Name", &Event::provider},
        {"ProviderName", "Provider_Name", &Event::provider},
        {"ComputerName", "Computer", &Event::host},
        {"Computer", "Computer", &Event::host},
        {"MachineName", "Computer", &Event::host},
        {"RecordNumber", "EventRecordID", &Event::record_id},
        {"RecordId", "EventRecordID", &Event::record_id},
        {"Index", "EventRecordID", &Event::record_id},
    };
    Event& event = out.draft();
    for (const Known& known : kKnown)
      if (known.name == name && known.member) {
        event.*known.member = value;
        return out.add(known.field, value, is_plain_number(value));
      }
    if (name == "EventCode" || name == "Event ID" || name == "Id" || name == "EventID" ||
        name == "InstanceId") {
      std::from_chars(value.data(), value.data() + value.size(), event.event_id);
      return out.add("EventID", value, true);
    }
    if ((name == "Date" || name == "TimeCreated" || name == "TimeGenerated") && event.time == Instant{})
      event.time = parse_written_time(value, hints).value_or(Instant{});
    out.add(name, value, is_plain_number(value));
  }

  RuleOut rule_out_;
};

}  // namespace

const Format& windows_text_format() {
  static constexpr Format kFormat{
      "windows_text",
      "Windows events as text: Splunk's event log input, wevtutil /f:text, Get-WinEvent | Format-List",
      "windows: by channel",
      [](Bytes head) { return start_of(as_text(head)).style == Style::kNone ? 0 : 88; },
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WindowsTextCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<WindowsTextDecoder>(options);
      },
      nullptr,
      "11/24/2026 08:00:00 AM\nLogName=System\nSourceName=Microsoft-Windows-Eventlog\nEventCode=104\n"
      "ComputerName=pc1\nMessage=The System log file was cleared.\n"};
  return kFormat;
}

}  // namespace bartizan
