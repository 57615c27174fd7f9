// SPDX-License-Identifier: Apache-2.0
// IntelWatch: compares each event with what intelligence knows, and makes findings of what it meets. `look` is for every event and
// sees only the fields it asked for; `report` is for the few that `look` answered yes for, and wants them whole. One a thread; the
// Intelligence is shared.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/seen_texts.h"
#include "engine/intelligence.h"
#include "engine/log_reader.h"
#include "engine/read_scripts.h"
#include "engine/script_texts.h"
#include "model/event.h"
#include "model/finding.h"
#include "model/projection.h"

namespace bartizan {

// What is looked through of a layer; empty: nothing that the record does not hold already.
std::string_view looked_through(const powershell::Layers& layers, std::uint32_t at);

class IntelWatch final : private intel::KeyReceiver {
 public:
  explicit IntelWatch(const Intelligence& intelligence);

  // The fields of every kind of event that hold values to look up.
  static void want_fields(Columns& columns);

  bool look(const Event& event);
  // `sequence`: of the event within the piece.
  void report(const Event& whole, const Log& log, std::uint64_t sequence, std::vector<Finding>& findings,
              std::vector<intel::PatternHit>& patterns);
  // What the script text of a record would run: values in its layers that the record as logged does not name. After
  // report() of the same record.
  void report_layers(std::span<const ScriptField> fields, const Event& whole, const Log& log,
                     ReadScripts& scripts, std::vector<Finding>& findings);

 private:
  struct Match {
    std::uint32_t id = 0;
    intel::Kind kind = intel::Kind::kAddress;
    intel::Worth worth;
    std::string_view field, value;
    bool is_whole = false;  // the value itself, not a part of it or what is above it
    bool is_of_pattern = false;
  };

  void read(const Event& event);
  void report_layer(const Field& field, const powershell::Layers& layers, std::uint32_t at,
                    const Event& whole, const Log& log, std::vector<Finding>& findings);
  intel::FieldRole role_of(const Event& event, const Field& field);
  void take(intel::Kind kind, std::string_view key) override;
  void look_up(intel::Kind kind, std::string_view key, bool is_whole);
  Finding make(const Match& match, const intel::Known& known, const Event& event, const Log& log) const;
  void report_patterns(const Event& whole, const Log& log, std::uint64_t sequence,
                       std::vector<intel::PatternHit>& out);

  const Intelligence& intelligence_;
  intel::ObservedValues observed_;
  intel::PatternRun pattern_run_;
  SeenTexts unknown_;  // values nobody knows
  std::unordered_map<const Columns*, std::vector<intel::FieldRole>> roles_;
  const Columns* last_columns_ = nullptr;
  const std::vector<intel::FieldRole>* last_roles_ = nullptr;
  std::vector<Match> matches_;
  std::vector<std::uint32_t> reported_;  // indicators of the record at hand
  const Field* field_ = nullptr;
  intel::FieldRole role_ = intel::FieldRole::kNone;
  std::size_t keys_ = 0;  // of the value at hand
  std::string key_;
};

}  // namespace bartizan
