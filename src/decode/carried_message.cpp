// SPDX-License-Identifier: Apache-2.0
#include "decode/carried_message.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "base/limits.h"
#include "decode/auditd.h"
#include "decode/event_xml.h"
#include "decode/message_lines.h"
#include "decode/payload_network.h"
#include "decode/syslog.h"
#include "decode/xml_reader.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

std::string_view value_of(const EventBatch& batch, std::string_view name) {
  for (const Field& field : batch.draft_fields())
    if (field.name == name) return field.value;
  return {};
}

// The journal keeps audit records without their stamp: `SYSCALL arch=…`. With it they are records again; empty when the
// entry is none.
std::string audit_line(const EventBatch& batch) {
  std::string_view message = value_of(batch, "MESSAGE");
  const std::string_view type = value_of(batch, "_AUDIT_TYPE_NAME"), serial = value_of(batch, "_AUDIT_ID"),
                         host = value_of(batch, "_HOSTNAME");
  if (value_of(batch, "_TRANSPORT") != "audit" || type.empty() || serial.empty()) return {};
  std::string_view time = value_of(batch, "_SOURCE_REALTIME_TIMESTAMP");
  if (time.empty()) time = value_of(batch, "__REALTIME_TIMESTAMP");
  constexpr std::size_t kMicrosecondsDigits = 6;
  if (time.size() <= kMicrosecondsDigits) return {};
  const std::string_view seconds = time.substr(0, time.size() - kMicrosecondsDigits);
  std::string line;
  if (!host.empty()) line.append("node=").append(host).append(" ");
  line.append("type=").append(type).append(" msg=audit(").append(seconds).append(".");
  line.append(time.substr(seconds.size(), 3)).append(":").append(serial).append("): ");
  if (message.starts_with(type)) message.remove_prefix(type.size());
  return line.append(message);
}

// Lines of sshd that need no name before them to be told; containers run it with its log on standard error.
bool is_sshd(std::string_view message) {
  return message.starts_with("Failed password for ") || message.starts_with("Accepted ") ||
         message.starts_with("Invalid user ");
}

// Sysmon for Linux writes its events as XML into the journal: the event is that one, with the entry's fields.
bool read_carried_xml(std::string_view text, EventBatch& batch, OddityList& oddities) {
  if (!text.starts_with("<Event") || !looks_like_event_xml(text)) return false;
  const Event carrier = batch.draft();
  std::vector<Field> fields(batch.draft_fields().begin(), batch.draft_fields().end());
  EventBatch inner;
  EventXmlDecoder().decode(inner.keep(text), [&](std::size_t) { return carrier.offset; }, inner, oddities);
  for (const Event& event : inner.events()) {
    Event& copy = start_copy(event, batch);
    if (copy.time == Instant{}) copy.time = carrier.time;
    if (copy.host.empty()) copy.host = carrier.host;
    for (const Field& field : fields)
      if (!event.find(field.name)) batch.add(field);
    batch.commit();
  }
  return !inner.empty();
}

struct Message {
  std::string_view program, text;
  int priority = -1;
};

Message message_of(const EventBatch& batch) {
  Message message;
  if (message.text = value_of(batch, "MESSAGE"); !message.text.empty()) {
    message.program = value_of(batch, "SYSLOG_IDENTIFIER");
    if (message.program.empty()) message.program = value_of(batch, "_COMM");
    const std::string_view facility = value_of(batch, "SYSLOG_FACILITY");
    int number = -1;
    std::from_chars(facility.data(), facility.data() + facility.size(), number);
    if (number >= 0 && number < 24) message.priority = number * 8;
    return message;
  }
  for (std::string_view name : {"log", "message"})
    if (message.text.empty()) message.text = value_of(batch, name);
  while (message.text.ends_with('\n') || message.text.ends_with('\r')) message.text.remove_suffix(1);
  SyslogHeader header;
  if (read_syslog_header(message.text, {}, header) && header.time && !header.program.empty())
    return {header.program, header.message, header.priority};
  if (is_sshd(message.text)) message.program = "sshd";
  return message;
}

}  // namespace

bool read_carried_message(EventBatch& batch, OddityList& oddities) {
  const std::uint64_t offset = batch.draft().offset;
  if (const std::string line = audit_line(batch); !line.empty()) {
    AuditDecoder audit;
    if (!audit.decode_line(batch.keep(line), offset, batch, oddities)) return false;
    audit.finish(batch);
    return true;
  }
  const Message message = message_of(batch);
  if (message.text.empty()) return false;
  if (read_carried_xml(message.text, batch, oddities)) return true;
  Event& event = batch.draft();
  if (!message.program.empty()) {
    event.product = "linux";
    event.service = service_of_program(message.program, facility_name(message.priority));
    batch.add("program", message.program);
  }
  if (value_of(batch, "message").empty()) batch.add("message", message.text);
  if (!network_payload(message.program, message.text, {}, batch))
    add_message_fields(message.program, message.text, batch);
  return false;
}

void read_carried_event_data(EventBatch& batch) {
  XmlReader reader(value_of(batch, "EventData"));
  std::string name, text;
  for (XmlReader::Token token; (token = reader.next()) != XmlReader::Token::kDone;) {
    if (batch.fields_of_draft() >= limits::kFieldsPerEventMax) return;
    if (token == XmlReader::Token::kStart && reader.name() == "Data") {
      name.clear(), text.clear();
      for_each_attribute(reader.attributes(), [&](std::string_view key, std::string_view raw) {
        if (key == "Name") append_unescaped(raw, name);
      });
    } else if (token == XmlReader::Token::kText) {
      append_unescaped(reader.value(), text);
    } else if (token == XmlReader::Token::kEnd && reader.name() == "Data" && !name.empty()) {
      if (value_of(batch, name).empty())
        batch.add(batch.keep(std::string_view(name).substr(0, limits::kFieldNameBytesMax)), batch.keep(text));
      name.clear();
    }
  }
}

void read_carried_kernel_message(EventBatch& batch) {
  const std::string_view message = value_of(batch, "msg");
  for (const Field& field : batch.draft_fields())
    if (field.name == "time" && field.is_number) {
      batch.draft().time = {};
      batch.add("Uptime", field.value, true);
      break;
    }
  batch.add("program", "kernel");
  batch.add("message", message);
  if (!network_payload("kernel", message, {}, batch)) add_message_fields("kernel", message, batch);
}

}  // namespace bartizan
