// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/detector.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"

namespace bartizan::identity {

IdentityDetector::IdentityDetector() {
  for (MakeInvariant make : all_invariants()) invariants_.push_back(make());
}

void IdentityDetector::observe(const Event& event, std::string_view file, std::uint64_t sequence) {
  if (!wants(kind_of(event))) return;
  const Name source = domain_.names.number(file);
  auto read = normalise(event, domain_.names);
  if (event.channel == "Security") {
    const std::string_view record = event.record_id.empty() ? value_of(event, "EventRecordID") : event.record_id;
    const std::string_view host = event.host.empty() ? value_of(event, "Computer") : event.host;
    domain_.coverage.note(host_in(host, domain_.names), source, number_in(record), event.time);
  } else if (read) {
    domain_.coverage.note(read->observer, source, 0, event.time);
  }
  if (!read) return;
  if (domain_.names.full()) domain_.coverage.forget_all();
  read->file = source, read->sequence = sequence;
  if (read->time < judged_until_) domain_.coverage.forget_until(judged_until_);
  domain_.coverage.note_kdc(*read);
  pending_.push_back(*read);
  ++authentications_;
  if (pending_.size() >= limits::kIdentityPendingMax) judge(pending_.size() / 2);
}

void IdentityDetector::judge(std::size_t count) {
  std::sort(pending_.begin(), pending_.end(), [](const Authentication& a, const Authentication& b) {
    return std::pair(a.time, a.sequence) < std::pair(b.time, b.sequence);
  });
  for (std::size_t i = 0; i < count; ++i) {
    const Authentication& a = pending_[i];
    domain_.hosts.observe(a, domain_.names);
    for (const auto& invariant : invariants_) invariant->observe(a, domain_);
    domain_.ledger.observe(a, domain_.names);
    judged_until_ = std::max(judged_until_, a.time);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
}

void IdentityDetector::finish(std::vector<Finding>& out) {
  judge(pending_.size());
  for (const auto& invariant : invariants_) invariant->finish(domain_);
  std::sort(domain_.findings.begin(), domain_.findings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.last.time, a.last.sequence, a.text->rule_id, a.what) <
           std::tie(b.last.time, b.last.sequence, b.text->rule_id, b.what);
  });
  for (const IdentityFinding& finding : domain_.findings) out.push_back(finding_of(finding, domain_.names));
}

}  // namespace bartizan::identity
