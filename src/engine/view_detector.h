// SPDX-License-Identifier: Apache-2.0
// ViewDetector: asks the rules about the views of records that hold script text. Rules that hit the record as logged are
// not reported again, and a rule is reported once a record, for the first view it holds on: raw results stay what they are,
// views only add. A rule counts only when one of its tests fails on the record as logged and holds on the view's text, so
// that a test for the absence of something never fires because the text was replaced; the tag `deob.raw-only` keeps a rule away from views. One a thread;
// the KindRules and ReadScripts it works with are shared.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/seen_texts.h"
#include "engine/hit_report.h"
#include "engine/kind_rules.h"
#include "engine/matcher.h"
#include "engine/plain_matcher.h"
#include "engine/read_scripts.h"
#include "engine/script_views.h"
#include "model/draft_event.h"

namespace bartizan {

// A text in a process: what is compared to tell that PowerShell logged a layer.
struct LayerPlace {
  std::string process;  // host and process id
  std::string hash;     // hash_of_script
  Instant time;
};

struct ViewFinding {
  Reported reported;
  LayerPlace layer;
  std::string origin;  // hash of the text the layer was found in, as logged
  std::uint32_t rule = 0;
};

// One part of a script block that was logged in several.
struct ScriptPart {
  DraftEvent record;
  std::string process, block;  // ScriptBlockId
  std::uint32_t number = 0, total = 0;
  std::vector<std::uint32_t> rules;  // those that hit it as logged
  std::uint64_t sequence = 0;
  std::string file;
};

struct ViewResult {
  std::vector<ViewFinding> findings;
  std::vector<LayerPlace> predicted, logged;
  std::vector<ScriptPart> parts;
};

struct ViewSource {
  const std::string& file;
  std::uint64_t sequence = 0;
};

class ViewDetector {
 public:
  ViewDetector(KindRules& rules, const Correlations& correlations, ReadScripts& scripts, bool plain,
               bool keep_records, const std::function<bool(std::uint32_t rule)>& wants);

  // Whether an event of the kind, whole or not, has to be shown to detect.
  bool concerns(const Kind& kind, const Event& event);
  // `record` is whole, `hits` what it gave as logged.
  void detect(const Kind& kind, const Event& record, std::span<const RuleHit> hits, const ViewSource& source,
              OddityList& oddities, ViewResult& result);
  // A script block put together from its parts; the rules know its first part only, if at all.
  void detect_joined(const Event& record, std::span<const std::uint32_t> hit, bool is_partial,
                     const ViewSource& source, OddityList& oddities, ViewResult& result);

 private:
  void look(const ViewedText& viewed, const ViewSource& source, OddityList& oddities, ViewResult& result);
  void report(const ViewedText& viewed, const ScriptView& view, const RuleHit& hit, const ViewSource& source,
              OddityList& oddities, ViewResult& result);
  bool is_due_to_view(const ViewedText& viewed, const ScriptView& view, const RuleHit& hit,
                      std::string_view field);
  bool may_report(std::uint32_t rule, bool with_text) const;
  void ask(Matcher& matcher, const Event& event);

  KindRules& rules_;
  ReadScripts& scripts_;
  bool plain_;
  Matcher matcher_;
  // The record with the fields of its views is news to few rules; the others saw it as logged.
  KindRules view_field_rules_;
  Matcher view_field_matcher_;
  PlainMatcher plain_matcher_;
  HitReport hit_report_;
  std::vector<std::uint8_t> asks_for_view_fields_, raw_only_;  // by rule
  bool any_asks_for_view_fields_ = false;
  EventBatch batch_;
  std::vector<ScriptText> texts_;
  SeenTexts no_script_;  // values in which there is none
  std::vector<ScriptView> views_;
  std::vector<RuleHit> hits_;
  std::vector<std::uint32_t> reported_;  // rules of the record at hand
};

}  // namespace bartizan
