// SPDX-License-Identifier: Apache-2.0
// Import: one file of intelligence in, statements about indicators out, as they are read; memory does not depend on the file's
// size. The format is told by content: STIX 2.0 and 2.1 bundles and TAXII 2.1 collections (envelopes), MISP events, feeds and
// warning lists, JSON lines as `intel export` writes them, CSV with a header, plain lists, hosts files.
// What is wrong with a file is a Diagnostic with line, column and, for JSON, the path to the object. Whether what was right
// counts then is the caller's decision. What is right but of no use here is counted by reason. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "intel/indicator.h"
#include "intel/json_reader.h"

namespace bartizan::intel {

// What somebody says about an indicator.
struct Statement {
  Indicator indicator;
  int confidence = -1;              // 0 to 100; -1: not said
  Instant valid_from, valid_until;  // zero: not said
  std::string title;                // what it stands for
  std::string reference;            // the object's id where it came from
  std::vector<std::string> attack;  // T1071.001 …
};

// A value that is no sign of anything.
struct Harmless {
  enum class Match : std::uint8_t {
    kValue,
    kBelow,
    kSubstring,
    kRegex
  };  // kBelow: a domain and all below it; a network
  Match match = Match::kValue;
  Kind kind = Kind::kDomain;  // of kValue and kBelow
  std::string key;
};

class ImportReceiver {
 public:
  virtual ~ImportReceiver() = default;
  virtual void take(const Statement& statement) = 0;
  // About statements of the same file, before or after, that have this reference.
  virtual void take_techniques(std::string_view reference, const std::vector<std::string>& attack) = 0;
  virtual void take_sighting(std::string_view reference, Instant first, Instant last,
                             std::uint64_t count) = 0;
  virtual void take_revocation(std::string_view reference) = 0;
  virtual void take_harmless(std::string_view list, const Harmless& harmless) = 0;
};

struct ImportOptions {
  std::string file;          // for diagnostics
  std::optional<Kind> kind;  // of the values of a plain list or a CSV without a column for it
  std::vector<std::pair<std::string, std::string>> columns;  // CSV: {role, column's name}
  bool with_context = false;  // MISP attributes that are not meant for detection, too
};

struct ImportReport {
  std::string format;
  std::uint64_t statements = 0, harmless = 0, sightings = 0;
  std::map<std::string, std::uint64_t> left_out;  // by reason
  std::vector<Diagnostic> mistakes;               // the first of them
  std::uint64_t mistakes_total = 0;
  bool has_more = false;                   // a TAXII envelope that is not the last of its collection
  std::vector<std::string> listed_events;  // of a MISP feed's manifest

  void mistake(const ImportOptions& options, TextPlace place, std::string code, std::string message);
  void leave_out(std::string reason);
};

void import_intel(const ReadBytes& read, const ImportOptions& options, ImportReceiver& receiver,
                  ImportReport& report);

// Parts of it, each for one family.
void import_json(const ReadBytes& read, const ImportOptions& options, ImportReceiver& receiver,
                 ImportReport& report);
void import_lines(const ReadBytes& read, const ImportOptions& options, ImportReceiver& receiver,
                  ImportReport& report);

}  // namespace bartizan::intel
