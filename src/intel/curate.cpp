// SPDX-License-Identifier: Apache-2.0
#include "intel/curate.h"

#include <algorithm>

namespace bartizan::intel {
namespace {

constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;

Instant earlier_of(Instant a, Instant b) { return a == Instant{} ? b : b == Instant{} ? a : std::min(a, b); }

Worth join(const Known& known) {
  Worth worth;
  int others = -kAgreement;
  bool is_open = false;  // a source sees no end
  for (const SourceStatement& statement : known.statements) {
    worth.confidence = std::max(worth.confidence, statement.confidence);
    worth.first = earlier_of(worth.first, statement.first);
    worth.last = std::max(worth.last, statement.last);
    worth.until = std::max(worth.until, statement.until);
    is_open |= statement.until == Instant{};
    others += kAgreement;
  }
  if (is_open) worth.until = {};
  worth.confidence = std::min(100, worth.confidence + std::clamp(others, 0, kAgreementMax));
  if (known.sighted_last != Instant{}) {
    worth.last = std::max(worth.last, known.sighted_last);
    worth.first = earlier_of(worth.first, known.sighted_first);
  }
  return worth;
}

}  // namespace

Assessment assess(const Known& known, const HarmlessList& harmless) {
  Assessment out;
  out.worth = join(known);
  for (const SourceStatement& statement : known.statements)
    for (const std::string& technique : statement.attack)
      if (std::find(out.attack.begin(), out.attack.end(), technique) == out.attack.end())
        out.attack.push_back(technique);
  if (known.is_removed) {
    out.reason = "removed by hand" + (known.removed_because.empty() ? "" : ": " + known.removed_because);
  } else if (known.statements.empty()) {
    out.reason = "no source names it any more";
  } else if (const auto list = harmless.find(known.indicator)) {
    out.reason = "harmless by the list '" + std::string(*list) + "'";
  } else if (out.worth.confidence < kConfidenceMin) {
    out.reason =
        "confidence " + std::to_string(out.worth.confidence) + " is below " + std::to_string(kConfidenceMin);
  } else {
    out.is_kept = true;
    out.reason = known.statements.size() == 1 ? "one source names it"
                                              : std::to_string(known.statements.size()) + " sources name it";
  }
  return out;
}

int lifetime_days(Kind kind) {
  switch (kind) {
    case Kind::kAddress:
    case Kind::kNetwork: return 180;
    case Kind::kDomain:
    case Kind::kUrl: return 365;
    case Kind::kEmail:
    case Kind::kJa3:
    case Kind::kJa4:
    case Kind::kUserAgent: return 730;
    default: return 0;
  }
}

int confidence_at(Kind kind, const Worth& worth, Instant time) {
  if (time == Instant{}) return worth.confidence;
  if (worth.until != Instant{} && time >= worth.until) return 0;
  const std::int64_t lifetime = lifetime_days(kind) * kTicksPerDay;
  if (lifetime == 0 || worth.first == Instant{}) return worth.confidence;
  std::int64_t away = 0;
  if (time < worth.first) away = worth.first.ticks - std::max(time.ticks, worth.first.ticks - lifetime);
  else if (time > worth.last) away = std::min(time.ticks, worth.last.ticks + lifetime) - worth.last.ticks;
  return static_cast<int>(worth.confidence * (lifetime - away) / lifetime);
}

Level level_of_confidence(int confidence) {
  if (confidence >= 80) return Level::kHigh;
  if (confidence >= 50) return Level::kMedium;
  return confidence >= 20 ? Level::kLow : Level::kInformational;
}

}  // namespace bartizan::intel
