// SPDX-License-Identifier: Apache-2.0
#include "decode/syslog.h"

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/message_lines.h"
#include "decode/payload.h"
#include "decode/payload_network.h"
#include "decode/rule_out.h"

namespace bartizan {
namespace {

// Lines, or frames of RFC 6587 octet counting, which may hold line ends.
class SyslogCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    std::size_t header = 0, size = 0, done = 0;
    const std::string_view text = as_text(buffer);
    if (at_end) return buffer.size();
    bool in_frame = false;
    while ((in_frame = read_octet_count(text.substr(done), header, size)) && size <= text.size() - done)
      done += size;
    if (done > 0 || (in_frame && buffer.size() < limits::kPieceBytesMax)) return done;
    return lines_.cut(buffer, at_end);
  }

 private:
  LineCutter lines_;
};

// journalctl's own lines: `-- Journal begins at …. --`, `-- Boot 1f… --`.
bool is_remark(std::string_view line) { return line.starts_with("-- ") && line.ends_with(" --"); }

class SyslogDecoder final : public Decoder {
 public:
  explicit SyslogDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    last_time_ = {}, memo_ = {};
    const std::string_view text = as_text(piece.bytes);
    for (std::size_t at = 0; at < text.size();) {
      std::size_t header = 0, size = 0;
      std::string_view message;
      const std::size_t begin = at;
      const bool counted = read_octet_count(text.substr(at), header, size);
      if (counted && size <= text.size() - at) {
        message = text.substr(at + header, size - header);
        at += size;
      } else {
        if (counted) at += header;  // cut short
        const std::size_t end = std::min(text.find('\n', at), text.size());
        message = text.substr(at, end - at);
        at = end + 1;
      }
      while (message.ends_with('\n') || message.ends_with('\r') || message.ends_with('\0'))
        message.remove_suffix(1);
      // What a crash or a file cut at its start leaves: a hole, read as zeros, before the line that goes on.
      if (const std::size_t zeros = std::min(message.find_first_not_of('\0'), message.size()); zeros > 0) {
        oddities.add(std::to_string(zeros) + " zero bytes before a line", piece.offset + begin);
        message.remove_prefix(zeros);
      }
      if (!message.empty() && !is_remark(message))
        decode_message(message, piece, piece.offset + begin, out, oddities);
    }
  }

 private:
  void decode_message(std::string_view line, const Piece& piece, std::uint64_t offset, EventBatch& out,
                      OddityList& oddities) {
    SyslogHeader header;
    line = out.keep(line);
    if (!read_syslog_header(line, {piece.modified, piece.zone, &memo_}, header)) {
      oddities.add("line without a syslog header", offset);
      header.message = line;
    }
    if (!header.time) header.time = last_time_;
    last_time_ = *header.time;
    fields_.clear();
    add_envelope(header, out);
    const std::string_view service = service_of_program(header.program, facility_name(header.priority));
    const Carrier carrier{header.host, "linux", service, *header.time, offset, fields_, piece.zone};
    if (payload_.decode(without_uptime(header), carrier, out, oddities)) return;
    Event& event = out.start();
    event.offset = offset;
    event.time = *header.time;
    event.host = header.host;
    event.product = "linux";
    event.service = service;
    for (const Field& field : fields_) out.add(field);
    out.add("message", header.message);
    if (!network_payload(header.program, header.message, {{}, piece.zone, nullptr}, out))
      add_message_fields(header.program, header.message, out);
    rule_out_.judge(line, out);
    out.commit();
  }

  // The kernel's messages begin with the time since the start: `[   12.345678] audit: type=…`.
  static std::string_view without_uptime(const SyslogHeader& header) {
    std::string_view message = header.message;
    if (header.program == "kernel" && message.starts_with('['))
      if (const std::size_t end = message.find("] "); end != message.npos) message.remove_prefix(end + 2);
    return message;
  }

  void add_envelope(const SyslogHeader& header, EventBatch& out) {
    add("hostname", header.host);
    add("program", header.program);
    add("pid", header.pid);
    add("facility", facility_name(header.priority));
    add("severity", severity_name(header.priority));
    add("message_id", header.message_id);
    for_each_parameter(
        header.structured, [&](std::string_view id, std::string_view name, std::string_view raw) {
          if (fields_.size() >= limits::kFieldsPerEventMax) return;
          scratch_.assign(id).append(".").append(name);
          const std::string_view path =
              out.keep(std::string_view(scratch_).substr(0, limits::kFieldNameBytesMax));
          scratch_.clear();
          for (std::size_t i = 0; i < raw.size(); ++i) {
            const bool escaped = raw[i] == '\\' && i + 1 < raw.size() &&
                                 (raw[i + 1] == '"' || raw[i + 1] == '\\' || raw[i + 1] == ']');
            scratch_.push_back(raw[escaped ? ++i : i]);
          }
          add(path, out.keep(scratch_));
        });
  }
  void add(std::string_view name, std::string_view value) {
    if (!value.empty()) fields_.push_back({name, value});
  }

  RuleOut rule_out_;
  PayloadDecoder payload_;
  std::vector<Field> fields_;
  std::string scratch_;
  TimeMemo memo_;
  Instant last_time_;  // of the line before, for one that has none
};

struct Sample {
  std::size_t messages = 0, envelopes = 0, times = 0, tags = 0;
  bool first_fits = false, has_priority = false, is_rfc5424 = false;

  void look_at(std::string_view message) {
    SyslogHeader header;
    const bool fits = read_syslog_header(message, {}, header);
    if (++messages == 1) first_fits = fits;
    if (fits && envelopes == 0) has_priority = header.priority >= 0, is_rfc5424 = header.is_rfc5424;
    envelopes += fits;
    times += fits && header.time;
    tags += fits && !header.program.empty();
  }
};

// The first message must have an envelope, and most must: lines that go on the one before have none. The last
// one may be cut by the head; the first by whoever cut the log, and then all others must have one.
int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  Sample sample;
  std::size_t count = 0, size = 0, at = 0;
  for (; read_octet_count(text.substr(at), count, size); at += std::min(size, text.size() - at))
    if (at == 0 || size <= text.size() - at) sample.look_at(text.substr(at + count, size - count));
  if (at == 0)
    for_each_line(text, [&](std::string_view line, std::size_t begin) {
      if (is_remark(line)) return;
      if (sample.messages == 0 || begin + line.size() < text.size()) sample.look_at(line);
    });
  const bool begins_cut = sample.messages >= 3 && sample.envelopes + 1 == sample.messages;
  if (!(sample.first_fits || begins_cut) || sample.envelopes * 10 < sample.messages * 6) return 0;
  if (sample.is_rfc5424) return 85;
  if (sample.has_priority) return sample.times * 2 >= sample.messages ? 75 : 40;
  return sample.tags * 2 >= sample.messages ? 60 : 30;
}

}  // namespace

const Format& syslog_format() {
  static constexpr Format kFormat{
      "syslog",
      "Syslog: RFC 3164, RFC 5424, and what rsyslog and syslog-ng write to files",
      "linux: sshd, sudo, auth, cron, syslog, vsftpd, clamav, guacamole; category firewall; by the payload",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<SyslogCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<SyslogDecoder>(options);
      },
      nullptr,
      "2026-11-24T08:00:00+00:00 web1 sshd[812]: Failed password for root from 192.0.2.7 po"
      "rt 4242 ssh2\n"
      "2026-11-24T08:00:01+00:00 web1 sudo:     jo : TTY=pts/0 ; PWD=/home/jo ; USER=root ;"
      " COMMAND=/usr/bin/id\n"};
  return kFormat;
}

}  // namespace bartizan
