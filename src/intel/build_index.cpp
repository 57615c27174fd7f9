// SPDX-License-Identifier: Apache-2.0
#include "intel/build_index.h"

#include "intel/pattern_watch.h"

namespace bartizan::intel {

Result<BuildFacts> build_index(const IntelStore& store, const HarmlessList& harmless, std::uint64_t version,
                               std::uint64_t seed, std::FILE* file,
                               const std::function<bool(const Known&)>& wants) {
  TRY(IndexBuilder builder, IndexBuilder::begin(file, seed));
  BuildFacts facts;
  Result<void> added;
  TRY_VOID(store.for_each([&](const Known& known) {
    if (wants && !wants(known)) return true;
    const Assessment assessment = assess(known, harmless);
    if (!assessment.is_kept) return ++facts.dropped, true;
    ++facts.kept;
    IndexEntry entry{known.id, false, assessment.worth};
    if (known.indicator.kind != Kind::kPattern) {
      added = builder.add(known.indicator.kind, known.indicator.key, entry);
      return added.has_value();
    }
    ++facts.patterns;
    entry.is_of_pattern = true;
    const auto pattern = parse_pattern(known.indicator.key);
    if (!pattern) return true;  // import keeps none that does not parse
    for (const Indicator& value : waking_values(*pattern)) {
      added = builder.add(value.kind, value.key, entry);
      if (!added.has_value()) return false;
    }
    return true;
  }));
  TRY_VOID(std::move(added));
  TRY_VOID(builder.finish(version));
  return facts;
}

}  // namespace bartizan::intel
