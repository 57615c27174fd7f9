// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/detector.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"

namespace bartizan::identity {

IdentityDetector::IdentityDetector() {
  for (MakeInvariant make : all_invariants()) observers_.push_back(invariants_.emplace_back(make()).get());
}

void IdentityDetector::observe(const Event& event, std::string_view file, std::uint64_t sequence) {
  single_.clear();
  single_.observe(event, 0);
  add(single_, file, sequence);
}

Name IdentityDetector::in_domain(const NameTable& names, Name name) {
  if (name == kNoName) return kNoName;
  Name& number = numbers_[name];
  if (number == kNoName) number = domain_.names.number(names.text(name));
  return number;
}

void IdentityDetector::add(const Observations& piece, std::string_view file, std::uint64_t sequence) {
  if (piece.empty()) return;
  const Name source = domain_.names.number(file);
  numbers_.assign(piece.names().size(), kNoName);
  for (Stretch stretch : piece.stretches()) {
    stretch.observer = in_domain(piece.names(), stretch.observer);
    domain_.coverage.note(stretch, source);
  }
  for (Name observer = 0; observer < piece.written_hosts().size(); ++observer)
    if (const Name written = piece.written_hosts()[observer]; written != kNoName)
      domain_.written_hosts.try_emplace(in_domain(piece.names(), observer),
                                        in_domain(piece.names(), written));
  for (Authentication a : piece.authentications()) {
    for (Name* name : a.names()) *name = in_domain(piece.names(), *name);
    a.file = source, a.sequence += sequence;
    if (a.time < judged_until_) domain_.coverage.forget_until(judged_until_);
    domain_.coverage.note_kdc(a);
    pending_.push_back(a);
    ++authentications_;
    if (pending_.size() >= limits::kIdentityPendingMax) judge(pending_.size() / 2);
  }
  if (domain_.names.full() || piece.names().full()) domain_.coverage.forget_all();
}

void IdentityDetector::judge(std::size_t count) {
  const auto earlier = [](const Place& a, const Place& b) {
    return std::tie(a.time, a.sequence) < std::tie(b.time, b.sequence);
  };
  order_.clear();
  for (std::uint32_t i = 0; i < pending_.size(); ++i)
    order_.push_back({pending_[i].time, pending_[i].sequence, i});
  if (!std::ranges::is_sorted(order_, earlier)) std::ranges::sort(order_, earlier);
  for (const Place& place : std::span(order_).first(count)) {
    const Authentication& a = pending_[place.index];
    domain_.hosts.observe(a, domain_.names);
    for (Observer* observer : observers_) observer->observe(a, domain_);
    domain_.ledger.observe(a, domain_.names);
    judged_until_ = std::max(judged_until_, a.time);
  }
  later_.clear();
  for (const Place& place : std::span(order_).subspan(count)) later_.push_back(pending_[place.index]);
  pending_.swap(later_);
}

void IdentityDetector::finish(std::vector<Finding>& out) {
  judge(pending_.size());
  for (Observer* observer : observers_) observer->finish(domain_);
  std::ranges::sort(domain_.findings, [](const auto& a, const auto& b) {
    return std::tie(a.last.time, a.last.sequence, a.text->rule_id, a.what) <
           std::tie(b.last.time, b.last.sequence, b.text->rule_id, b.what);
  });
  for (const IdentityFinding& finding : domain_.findings) out.push_back(finding_of(finding, domain_));
}

}  // namespace bartizan::identity
