// SPDX-License-Identifier: Apache-2.0
// Lists of files with their permissions, as collectors of evidence leave them: a body file of The Sleuth Kit (UAC writes one),
// `find -ls`, `ls -l`. One event a file, without a time: a list is of no moment.
//   0|/etc/krb5.keytab|131|-rw-r--r--|0|0|200|1795486000|…|…|…        MD5, name, inode, mode, owner, group, size, times
//   131      4 -rw-r--r--   1 root     root          200 Nov 24 02:06 /etc/krb5.keytab
//   -rw-r--r-- 1 root root 200 2026-11-24 02:06 /etc/krb5.keytab
// https://wiki.sleuthkit.org/index.php?title=Body_file
#include <array>
#include <optional>

#include "decode/decoder.h"
#include "decode/line_decoder.h"
#include "decode/lines.h"

namespace bartizan {
namespace {

struct Listed {
  std::string_view name, mode, owner, group, size;
};

// `-rw-r--r--`, with a sign of further rights behind it.
bool is_mode(std::string_view text) {
  if (text.size() == 11 && (text.back() == '.' || text.back() == '+' || text.back() == '@'))
    text.remove_suffix(1);
  return text.size() == 10 && std::string_view("-dlcbps").find(text[0]) != text.npos &&
         text.substr(1).find_first_not_of("rwxsStT-") == text.npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::string_view take_word(std::string_view& line) {
  while (line.starts_with(' ')) line.remove_prefix(1);
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::optional<Listed> read_body_line(std::string_view line) {
  std::array<std::string_view, 11> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = line.find('|');
    if ((end == line.npos) != (i + 1 == parts.size())) return {};
    parts[i] = line.substr(0, end);
    line.remove_prefix(end == line.npos ? line.size() : end + 1);
  }
  std::string_view mode = parts[3];
  if (mode.size() > 2 && mode[1] == '/') mode.remove_prefix(2);  // fls: `r/rrw-r--r--`
  if (mode.size() != 10 || parts[1].empty() || !is_number(parts[6])) return {};
  return Listed{parts[1], mode, parts[4], parts[5], parts[6]};
}

// The three words of `Nov 24 02:06` or `Nov 24  2025`, the two or three of `2026-11-24 02:06`, `… 02:06:00.0 +0000`.
bool skip_time(std::string_view& line) {
  const std::string_view first = take_word(line);
  const bool is_iso = first.size() == 10 && first[4] == '-' && first[7] == '-';
  if (!is_iso && !is_number(take_word(line))) return false;
  const std::string_view clock = take_word(line);
  if (clock.empty() || clock.find_first_not_of("0123456789:.") != clock.npos) return false;
  std::string_view rest = line;
  const std::string_view zone = take_word(rest);
  if (is_iso && zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') && is_number(zone.substr(1)))
    line = rest;
  return line.starts_with(' ');
}

std::optional<Listed> read_list_line(std::string_view line) {
  Listed out;
  out.mode = take_word(line);
  if (is_number(out.mode) && is_number(take_word(line)))
    out.mode = take_word(line);  // find: inode and blocks
  if (!is_mode(out.mode) || !is_number(take_word(line))) return {};
  out.owner = take_word(line), out.group = take_word(line), out.size = take_word(line);
  if (!is_number(out.size) || !skip_time(line)) return {};
  while (line.starts_with(' ')) line.remove_prefix(1);
  out.name = line.substr(0, out.mode[0] == 'l' ? line.find(" -> ") : line.npos);
  if (out.name.empty()) return {};
  return out;
}

std::optional<Listed> read_line(std::string_view line) {
  return line.find('|') != line.npos ? read_body_line(line) : read_list_line(line);
}

class FileListingDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    for_each_line(as_text(piece.bytes), [&](std::string_view line, std::size_t at) {
      if (line.starts_with('#') || line.starts_with("total ")) return;
      const auto listed = read_line(line);
      if (!listed) return oddities.add("line is no file with its mode", piece.offset + at);
      Event& event = out.start();
      event.offset = piece.offset + at, event.product = "linux", event.service = "file_listing";
      out.add("TargetFilename", out.keep(listed->name));
      out.add("Mode", out.keep(listed->mode));
      out.add("Owner", out.keep(listed->owner)), out.add("Group", out.keep(listed->group));
      out.add("Size", out.keep(listed->size));
      out.commit();
    });
  }
};

int recognise(Bytes head) {
  std::size_t lines = 0, listed = 0;
  for_each_line(as_text(head), [&](std::string_view line, std::size_t) {
    if (line.starts_with('#') || line.starts_with("total ")) return;
    ++lines, listed += read_line(line).has_value();
  });
  // The head may end within a line.
  return listed > 0 && listed + 1 >= lines ? 85 : 0;
}

}  // namespace

const Format& file_listing_format() {
  static constexpr Format kFormat{
      "file_listing",
      "Lists of files with permissions: body file (Sleuth Kit, UAC), find -ls, ls -l",
      "linux: file_listing",
      recognise,
      make_line_cutter,
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<FileListingDecoder>(); },
      nullptr,
      "0|/etc/krb5.keytab|131|-rw-r--r--|0|0|200|1795486000|1795486000|1795486000|0\n"
      "0|/tmp/krb5cc_1000|132|-rw-------|1000|1000|900|1795486000|1795486000|1795486000|0\n"};
  return kFormat;
}

}  // namespace bartizan
