// SPDX-License-Identifier: Apache-2.0
#include "app/store_option.h"

#include <fmt/format.h>

#include <cstdio>

namespace bartizan::app {

Result<std::unique_ptr<ScanStore>> ScanStore::open(const std::string& place, const RuleSet& rules,
                                                   ScanOptions& options, bool keeps_raw) {
  if (place.empty()) return nullptr;
  std::unique_ptr<ScanStore> made(new ScanStore);
  made->place_ = store::shown_place(place);
  TRY(made->store_, store::open_store(place, store::Access::kWrite));
  made->tap_ = std::make_unique<StoreTap>(*made->store_, rules.logsources(), options.decode, keeps_raw);
  options.on_piece = [tap = made->tap_.get()](std::size_t worker, const LogPiece& piece) {
    tap->take(worker, piece);
  };
  return made;
}

bool ScanStore::finish(const Findings& findings) {
  const auto counts = tap_->finish(findings);
  if (!counts.has_value()) {
    std::fprintf(stderr, "bartizan: cannot store everything: %s; what was stored before is safe\n",
                 counts.error().text().c_str());
    return false;
  }
  const auto known = [](const store::AppendCounts& count) {
    return count.known ? fmt::format(" ({} were there already)", count.known) : std::string();
  };
  std::fputs(fmt::format("bartizan: stored {} events{} and {} findings{} in {}\n", counts->events.added,
                         known(counts->events), counts->findings.added, known(counts->findings), place_)
                 .c_str(),
             stderr);
  return true;
}

}  // namespace bartizan::app
