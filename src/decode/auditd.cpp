// SPDX-License-Identifier: Apache-2.0
#include "decode/auditd.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "decode/audit_names.h"

namespace bartizan {
namespace {

constexpr char kEnrichedSeparator = '\x1d';  // between what the kernel wrote and what auditd looked up

bool is_blank(char c) { return c == ' ' || c == kEnrichedSeparator; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_digit(char c) {
  return is_digit(c)            ? c - '0'
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}
bool is_hex(std::string_view text) {
  return text.size() >= 2 && text.size() % 2 == 0 &&
         std::all_of(text.begin(), text.end(), [](char c) { return hex_digit(c) >= 0; });
}

bool is_argument(std::string_view name) { return name.size() >= 2 && name[0] == 'a' && is_digit(name[1]); }

// Fields that hold text of the user's: quoted, or in hexadecimal when it has blanks, quotes or control
// characters.
bool may_be_hex(std::string_view type, std::string_view name) {
  if (is_argument(name)) return type == "EXECVE";
  static constexpr std::string_view kNames[] = {
      "name", "proctitle", "comm", "exe",       "cwd", "cmd",    "acct",     "key",   "data",   "path",
      "dir",  "file",      "grp",  "new_group", "vm",  "device", "root_dir", "ocomm", "cgroup", "sw"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// `1364481363.243:24287`, or of ausearch -i `03/10/2026 07:30:00.123:456` in the order of the locale C.
Instant time_of(std::string_view stamp) {
  const std::string_view text = stamp.substr(0, stamp.rfind(':'));
  int month = 0, day = 0, year = 0;
  constexpr std::size_t kDateBytes = 11;
  if (text.size() > kDateBytes && text[2] == '/' && text[5] == '/') {
    std::from_chars(text.data(), text.data() + 2, month);
    std::from_chars(text.data() + 3, text.data() + 5, day);
    std::from_chars(text.data() + 6, text.data() + 10, year);
    const auto clock = parse_instant(std::string("1970-01-01T").append(text.substr(kDateBytes)));
    if (!clock || month < 1 || month > 12 || day < 1 || day > 31) return {};
    return {instant_from_civil(year, month, day, 0, 0, 0, 0).ticks + clock->ticks};
  }
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kSecondsMax = 900'000'000'000;
  if (error != std::errc{} || seconds < 0 || seconds > kSecondsMax) return {};
  Instant time{seconds * kTicksPerSecond};
  std::int64_t scale = kTicksPerSecond / 10;
  for (const char* at = end; at + 1 < text.data() + text.size() && is_digit(at[1]); ++at, scale /= 10)
    time.ticks += (at[1] - '0') * scale;
  return time;
}

// Where `audit(` of the stamp begins, looked for where it can stand.
std::size_t stamp_begin(std::string_view line) {
  constexpr std::size_t kLookBytes = 512;  // node= with a long host name, type=
  constexpr std::string_view kMark = "audit(";
  const std::size_t at = line.substr(0, kLookBytes).find(kMark);
  return at == line.npos ? at : at + kMark.size();
}

std::string_view value_of(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == text.npos) return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find(' '));
}

std::string_view field_of(const EventBatch& batch, std::string_view name) {
  for (const Field& field : batch.draft_fields())
    if (field.name == name) return field.value;
  return {};
}

// A value of ausearch -i runs to the blank before the next name; it has no quotes.
std::size_t interpreted_end(std::string_view text, std::size_t from) {
  for (std::size_t at = from; (at = text.find(' ', at)) != text.npos; ++at) {
    std::size_t name = at + 1;
    while (name < text.size() && (hex_digit(text[name]) >= 0 || (text[name] >= 'g' && text[name] <= 'z') ||
                                  text[name] == '_' || text[name] == '-'))
      ++name;
    if (name > at + 1 && name < text.size() && text[name] == '=') return at;
  }
  return text.size();
}

}  // namespace

std::string_view audit_stamp(std::string_view line) {
  const std::size_t begin = stamp_begin(line);
  if (begin == line.npos || line.substr(0, begin).find("type=") == line.npos) return {};
  constexpr std::size_t kStampBytesMax = 64;
  const std::size_t end = line.substr(begin, kStampBytesMax).find(')');
  if (end == line.npos) return {};
  const std::string_view stamp = line.substr(begin, end);
  return stamp.find(':') == stamp.npos || !is_digit(stamp[0]) ? std::string_view() : stamp;
}

bool AuditDecoder::decode_line(std::string_view line, std::uint64_t offset, EventBatch& out,
                               OddityList& oddities) {
  const std::string_view stamp = audit_stamp(line);
  if (stamp.empty()) return false;
  const std::string_view head = line.substr(0, static_cast<std::size_t>(stamp.data() - line.data()));
  std::string_view type = value_of(head, "type=");
  if (type.starts_with("UNKNOWN[")) type = type.substr(8, type.find(']') - 8);
  std::uint32_t number = 0;
  if (std::from_chars(type.data(), type.data() + type.size(), number).ec == std::errc{})
    if (const std::string_view name = audit_type_name(number); !name.empty()) type = name;

  Group& group = group_of(stamp, out);
  if (!group.is_open) {
    group.is_open = true, group.stamp = stamp, group.time = time_of(stamp), group.offset = offset;
    group.host = value_of(head, "node=");
  }
  Event& event = out.start();
  event.offset = offset;
  event.time = group.time;
  event.host = group.host;
  event.record_id = stamp.substr(stamp.rfind(':') + 1);
  event.product = "linux", event.service = "auditd";
  out.add("type", type);
  std::string_view text =
      line.substr(static_cast<std::size_t>(stamp.data() - line.data()) + stamp.size() + 1);
  const bool interpreted = text.starts_with(" :");
  while (!text.empty() && (text[0] == ':' || text[0] == ' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  part_name_.clear();
  read_fields(type, text, interpreted, out);
  add_argument_part({}, {}, out);
  add_syscall_name(type, out);
  if (out.fields_of_draft() >= limits::kFieldsPerEventMax)
    oddities.add("audit record with too many fields, the rest is left out", offset);
  remember(group, type, out);
  rule_out_.judge(line, out);
  out.commit();
  if (type == "EOE" || type == "PROCTITLE") close(group, out);
  return true;
}

void AuditDecoder::read_fields(std::string_view type, std::string_view text, bool interpreted,
                               EventBatch& out, bool nested) {
  for (std::size_t at = 0; at < text.size() && out.fields_of_draft() < limits::kFieldsPerEventMax;) {
    while (at < text.size() && is_blank(text[at])) ++at;
    std::size_t end = at;
    while (end < text.size() && text[end] != '=' && !is_blank(text[end])) ++end;
    if (end >= text.size() || text[end] != '=') {
      // SELinux: `avc:  denied  { read } for  pid=…`
      if (const std::string_view word = text.substr(at, end - at); word == "denied" || word == "granted")
        out.add("seresult", word);
      at = end + 1;
      continue;
    }
    const std::string_view name = text.substr(at, end - at);
    at = end + 1;
    if (!nested && name == "msg" && at < text.size() && text[at] == '\'') {
      const std::size_t close = text.rfind('\'');
      if (close > at) read_fields(type, text.substr(at + 1, close - at - 1), interpreted, out, true);
      at = std::max(close, at) + 1;
    } else if (at < text.size() && text[at] == '"') {
      end = std::min(text.find('"', at + 1), text.size());
      add_field(type, name, text.substr(at + 1, end - at - 1), true, out);
      at = end + 1;
    } else {
      end = interpreted ? interpreted_end(text, at) : at;
      while (end < text.size() && !is_blank(text[end])) ++end;
      add_field(type, name, text.substr(at, end - at), false, out);
      at = end;
    }
  }
}

void AuditDecoder::add_field(std::string_view type, std::string_view name, std::string_view value,
                             bool quoted, EventBatch& out) {
  if (name.empty() || value == "(null)" || value == "{") return;
  if (!quoted && is_hex(value) && may_be_hex(type, name)) value = decoded_hex(value, out);
  if (name == "key") {
    // Several keys of one rule are written with a control character between them.
    for (std::size_t end; (end = value.find('\x01')) != value.npos; value.remove_prefix(end + 1))
      out.add(name, value.substr(0, end));
  }
  if (type == "EXECVE" && is_argument(name) && name.find('[') != name.npos)
    return add_argument_part(name, value, out);
  out.add(name.substr(0, limits::kFieldNameBytesMax), value);
  if (name == "saddr") add_socket_address(value, out);
}

// A long argument comes in parts, `a1[0]=… a1[1]=…`; an empty name ends the last one.
void AuditDecoder::add_argument_part(std::string_view name, std::string_view value, EventBatch& out) {
  name = name.substr(0, name.find('['));
  if (name != part_name_) {
    if (!part_name_.empty()) out.add(out.keep(part_name_), out.keep(part_value_));
    part_name_ = name;
    part_value_.clear();
  }
  part_value_ += value;
}

std::string_view AuditDecoder::decoded_hex(std::string_view hex, EventBatch& out) {
  scratch_.clear();
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const char c = static_cast<char>(hex_digit(hex[i]) << 4 | hex_digit(hex[i + 1]));
    scratch_.push_back(c == '\0' ? ' ' : c);  // between the words of a process title
  }
  return out.keep(scratch_);
}

// struct sockaddr as bytes: family u16 (little-endian here), port u16 big-endian, address.
void AuditDecoder::add_socket_address(std::string_view hex, EventBatch& out) {
  constexpr std::size_t kBytesMax = 128;
  if (!is_hex(hex) || hex.size() / 2 > kBytesMax) return;
  std::uint8_t bytes[kBytesMax]{};
  const std::size_t size = hex.size() / 2;
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<std::uint8_t>(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
  const auto family = static_cast<unsigned>(bytes[0] | bytes[1] << 8);
  constexpr unsigned kUnix = 1, kInet = 2, kInet6 = 10;
  const std::string port = std::to_string(bytes[2] << 8 | bytes[3]);
  std::string address;
  if (family == kUnix) {
    out.add("saddr_fam", "local");
    const auto* path = reinterpret_cast<const char*>(bytes) + 2;
    out.add("path", out.keep(std::string_view(
                        path, std::find(path, reinterpret_cast<const char*>(bytes) + size, '\0'))));
    return;
  }
  if (family == kInet && size >= 8) {
    for (std::size_t i = 4; i < 8; ++i) address += (i > 4 ? "." : "") + std::to_string(bytes[i]);
  } else if (family == kInet6 && size >= 24) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 8; i < 24; i += 2) {
      if (i > 8) address += ':';
      const unsigned group = static_cast<unsigned>(bytes[i] << 8 | bytes[i + 1]);
      for (int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4)
        address += kDigits[group >> shift & 0xf];
    }
  } else {
    return;
  }
  out.add("saddr_fam", family == kInet ? "inet" : "inet6");
  out.add("laddr", out.keep(address));
  out.add("lport", out.keep(port));
}

void AuditDecoder::add_syscall_name(std::string_view type, EventBatch& out) {
  if (type != "SYSCALL" || !field_of(out, "SYSCALL").empty()) return;
  const std::string_view number = field_of(out, "syscall"), machine = field_of(out, "arch");
  if (number.empty()) return;
  std::uint32_t call = 0, architecture = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), call).ec != std::errc{})
    return out.add("SYSCALL", number);  // ausearch -i
  std::from_chars(machine.data(), machine.data() + machine.size(), architecture, 16);
  if (const std::string_view name = syscall_name(architecture, call); !name.empty()) out.add("SYSCALL", name);
}

AuditDecoder::Group& AuditDecoder::group_of(std::string_view stamp, EventBatch& out) {
  if (groups_.empty()) groups_.resize(limits::kAuditGroupsMax);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const std::size_t at = (latest_ + i) % groups_.size();
    if (groups_[at].is_open && groups_[at].stamp == stamp) return groups_[latest_ = at];
  }
  latest_ = next_;
  Group& group = groups_[next_];
  next_ = (next_ + 1) % groups_.size();
  close(group, out);
  return group;
}

void AuditDecoder::remember(Group& group, std::string_view type, EventBatch& out) {
  auto value = [&](std::string_view name) { return field_of(out, name); };
  if (type == "SYSCALL") {
    group.exe = value("exe"), group.pid = value("pid"), group.ppid = value("ppid");
    group.user = value("UID"), group.user_id = value("uid");
    group.syscall = value("SYSCALL"), group.success = value("success"), group.key = value("key");
  } else if (type == "EXECVE") {
    for (const Field& field : out.draft_fields())
      if (is_argument(field.name) && field.name.find('_') == field.name.npos)
        group.arguments.push_back(field.value);
  } else if (type == "CWD") {
    group.directory = value("cwd");
  } else if (type == "SOCKADDR") {
    group.address = value("laddr"), group.port = value("lport");
  } else if (type == "PATH" && value("nametype") == "CREATE") {
    group.created.push_back({value("name"), out.draft().offset});
  }
}

void AuditDecoder::close(Group& group, EventBatch& out) {
  if (group.is_open) {
    if (!group.arguments.empty() && !group.exe.empty()) add_process(group, out);
    else if (group.syscall == "connect" && !group.address.empty()) add_connection(group, out);
    else if (!group.created.empty() && !group.exe.empty() && group.success != "no") add_files(group, out);
  }
  std::vector<std::string_view> arguments = std::move(group.arguments);
  std::vector<Created> created = std::move(group.created);
  arguments.clear(), created.clear();
  group = {};
  group.arguments = std::move(arguments), group.created = std::move(created);
}

void AuditDecoder::finish(EventBatch& out) {
  for (std::size_t i = 0; i < groups_.size(); ++i) close(groups_[(next_ + i) % groups_.size()], out);
  next_ = 0;
}

void AuditDecoder::start(const Group& group, std::string_view category, EventBatch& out) {
  Event& event = out.start();
  event.product = "linux", event.category = category;
  event.time = group.time, event.host = group.host, event.offset = group.offset;
  event.record_id = group.stamp.substr(group.stamp.rfind(':') + 1);
  const std::pair<std::string_view, std::string_view> fields[] = {
      {"Image", group.exe},
      {"ProcessId", group.pid},
      {"ParentProcessId", group.ppid},
      {"User", group.user.empty() ? group.user_id : group.user},
      {"CurrentDirectory", group.directory},
      {"RuleName", group.key}};
  for (const auto& [name, value] : fields)
    if (!value.empty()) out.add(name, value);
}

// Its values stand in several records, so each is asked about.
void AuditDecoder::commit_derived(EventBatch& out) {
  rule_out_.judge({}, out);
  out.commit();
}

void AuditDecoder::add_process(const Group& group, EventBatch& out) {
  start(group, "process_creation", out);
  scratch_.clear();
  for (std::string_view argument : group.arguments) {
    if (!scratch_.empty()) scratch_ += ' ';
    scratch_ += argument;
  }
  out.add("CommandLine", out.keep(scratch_));
  commit_derived(out);
}

void AuditDecoder::add_connection(const Group& group, EventBatch& out) {
  start(group, "network_connection", out);
  out.add("DestinationIp", group.address);
  out.add("DestinationPort", group.port);
  out.add("Initiated", "true");
  commit_derived(out);
}

void AuditDecoder::add_files(const Group& group, EventBatch& out) {
  for (const auto& [name, offset] : group.created) {
    start(group, "file_event", out);
    out.draft().offset = offset;
    scratch_.clear();
    if (!name.starts_with('/') && group.directory.size() < limits::kPathBytesMax)
      scratch_.append(group.directory).append(group.directory.empty() ? "" : "/");
    out.add("TargetFilename", out.keep(scratch_.append(name)));
    commit_derived(out);
  }
}

}  // namespace bartizan
