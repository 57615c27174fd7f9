// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/detector.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"

namespace bartizan::identity {
namespace {

constexpr Instant kEnd{INT64_MAX};

}  // namespace

IdentityDetector::IdentityDetector() {
  for (MakeInvariant make : all_invariants()) observers_.push_back(invariants_.emplace_back(make()).get());
  observers_.push_back(&paths_);
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
  for (const DirectoryAccount& account : piece.directory()) domain_.directory.add(account, domain_.names);
  for (Authentication a : piece.authentications()) {
    for (Name* name : a.names()) *name = in_domain(piece.names(), *name);
    a.file = source, a.sequence += sequence;
    domain_.coverage.note_kdc(a, domain_.realms.learn(a, domain_.names), domain_.names);
    pending_.push_back(a);
    ++authentications_;
    if (pending_.size() >= limits::kIdentityPendingMax) make_room();
  }
  if (domain_.names.full() || piece.names().full()) domain_.coverage.forget_all();
}

void IdentityDetector::sort_pending() {
  const auto earlier = [](const Authentication* a, const Authentication* b) {
    return std::tie(a->time, a->sequence) < std::tie(b->time, b->sequence);
  };
  order_.clear();
  for (const Authentication& a : pending_) order_.push_back(&a);
  if (!std::ranges::is_sorted(order_, earlier)) std::ranges::sort(order_, earlier);
}

void IdentityDetector::make_room() {
  sort_pending();
  if (runs_->add(order_).has_value()) pending_.clear(), order_.clear();
  else judge_pending(kEnd);
}

// What has to wait for a later watermark, in order of time.
void IdentityDetector::hold_back(std::vector<Authentication>& later, SortedRuns& runs) {
  if (later.size() < limits::kIdentityPendingMax) return;
  std::vector<const Authentication*> order;
  for (const Authentication& a : later) order.push_back(&a);
  if (!runs.add(order).has_value())
    for (const Authentication& a : later) judge(a);
  later.clear();
}

void IdentityDetector::judge_pending(Instant until) {
  sort_pending();
  if (!runs_->empty() && runs_->add(order_).has_value()) pending_.clear(), order_.clear();
  std::vector<Authentication> later;
  auto later_runs = std::make_unique<SortedRuns>();
  const auto take = [&](const Authentication& a) {
    if (a.time < until) return judge(a);
    later.push_back(a);
    hold_back(later, *later_runs);
  };
  if (!runs_->merge(take).has_value()) domain_.coverage.forget_all();
  for (const Authentication* a : order_) take(*a);
  pending_.swap(later), order_.clear();
  runs_ = std::move(later_runs);
}

void IdentityDetector::judge(Authentication a) {
  if (a.time < judged_until_) domain_.coverage.forget_until(judged_until_);
  judged_until_ = std::max(judged_until_, a.time);
  a.domain = domain_.realms.of(a.domain);
  domain_.hosts.observe(a, domain_.names);
  for (Observer* observer : observers_) observer->observe(a, domain_);
  domain_.ledger.observe(a, domain_.names);
}

void IdentityDetector::advance(Instant watermark, std::vector<Finding>& out) {
  judge_pending(watermark);
  hand_out(out);
}

void IdentityDetector::finish(std::vector<Finding>& out) {
  judge_pending(kEnd);
  for (Observer* observer : observers_) observer->finish(domain_);
  hand_out(out);
}

void IdentityDetector::hand_out(std::vector<Finding>& out) {
  std::ranges::sort(domain_.findings, [](const auto& a, const auto& b) {
    return std::tie(a.last.time, a.last.sequence, a.text->rule_id, a.what) <
           std::tie(b.last.time, b.last.sequence, b.text->rule_id, b.what);
  });
  for (const IdentityFinding& finding : domain_.findings) out.push_back(finding_of(finding, domain_));
  domain_.findings.clear();
}

}  // namespace bartizan::identity
