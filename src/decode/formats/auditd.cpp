// SPDX-License-Identifier: Apache-2.0
#include "decode/auditd.h"

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"

namespace bartizan {
namespace {

// Records of one serial number are kept together: the last one of a piece may have more to come.
class AuditCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    const std::size_t whole = lines_.cut(buffer, at_end);
    if (at_end || whole == 0 || buffer.size() >= limits::kPieceBytesMax) return whole;
    const std::string_view text = as_text(buffer.first(whole));
    std::size_t begin = line_begin(text, text.size() - 1);
    const std::string_view last = audit_stamp(text.substr(begin));
    while (begin > 0) {
      const std::size_t before = line_begin(text, begin - 1);
      const std::string_view stamp = audit_stamp(text.substr(before, begin - before));
      if (!stamp.empty() && stamp != last) return begin;
      begin = before;
    }
    return 0;
  }

 private:
  // Of the line that ends with the line feed at `end`.
  static std::size_t line_begin(std::string_view text, std::size_t end) {
    const std::size_t at = end == 0 ? text.npos : text.rfind('\n', end - 1);
    return at == text.npos ? 0 : at + 1;
  }
  LineCutter lines_;
};

// ausearch separates events by these.
bool is_decoration(std::string_view line) { return line.starts_with("----") || line.starts_with("time->"); }

class AuditFormatDecoder final : public Decoder {
 public:
  explicit AuditFormatDecoder(const DecodeOptions& options) : decoder_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      if (!decoder_.decode_line(line, piece.offset + at, out, oddities) && !is_decoration(line))
        oddities.add("line is not an audit record", piece.offset + at);
    });
    decoder_.finish(out);
  }

 private:
  AuditDecoder decoder_;
};

int recognise(Bytes head) {
  std::size_t lines = 0, records = 0;
  const std::string_view text = as_text(head);
  for_each_line(text, [&](std::string_view line, std::size_t at) {
    if (is_decoration(line) || (lines > 0 && at + line.size() >= text.size())) return;
    ++lines;
    records += (line.starts_with("type=") || line.starts_with("node=")) && !audit_stamp(line).empty();
  });
  return records > 0 && records * 10 >= lines * 9 ? 95 : 0;
}

}  // namespace

const Format& auditd_format() {
  static constexpr Format kFormat{
      "auditd",
      "Linux audit log: audit.log and the output of ausearch",
      "linux: auditd; categories process_creation, network_connection, file_event",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<AuditCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<AuditFormatDecoder>(options);
      },
      nullptr,
      "type=SYSCALL msg=audit(1795507200.123:456): arch=c000003e syscall=59 success=yes exi"
      "t=0 ppid=801 pid=812 auid=1000 uid=0 comm=\"id\" exe=\"/usr/bin/id\" key=\"exec\"\n"
      "type=EXECVE msg=audit(1795507200.123:456): argc=2 a0=\"id\" a1=\"-u\"\n"};
  return kFormat;
}

}  // namespace bartizan
