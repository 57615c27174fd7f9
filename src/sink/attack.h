// SPDX-License-Identifier: Apache-2.0
// AttackTable: names and tactics of ATT&CK techniques, read from the text of content/mapping/attack.yml. Two
// ATT&CK versions meet in it: a tactic listed again under the same id was renamed and stays one column, and
// an id that a later version gave up leads to the one that replaced it. A value that owns its text; const use
// from any thread. A text that cannot be used gives a Diagnostic; an empty table knows nothing and is still
// safe to ask.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace bartizan {

struct Tactic {
  std::string id;    // TA0005
  std::string name;  // `Stealth (Defense Evasion before)` where a later version renamed it
};

struct Technique {
  std::string name;
  std::vector<std::size_t> tactics;  // places in AttackTable::tactics, ascending
  std::string replaced_by;           // empty while the id is in use
};

class AttackTable {
 public:
  static std::expected<AttackTable, Diagnostic> parse(std::string_view text, std::string_view file);

  const std::vector<Tactic>& tactics() const { return tactics_; }  // in the order of the matrix
  // Null for an id that is not in the table.
  const Technique* find(std::string_view id) const;
  // The id in use today; an unknown one is its own.
  std::string_view current(std::string_view id) const;
  // Preparation that no log of the victim shows: every tactic is reconnaissance or resource development.
  bool happens_elsewhere(std::string_view id) const;

 private:
  std::vector<Tactic> tactics_;
  std::map<std::string, Technique, std::less<>> techniques_;
};

}  // namespace bartizan
