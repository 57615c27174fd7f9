// SPDX-License-Identifier: Apache-2.0
// PowerShell transcripts: a head between rows of asterisks (who, where, which host application), then prompts
// with commands and what they printed. One event for each command, as the script block it is:
// ScriptBlockText, Output, and the head's fields. The head is read in English; in other languages commands
// are still found, and the start time by its fourteen digits.
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/utf16.h"
#include "decode/whole.h"

namespace bartizan {
namespace {

bool is_row(std::string_view line) {
  constexpr std::size_t kAsterisksMin = 20;
  return line.size() >= kAsterisksMin && line.find_first_not_of('*') == line.npos;
}

// `20260310073000`, local time taken as UTC.
std::optional<Instant> read_compact_time(std::string_view text) {
  constexpr std::size_t kDigits = 14;
  if (text.size() < kDigits) return {};
  text = text.substr(text.size() - kDigits);
  if (text.find_first_not_of("0123456789") != text.npos) return {};
  std::string plain(text);
  for (const auto& [at, mark] :
       {std::pair{12u, ':'}, std::pair{10u, ':'}, std::pair{8u, 'T'}, std::pair{6u, '-'}, std::pair{4u, '-'}})
    plain.insert(plain.begin() + at, mark);
  return parse_instant(plain);
}

class TranscriptDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList&) override {
    const TextEncoding encoding = encoding_of(piece.bytes);
    const std::string_view text = out.keep(text_in_utf8(piece.bytes, encoding, utf8_));
    PlaceInPiece place(piece.bytes, text, encoding);
    head_ = {}, command_ = output_ = {};
    in_head_ = false;
    for_each_line(text, [&](std::string_view line, std::size_t at) {
      if (is_row(line)) {
        add_command(out);
        in_head_ = !in_head_;
      } else if (in_head_ && !is_prompt(line)) {
        read_head(line);
      } else if (is_prompt(line)) {
        in_head_ = false;  // what looked like the row above a head was printed by a command
        add_command(out);
        command_ = line.substr(line.find("> ") + 2), offset_ = piece.offset + place.of(at);
      } else if (!command_.empty()) {
        // Lines that go on a command begin with >>; the first other line begins what it printed.
        std::string_view& part = output_.empty() && line.starts_with(">> ") ? command_ : output_;
        part = part.empty()
                   ? line
                   : std::string_view(part.data(),
                                      static_cast<std::size_t>(line.data() + line.size() - part.data()));
      }
    });
    add_command(out);
  }

 private:
  struct Head {
    Instant time;
    std::string_view user, run_as, machine, application, pid, version;
  };

  static bool is_prompt(std::string_view line) {
    return line.starts_with("PS ") && line.find("> ") != line.npos;
  }

  void read_head(std::string_view line) {
    if (line.ends_with("transcript start")) head_ = {};
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) return;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 2);
    if (name == "Username") head_.user = value;
    else if (name == "RunAs User") head_.run_as = value;
    else if (name == "Machine") head_.machine = value.substr(0, value.find(' '));
    else if (name == "Host Application") head_.application = value;
    else if (name == "Process ID") head_.pid = value;
    else if (name == "PSVersion") head_.version = value;
    else if (const auto time = read_compact_time(value); time && name != "End time") head_.time = *time;
  }

  void add_command(EventBatch& out) {
    if (command_.empty()) return;
    Event& event = out.start();
    event.product = "windows", event.category = "ps_script";
    event.time = head_.time, event.host = head_.machine, event.offset = offset_;
    const std::pair<std::string_view, std::string_view> fields[] = {{"ScriptBlockText", command_},
                                                                    {"Output", output_},
                                                                    {"User", head_.user},
                                                                    {"RunAsUser", head_.run_as},
                                                                    {"HostApplication", head_.application},
                                                                    {"ProcessId", head_.pid},
                                                                    {"PowerShellVersion", head_.version}};
    for (const auto& [name, value] : fields)
      if (!value.empty()) out.add(name, value);
    out.commit();
    command_ = output_ = {};
  }

  std::string utf8_;
  Head head_;
  std::string_view command_, output_;
  std::uint64_t offset_ = 0;
  bool in_head_ = false;
};

int recognise(Bytes head) {
  std::string room;
  const std::string_view text = text_in_utf8(head, encoding_of(head), room);
  std::size_t lines = 0;
  bool row = false, time = false, named = false;
  for_each_line(text, [&](std::string_view line, std::size_t) {
    ++lines;
    if (lines == 1) row = is_row(line);
    if (lines == 2) named = line.find("PowerShell") != line.npos;
    if (lines == 3) time = read_compact_time(line).has_value();
  });
  return row && time && named ? 95 : 0;
}

}  // namespace

const Format& ps_transcript_format() {
  static constexpr Format kFormat{
      "ps_transcript",
      "PowerShell transcript",
      "windows: category ps_script",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<TranscriptDecoder>(); },
      nullptr,
      "**********************\n"
      "Windows PowerShell transcript start\n"
      "Start time: 20261124080000\n"
      "Username: EXAMPLE\\jo\n"
      "Machine: PC1 (Microsoft Windows NT 10.0.19045.0)\n"
      "Host Application: powershell.exe\n"
      "**********************\n"
      "PS C:\\> Get-Process\n"};
  return kFormat;
}

}  // namespace bartizan
