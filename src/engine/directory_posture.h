// SPDX-License-Identifier: Apache-2.0
// DirectoryPosture: what a directory's export (LDIF, SharpHound), the domain controllers' own warnings, and files with keys
// on Linux hosts say of protections of
// identities: accounts without pre-authentication, RC4, delegation, privileged accounts that can be guessed offline, the age
// of krbtgt, unsigned LDAP. Facts are counted by domain and name some examples; an export is
// dated by the latest time in it. A value; add() puts two together in the order of the evidence. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "detect/identity/directory_account.h"
#include "model/event.h"
#include "model/projection.h"
#include "sink/report.h"

namespace bartizan {

class DirectoryPosture {
 public:
  static bool concerns(const EventKind& kind);
  static bool concerns(const EventKind& kind, const Event& event);
  // A field without which no event of the kind does; empty: none of the kind does.
  static std::string_view field_of(const EventKind& kind);
  void note(const Event& record, const std::string& file);
  void add(DirectoryPosture&& later);
  // By domain or host, then control.
  std::vector<PostureFact> facts() const;

 private:
  struct Count {
    std::uint64_t bad = 0, of = 0;
    std::uint32_t warning = 0;  // the event of the first warning; 0: it is about accounts
    std::vector<std::string> examples;
    std::string file, record_id;  // of the first
    Instant time;
  };
  struct Domain {
    std::int64_t newest = 0;  // Unix seconds, of any time in the export
    std::int64_t krbtgt = 0;  // when its password was set
    std::string krbtgt_file;
    std::int64_t machine_quota = -1;  // how many machines anybody may add
    std::string quota_file;
  };

  void note_account(const identity::DirectoryAccount& account, const Event& record, const std::string& file);
  void note_key_file(const Event& record, const std::string& file);
  void note_warning(const Event& record, const std::string& file);
  void count(const std::string& where, std::string_view control, bool bad, std::string_view example,
             const Event& record, const std::string& file);

  std::map<std::pair<std::string, std::string>, Count> counts_;  // by domain or host, and control
  std::map<std::string, Domain> domains_;
};

}  // namespace bartizan
