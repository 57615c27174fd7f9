// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/authentication.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace bartizan::identity {

std::uint64_t number_in(std::string_view text) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  if (is_hex) text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, is_hex ? 16 : 10);
  // Zeek writes times with a fraction, which is cut.
  return error == std::errc() ? number : 0;
}

// `alice@LAB.TEST`, `LAB\alice`, `alice`
Name account_in(std::string_view text, NameTable& names) {
  if (const std::size_t back = text.rfind('\\'); back != text.npos) text.remove_prefix(back + 1);
  return names.folded(text.substr(0, text.rfind('@')));
}

Name realm_in(std::string_view text, NameTable& names) {
  const std::size_t at = text.rfind('@');
  return at == text.npos ? kNoName : names.number(text.substr(at + 1));
}

Name host_in(std::string_view text, NameTable& names) {
  while (text.starts_with('\\')) text.remove_prefix(1);
  const bool is_address =
      text.find(':') != text.npos || (!text.empty() && text.back() >= '0' && text.back() <= '9' &&
                                      text.find_first_not_of("0123456789.") == text.npos);
  return names.folded(is_address ? text : text.substr(0, text.find('.')));
}

std::string_view machine_of_service(std::string_view service) {
  if (const std::size_t slash = service.find('/'); slash != service.npos) service.remove_prefix(slash + 1);
  service = service.substr(0, service.find_first_of("./:"));
  while (service.ends_with('$')) service.remove_suffix(1);
  return service;
}

Name observer_in(std::string_view text, NameTable& names) {
  while (text.starts_with('\\')) text.remove_prefix(1);
  while (text.ends_with('.')) text.remove_suffix(1);
  return names.folded(text);
}

// `::ffff:10.0.0.1`, `ipv4:10.0.0.1:445`, `10.0.0.1`; nothing for the machine itself.
Name address_in(std::string_view text, NameTable& names) {
  if (text.starts_with("ipv4:") || text.starts_with("ipv6:")) {
    text.remove_prefix(5);
    text = text.substr(0, text.rfind(':'));
  }
  if (text.size() > 7 && equals_ignoring_ascii_case(text.substr(0, 7), "::ffff:")) text.remove_prefix(7);
  if (text == "::1" || text.starts_with("127.") || text == "LOCAL" || text == "::" || text == "0.0.0.0" ||
      text == ":::0")
    return kNoName;
  return names.folded(text);
}

std::uint64_t hash_in(std::string_view text) {
  if (text.size() < 16) return 0;
  // FNV-1a, 64 bits, with a last mix; the text is a cryptographic hash already.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  hash ^= hash >> 32;
  return hash ? hash : 1;
}

std::uint32_t offered_in(std::string_view numbers) {
  std::uint32_t offered = 0;
  while (!numbers.empty()) {
    const std::size_t end = numbers.find(',');
    const std::uint64_t type = number_in(numbers.substr(0, end));
    if (type > 0 && type < 32) offered |= 1u << type;
    if (end == numbers.npos) break;
    numbers.remove_prefix(end + 1);
  }
  return offered;
}

bool is_security_log(std::string_view channel) {
  return channel == "Security" || equals_ignoring_ascii_case(channel, "Security");
}

bool is_administrative(std::string_view share) {
  while (share.ends_with('\\')) share.remove_suffix(1);
  share.remove_prefix(share.rfind('\\') + 1);  // npos + 1 is 0
  const bool is_drive = share.size() == 2 && share[1] == '$';
  return is_drive || equals_ignoring_ascii_case(share, "ADMIN$");
}

namespace {

bool is_shell(std::string_view service) {
  return service == "sshd" || service == "sudo" || service == "su" || service == "auth";
}

bool is_read_from_zeek(std::string_view service) {
  for (std::string_view one : {"kerberos", "ntlm", "dce_rpc", "smb_files", "smb_mapping", "smb_cmd"})
    if (service == one) return true;
  return false;
}

bool is_kdc_text(const Event& event) {
  return event.service == "krb5kdc" || (event.service == "kerberos" && event.product == "samba");
}

}  // namespace

bool wants(const EventKind& kind) {
  return is_security_log(kind.channel) || kind.product == "directory" || kind.service == "krb5kdc" ||
         kind.product == "samba" || kind.category == "dhcp" ||
         (kind.product == "linux" && is_shell(kind.service)) ||
         (kind.product == "zeek" && is_read_from_zeek(kind.service));
}

std::span<const std::string_view> fields_needed(const EventKind& kind) {
  static constexpr std::string_view kOfTheLog[] = {"Computer", "EventRecordID"};
  if (!wants(kind)) return {};
  if (is_security_log(kind.channel) && !is_read_from_windows(kind.event_id)) return kOfTheLog;
  return kFieldNames;
}

bool needs_every_field(const EventKind& kind) {
  return kind.product == "directory" || (kind.product == "samba" && kind.service == "dsdbChange");
}

std::string_view host_of_record(const Fields& fields) {
  if (!fields.event().host.empty()) return fields.event().host;
  return fields["Computer"].empty() ? fields["Hostname"] : fields["Computer"];
}

std::uint64_t record_number(const Fields& fields) {
  const std::string_view id = fields.event().record_id;
  return number_in(id.empty() ? fields["EventRecordID"] : id);
}

std::optional<Authentication> normalise(const Fields& fields, NameTable& names) {
  const Event& event = fields.event();
  const bool by_windows = is_security_log(event.channel);
  if (by_windows && !is_read_from_windows(event.event_id)) return {};
  Authentication out;
  out.time = event.time;
  out.event_id = event.event_id;
  out.record = record_number(fields);
  if (out.record == 0) out.record = event.offset;
  out.observer = observer_in(host_of_record(fields), names);
  const bool read = by_windows                 ? read_windows(fields, names, out)
                    : is_kdc_text(event)       ? read_kdc_text(fields, names, out)
                    : event.product == "samba" ? read_samba_json(fields, names, out)
                    : event.product == "zeek"  ? read_zeek(fields, names, out)
                    : event.category == "dhcp" ? read_lease(fields, names, out)
                    : is_shell(event.service)  ? read_shell(fields, names, out)
                                               : false;
  if (!read) return {};
  out.domain = names.folded(names.text(out.realm));
  out.short_realm = names.text(out.realm).find('.') == std::string_view::npos;
  return out;
}

}  // namespace bartizan::identity
