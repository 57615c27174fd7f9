// SPDX-License-Identifier: Apache-2.0
// Authentication: one record about an identity, whatever log it is from: a ticket asked for, granted or refused, a logon, a
// password check, a change of an account or of who may act for whom. Names are numbers of a NameTable: accounts in lower
// case, without realm and with their `$`; hosts in lower case, the one that wrote the log with its domain, others without; addresses without `::ffff:`. A value
// of fixed size, without memory of its own.
//
// Sources: Windows Security events (field names as in the event's manifest), Zeek kerberos, ntlm, dce_rpc and smb_* logs (TSV
// and JSON), krb5kdc.log, Samba's kerberos log and its auth and dsdb JSON audit, sshd, sudo, PAM, and leases of DHCP servers. Field names are not trusted to be there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "detect/identity/fields.h"
#include "detect/identity/names.h"
#include "model/projection.h"

namespace bartizan::identity {

enum class Act : std::uint8_t {
  kTicketGranted,  // a ticket-granting ticket was issued (AS)
  kPreauthAsked,   // the KDC asked for a proof of the key first
  kTicketRefused,
  kServiceTicket,  // a ticket-granting ticket was presented for another ticket (TGS)
  kServiceRefused,
  kRenewal,
  kActsFor,  // the service ticket just before it was for another user (S4U)
  kLogon,
  kLogonFailed,
  kExplicitCredentials,
  kReplication,  // directory replication was asked for
  kAttribute,    // a directory attribute was written
  kObjectMade,   // a directory object was made
  kAccountChanged,
  kAccountMade,
  kRenamed,
  kSidHistory,
  kPipeOpened,  // a named pipe of a remote procedure was opened, or a procedure behind it called (`attribute`)
  kSecureChannel,  // a machine proved its key to a domain controller, or set it (`attribute`), as seen on the wire
  kLogoff,
  kRights,  // an administrator's: granted with a logon (4672), or an administrative share was opened
  kGroups,  // of a logon (4627); `status` has a bit for each of kPrivilegedGroups
  kLease,   // a hardware address (`value`) was given an address
};

// Whose log it is, which decides what is to be done; kOther: it does not matter.
enum class Platform : std::uint8_t { kOther, kWindows, kSamba, kMit, kUnix, kZeek };

enum class Package : std::uint8_t { kUnknown, kKerberos, kNtlm, kShell };

struct Authentication {
  Instant time;
  std::uint64_t sequence = 0;               // in the order of the evidence
  std::uint64_t record = 0;                 // the log's own number, else the offset in the file
  Name file = kNoName, observer = kNoName;  // which log, and which host wrote it
  std::uint32_t event_id = 0;
  Act act = Act::kLogon;
  Package package = Package::kUnknown;
  std::uint8_t logon_type = 0;
  Platform platform = Platform::kOther;
  bool forwarded = false, acts_for = false;
  bool short_realm = false;  // the realm was written without its domain: `EXAMPLE`

  Name account = kNoName, realm = kNoName, sid = kNoName;  // realm as written
  Name domain = kNoName;  // the realm folded; when the record is judged, one name for all of that realm's
  Name by = kNoName, by_sid = kNoName;  // who changed the account
  Name address = kNoName, workstation = kNoName;
  Name service = kNoName;  // an account (`srv1$`) or a service principal (`cifs/fs1.lab.test`)
  Name service_realm = kNoName;
  Name outbound = kNoName;  // who a type 9 logon is on the network
  Name object = kNoName, attribute = kNoName, value = kNoName;

  std::uint64_t presented = 0, returned = 0;  // hashes of tickets; 0: not logged
  std::int64_t authtime = 0;                  // Unix seconds, of the first authentication; 0: not logged
  std::int64_t end = 0, renew = 0;            // Unix seconds
  std::uint32_t status = 0, options = 0;
  std::uint32_t offered = 0;    // encryption types, a bit each up to 31; 0: not logged
  std::int8_t encryption = -1;  // of the ticket
  std::int16_t preauth = -1;    // its type; 0: none was given

  bool by_windows() const { return platform == Platform::kWindows; }

  // Every name that is read from the event.
  std::array<Name*, 15> names() {
    return {&observer,    &account, &realm,         &sid,      &by,     &by_sid,    &address, &domain,
            &workstation, &service, &service_realm, &outbound, &object, &attribute, &value};
  }
};

// Relative ids of the groups that rule a domain or forest: Domain, Schema and Enterprise Admins ([MS-DTYP] 2.4.2.4).
inline constexpr std::uint32_t kPrivilegedGroups[] = {512, 518, 519};

// An account and its realm: `alice` of two realms is two.
using Principal = std::uint64_t;
inline Principal principal_of(const Authentication& a) { return Principal{a.domain} << 32 | a.account; }

inline bool is_weak_encryption(int type) {
  return type == 1 || type == 3 || type == 23 || type == 24;  // DES and RC4
}
inline bool is_aes(int type) { return type >= 17 && type <= 20; }
inline constexpr std::uint32_t kAesBits = 1u << 17 | 1u << 18 | 1u << 19 | 1u << 20;

// Whether events of this kind say anything about identities, or about the completeness of a log that does.
bool wants(const EventKind& kind);
// The fields read from events of this kind, sorted; empty when wants() declines.
std::span<const std::string_view> fields_needed(const EventKind& kind);
// Whether fields of other names are read, too.
bool needs_every_field(const EventKind& kind);
bool is_security_log(std::string_view channel);
// Sets all but file and sequence. Nothing: the event is about something else.
std::optional<Authentication> normalise(const Fields& fields, NameTable& names);
std::string_view host_of_record(const Fields& fields);
std::uint64_t record_number(const Fields& fields);  // 0: the log has none

// Parts of normalise(): one a family of logs.
bool read_windows(const Fields& fields, NameTable& names, Authentication& out);
bool is_read_from_windows(std::uint32_t event_id);
bool read_kdc_text(const Fields& fields, NameTable& names,
                   Authentication& out);  // krb5kdc.log, Samba's kerberos log
bool read_samba_json(const Fields& fields, NameTable& names, Authentication& out);
bool read_zeek(const Fields& fields, NameTable& names, Authentication& out);
bool read_shell(const Fields& fields, NameTable& names, Authentication& out);  // sshd, sudo, su
bool read_lease(const Fields& fields, NameTable& names, Authentication& out);

// The machine a service runs on, as services name it: `srv1$`, `cifs/srv1.lab.test` and `srv1` have one.
std::string_view machine_of_service(std::string_view service);

// Building stones of these.
std::uint64_t number_in(std::string_view text);  // decimal or 0x…; 0 for others
Name account_in(std::string_view text, NameTable& names);
Name realm_in(std::string_view text, NameTable& names);
Name host_in(std::string_view text, NameTable& names);
Name observer_in(std::string_view text, NameTable& names);  // with its domain
Name address_in(std::string_view text, NameTable& names);
std::uint64_t hash_in(std::string_view text);
std::uint32_t offered_in(std::string_view numbers);  // `18,17,23`
bool is_administrative(std::string_view share);      // `\\*\ADMIN$`, `\\srv1\C$`

}  // namespace bartizan::identity
