// SPDX-License-Identifier: Apache-2.0
// The journal export format, `journalctl -o export`: entries with an empty line between them, each made of
// fields `NAME=text` or, for values with line ends, `NAME` LF, size as 64 bits little-endian, bytes, LF.
// https://systemd.io/JOURNAL_EXPORT_FORMATS
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/message_lines.h"
#include "decode/payload.h"
#include "decode/payload_network.h"
#include "decode/rule_out.h"
#include "decode/syslog.h"

namespace bartizan {
namespace {

struct JournalField {
  std::string_view name, value;
};

// The field at `at`, which moves behind it. Nothing: the text ends inside it, or it is none.
std::optional<JournalField> read_field(std::string_view text, std::size_t& at) {
  const std::size_t end = text.find('\n', at);
  if (end == text.npos) return {};
  const std::string_view line = text.substr(at, end - at);
  if (const std::size_t equals = line.find('='); equals != line.npos) {
    at = end + 1;
    return JournalField{line.substr(0, equals), line.substr(equals + 1)};
  }
  ByteReader reader(as_bytes(text), end + 1);
  const std::uint64_t size = reader.u64();
  if (reader.failed() || size >= reader.remaining()) return {};
  const Bytes value = reader.take(static_cast<std::size_t>(size));
  if (reader.u8() != '\n') return {};
  at = reader.offset();
  return JournalField{line, as_text(value)};
}

// Behind the entry that begins at `at` and the empty line that ends it; npos when the text ends before.
std::size_t entry_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (text[at] == '\n') return at + 1;
    if (!read_field(text, at)) return text.npos;
  }
  return text.npos;
}

class JournalCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    std::size_t done = 0;
    for (std::size_t end; (end = entry_end(as_text(buffer), done)) != std::string_view::npos;) done = end;
    return done;
  }
};

class JournalDecoder final : public Decoder {
 public:
  explicit JournalDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view text = out.keep(as_text(piece.bytes));
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      fields_.clear();
      wanted_ = {};
      while (at < text.size() && text[at] != '\n') {
        const auto field = read_field(text, at);
        if (!field) {
          oddities.add("journal entry is damaged, looking for the next one", piece.offset + at);
          const std::size_t next = text.find("\n\n", at);
          at = next == text.npos ? text.size() : next + 1;
          break;
        }
        if (fields_.size() >= limits::kFieldsPerEventMax) continue;
        note(*field);
        fields_.push_back({field->name.substr(0, limits::kFieldNameBytesMax), field->value});
      }
      const std::string_view entry = text.substr(begin, at - begin);
      ++at;
      if (!fields_.empty()) add_entry(entry, piece, piece.offset + begin, out, oddities);
    }
  }

 private:
  // The values that say what an entry is; of a name that occurs twice the first.
  struct Wanted {
    std::string_view identifier, command, message, host, received, sent, facility, transport, audit_type,
        audit_id;
  };

  void note(const JournalField& field) {
    struct Place {
      std::string_view name;
      std::string_view Wanted::* value;
    };
    static constexpr Place kPlaces[] = {{"SYSLOG_IDENTIFIER", &Wanted::identifier},
                                        {"_COMM", &Wanted::command},
                                        {"MESSAGE", &Wanted::message},
                                        {"_HOSTNAME", &Wanted::host},
                                        {"__REALTIME_TIMESTAMP", &Wanted::received},
                                        {"_SOURCE_REALTIME_TIMESTAMP", &Wanted::sent},
                                        {"SYSLOG_FACILITY", &Wanted::facility},
                                        {"_TRANSPORT", &Wanted::transport},
                                        {"_AUDIT_TYPE_NAME", &Wanted::audit_type},
                                        {"_AUDIT_ID", &Wanted::audit_id}};
    for (const Place& place : kPlaces)
      if (place.name == field.name && (wanted_.*place.value).empty()) wanted_.*place.value = field.value;
  }

  void add_entry(std::string_view entry, const Piece& piece, std::uint64_t offset, EventBatch& out,
                 OddityList& oddities) {
    const std::string_view program = wanted_.identifier.empty() ? wanted_.command : wanted_.identifier;
    const std::string_view message = wanted_.message, host = wanted_.host;
    std::int64_t microseconds = 0, facility = -1;
    for (std::string_view text : {wanted_.received, wanted_.sent})  // the second is the sender's own
      std::from_chars(text.data(), text.data() + text.size(), microseconds);
    std::from_chars(wanted_.facility.data(), wanted_.facility.data() + wanted_.facility.size(), facility);
    const Instant time = instant_from_unix_seconds(static_cast<double>(microseconds / 1'000'000));
    const std::string_view service = service_of_program(
        program, facility >= 0 && facility < 24 ? facility_name(static_cast<int>(facility * 8)) : "");
    const Carrier carrier{host,   "linux", service,   {time.ticks + microseconds % 1'000'000 * 10},
                          offset, fields_, piece.zone};
    if (payload_.decode(audit_line(message, microseconds), carrier, out, oddities)) return;
    Event& event = out.start();
    event.offset = offset;
    event.time = carrier.time;
    event.host = host;
    event.product = "linux", event.service = service;
    for (const Field& field : fields_) out.add(field);
    for (const auto& [name, text] : {std::pair{"program", program}, std::pair{"message", message}})
      if (!text.empty()) out.add(name, text);
    if (!network_payload(program, message, {{}, piece.zone, nullptr}, out))
      add_message_fields(program, message, out);
    rule_out_.judge(entry, out);
    out.commit();
  }

  // The journal keeps audit records without their stamp: `SYSCALL arch=…`. With it they are records again.
  std::string_view audit_line(std::string_view message, std::int64_t microseconds) {
    const std::string_view type = wanted_.audit_type, serial = wanted_.audit_id;
    if (wanted_.transport != "audit" || type.empty() || serial.empty()) return message;
    std::string milliseconds = std::to_string(microseconds / 1000 % 1000);
    milliseconds.insert(0, 3 - std::min<std::size_t>(milliseconds.size(), 3), '0');
    audit_.assign("type=")
        .append(type)
        .append(" msg=audit(")
        .append(std::to_string(microseconds / 1'000'000));
    audit_.append(".").append(milliseconds).append(":").append(serial).append("): ");
    if (message.starts_with(type)) message.remove_prefix(type.size());
    return audit_.append(message);
  }

  RuleOut rule_out_;
  PayloadDecoder payload_;
  std::vector<Field> fields_;
  Wanted wanted_;
  std::string audit_;
};

int recognise(Bytes head) { return as_text(head).starts_with("__CURSOR=") ? 95 : 0; }

}  // namespace

const Format& journald_format() {
  static constexpr Format kFormat{
      "journald",
      "systemd journal, export format",
      "linux: as syslog; auditd",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<JournalCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<JournalDecoder>(options);
      },
      nullptr,
      "__CURSOR=s=1;i=2\n"
      "__REALTIME_TIMESTAMP=1795507200123456\n"
      "_HOSTNAME=web1\n"
      "SYSLOG_IDENTIFIER=sshd\n"
      "MESSAGE=Failed password for root from 192.0.2.7 port 4242 ssh2\n"
      "\n"};
  return kFormat;
}

}  // namespace bartizan
