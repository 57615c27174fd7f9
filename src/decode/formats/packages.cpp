// SPDX-License-Identifier: Apache-2.0
// What package managers write: dpkg.log, apt's history.log, yum.log, dnf.rpm.log, pacman.log. One event for
// each package and step; of apt's history one for each package of a block, with the command line and who
// asked.
#include <span>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/message_lines.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

struct Step {
  std::string_view pattern, action;
};

constexpr Step kDpkg[] = {
    {"install {Package}:{Architecture} <none> {Version}", "installed"},
    {"upgrade {Package}:{Architecture} {OldVersion} {Version}", "upgraded"},
    {"remove {Package}:{Architecture} {OldVersion} ", "removed"},
    {"purge {Package}:{Architecture} {OldVersion} ", "purged"},
    {"status {Status} {Package}:{Architecture} {Version}", "status"},
    {"startup {Stage}", "startup"},
    {"configure {Package}:{Architecture} {Version} ", "configured"},
    {"trigproc {Package}:{Architecture} {Version} ", "triggered"},
    {"conffile {Filename} {Decision}", "configuration_file"},
};
constexpr Step kRpm[] = {
    {"Installed: {Package}", "installed"},   {"Updated: {Package}", "upgraded"},
    {"Upgraded: {Package}", "upgraded"},     {"Upgrade: {Package}", "upgraded"},
    {"Erased: {Package}", "removed"},        {"Removed: {Package}", "removed"},
    {"Downgraded: {Package}", "downgraded"}, {"Reinstalled: {Package}", "reinstalled"},
    {"Cleanup: {Package}", "cleaned"},
};
constexpr Step kPacman[] = {
    {"[ALPM] installed {Package} ({Version})", "installed"},
    {"[ALPM] upgraded {Package} ({OldVersion} -> {Version})", "upgraded"},
    {"[ALPM] removed {Package} ({OldVersion})", "removed"},
    {"[PACMAN] Running '{CommandLine<}'", "command"},
};

// A time and the rest of the line; false when the line begins otherwise.
bool read_time(std::string_view& line, const TimeHints& hints, Instant& time) {
  std::size_t used = 0;
  const bool bracket = line.starts_with('[');
  const std::string_view text = line.substr(bracket ? 1 : 0);
  auto read = read_iso_time(text, true, hints, used);
  if (!read) read = read_bsd_time(text, hints, used);
  if (!read || used >= text.size() || text[used] != (bracket ? ']' : ' ')) return false;
  time = *read;
  line = text.substr(used + 1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  return true;
}

bool match_step(std::string_view line, Captures& captures, std::string_view& action) {
  for (std::string_view level : {"SUBDEBUG ", "INFO ", "DEBUG "})  // dnf
    if (line.starts_with(level)) line.remove_prefix(level.size());
  for (std::span<const Step> steps :
       {std::span<const Step>(kDpkg), std::span<const Step>(kRpm), std::span<const Step>(kPacman)})
    for (const Step& step : steps)
      if (match_line(line, step.pattern, captures)) return action = step.action, true;
  return false;
}

constexpr std::string_view kAptStart = "Start-Date: ";

// apt's history: a block of `Name: value` lines from Start-Date to an empty line. Others: a line is a step.
class PackagesCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::string_view text = as_text(buffer);
    if (at_start_) is_apt_ = text.substr(0, kHeadBytes).find(kAptStart) != text.npos, at_start_ = false;
    if (!is_apt_) return lines_.cut(buffer, false);
    const std::size_t end = text.rfind("\n\n");
    return end == text.npos ? 0 : end + 2;
  }

 private:
  LineCutter lines_;
  bool at_start_ = true, is_apt_ = false;
};

class PackagesDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    block_ = {};
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    for_each_line(as_text(piece.bytes), [&](std::string_view line, std::size_t at) {
      if (read_block_line(line, piece.offset + at, out)) return;
      Instant time;
      Captures captures;
      std::string_view action, rest = line;
      if (!read_time(rest, hints, time)) return oddities.add("line without a time", piece.offset + at);
      const std::string_view kept = out.keep(rest);
      if (!match_step(kept, captures, action)) captures.count = 0, action = "";
      start(time, piece.offset + at, action, out);
      for (std::size_t i = 0; i < captures.count; ++i) out.add(captures.names[i], captures.values[i]);
      out.add("message", kept);
      out.commit();
    });
  }

 private:
  struct Block {
    Instant time;
    std::string_view command, user;
    bool is_open = false;
  };

  static void start(Instant time, std::uint64_t offset, std::string_view action, EventBatch& out) {
    Event& event = out.start();
    event.time = time, event.offset = offset;
    event.product = "linux", event.service = "packages";
    if (!action.empty()) out.add("Action", action);
  }

  bool read_block_line(std::string_view line, std::uint64_t offset, EventBatch& out) {
    const std::size_t colon = line.find(": ");
    if (colon == line.npos || (!block_.is_open && !line.starts_with(kAptStart))) return false;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 2);
    if (name == "Start-Date") return block_ = {}, block_.is_open = true, block_.time = date_of(value), true;
    if (name == "Commandline") return block_.command = out.keep(value), true;
    if (name == "Requested-By") return block_.user = out.keep(value.substr(0, value.find(" ("))), true;
    if (name == "End-Date") return block_.is_open = false, true;
    const std::pair<std::string_view, std::string_view> actions[] = {
        {"Install", "installed"}, {"Upgrade", "upgraded"},     {"Remove", "removed"},
        {"Purge", "purged"},      {"Downgrade", "downgraded"}, {"Reinstall", "reinstalled"}};
    for (const auto& [verb, action] : actions)
      if (name == verb) add_packages(out.keep(value), action, offset, out);
    return true;
  }

  // Two blanks between date and time.
  static Instant date_of(std::string_view text) {
    std::string plain(text.substr(0, text.find(' ')));
    if (const std::size_t clock = text.rfind(' '); clock != text.npos)
      plain.append("T").append(text.substr(clock + 1));
    return parse_instant(plain).value_or(Instant{});
  }

  // `nmap:amd64 (7.93-1, automatic), curl:amd64 (7.88-1, 7.88-2)`
  void add_packages(std::string_view list, std::string_view action, std::uint64_t offset,
                    EventBatch& out) const {
    while (!list.empty()) {
      const std::size_t open = list.find(" ("), close = list.find(')', open);
      if (open == list.npos || close == list.npos) return;
      const std::string_view name = list.substr(0, open);
      std::string_view version = list.substr(open + 2, close - open - 2), old;
      if (const std::size_t comma = version.find(", "); comma != version.npos) {
        const std::string_view second = version.substr(comma + 2), first = version.substr(0, comma);
        version = second == "automatic" ? first : second;
        if (second != "automatic") old = first;
      }
      start(block_.time, offset, action, out);
      const std::size_t colon = name.find(':');
      out.add("Package", name.substr(0, colon));
      if (colon != name.npos) out.add("Architecture", name.substr(colon + 1));
      for (const auto& [field, text] :
           {std::pair{"Version", version}, std::pair{"OldVersion", old},
            std::pair{"CommandLine", block_.command}, std::pair{"User", block_.user}})
        if (!text.empty()) out.add(field, text);
      out.commit();
      list.remove_prefix(close + 1);
      while (list.starts_with(',') || list.starts_with(' ')) list.remove_prefix(1);
    }
  }

  Block block_;
};

int recognise(Bytes head) {
  std::size_t lines = 0, steps = 0;
  const std::string_view text = as_text(head);
  if (text.substr(text.find_first_not_of("\r\n") == text.npos ? 0 : text.find_first_not_of("\r\n"))
          .starts_with(kAptStart))
    return 90;
  for_each_line(text, [&](std::string_view line, std::size_t at) {
    if (lines > 0 && at + line.size() >= text.size()) return;
    ++lines;
    Instant time;
    Captures captures;
    std::string_view action;
    steps += read_time(line, {}, time) && match_step(line, captures, action);
  });
  return steps > 0 && steps * 2 >= lines ? 80 : 0;
}

}  // namespace

const Format& packages_format() {
  static constexpr Format kFormat{
      "packages",
      "Package manager logs: dpkg, apt, yum, dnf, pacman",
      "linux: packages",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<PackagesCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<PackagesDecoder>(); },
      nullptr,
      "2026-11-24 08:00:00 install nmap:amd64 <none> 7.93+dfsg1-1\n"};
  return kFormat;
}

}  // namespace bartizan
