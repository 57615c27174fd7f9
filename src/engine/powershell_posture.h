// SPDX-License-Identifier: Apache-2.0
// What the evidence says of protections on each host: PowerShell's own (script-block and module logging, transcripts,
// Constrained Language Mode, AMSI, the old engine that knows none of them), and settings about identities (signing, NTLM,
// LSA). A record that only a switched-on protection
// writes proves more than a setting; the last word by time counts, and each comes with its record. Silence is no fact: a
// host that nothing is known of is not named. PostureNotes: one a thread. PowershellPosture: one thread, in any order.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/directory_posture.h"
#include "engine/kind_rules.h"
#include "sink/report.h"

namespace bartizan {

// The field that tells whether an event of the kind concerns protections; empty: none does.
std::string_view posture_field_of(const EventKind& kind);

class PostureNotes {
 public:
  // Whether an event, whole or not, has to be shown to note.
  bool concerns(const Kind& kind, const Event& event) const;
  // `record` is whole.
  void note(const Kind& kind, const Event& record, const std::string& file);
  std::vector<PostureFact> take();
  DirectoryPosture take_directory() { return std::exchange(directory_, {}); }

 private:
  void note_powershell(const Kind& kind, const Event& record, const std::string& file);
  void note_language(std::uint32_t event_id, const Event& record, const std::string& file);
  void note_setting(const Event& record, const std::string& file);
  void add(std::string_view control, bool in_force, std::string evidence, const Event& record,
           const std::string& file);

  std::vector<PostureFact> facts_;
  DirectoryPosture directory_;
  std::set<std::string, std::less<>> seen_;  // of the piece at hand: control and host that proved themselves
};

class PowershellPosture {
 public:
  void add(std::vector<PostureFact> facts);
  // By host, then control.
  std::vector<PostureFact> facts() const;

 private:
  std::map<std::pair<std::string, std::string>, PostureFact> last_;
};

}  // namespace bartizan
