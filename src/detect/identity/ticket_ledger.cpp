// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/ticket_ledger.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::identity {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = (a + 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u ^ b;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31 ? x ^ x >> 31 : 1;
}

std::uint64_t text_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

constexpr std::uint64_t kAnywhere = 0;

}  // namespace

std::string_view class_of_service(std::string_view service) {
  const std::size_t slash = service.find('/');
  return slash == service.npos ? std::string_view{} : service.substr(0, slash);
}

std::string_view machine_of_service(std::string_view service) {
  if (const std::size_t slash = service.find('/'); slash != service.npos) service.remove_prefix(slash + 1);
  service = service.substr(0, service.find_first_of("./:"));
  while (service.ends_with('$')) service.remove_suffix(1);
  return service;
}

bool Ticket::issued_to(Name address) const {
  return std::find(std::begin(issue_addresses), std::end(issue_addresses), address) != std::end(issue_addresses);
}

bool Ticket::add_issue_address(Name address) {
  if (issued_to(address)) return true;
  for (Name& place : issue_addresses)
    if (place == kNoName) return place = address, true;
  return false;
}

std::uint64_t TicketLedger::presented_key(const Authentication& a) {
  if (a.act != Act::kServiceTicket && a.act != Act::kRenewal) return 0;
  if (a.presented) return a.presented;
  return a.authtime > 0 ? mix(a.account, static_cast<std::uint64_t>(a.authtime)) : 0;
}

std::uint64_t TicketLedger::issued_key(const Authentication& a, bool granting) {
  if (!granting) return 0;
  if (a.returned) return a.returned;
  return a.act == Act::kTicketGranted && a.authtime > 0 ? mix(a.account, static_cast<std::uint64_t>(a.authtime)) : 0;
}

Ticket* TicketLedger::presented(const Authentication& a) {
  const auto found = tickets_.find(presented_key(a));
  return found == tickets_.end() ? nullptr : &found->second;
}

Instant TicketLedger::last_service_ticket(Name client, std::string_view machine, Name address) const {
  const auto found = services_.find(mix(mix(client, text_hash(machine)), address == kNoName ? kAnywhere : address));
  return found == services_.end() ? Instant{} : found->second;
}

void TicketLedger::issue(std::uint64_t key, const Authentication& a, bool forwarded) {
  make_room(a.time);
  auto [place, fresh] = tickets_.try_emplace(key);
  Ticket& ticket = place->second;
  if (fresh) {
    ticket.client = a.account;
    ticket.issued = proof_of(a);
    ticket.for_forwarding = forwarded;
    ticket.expires = {a.time.ticks + (a.returned ? kTicketLife : kRenewLife)};
    order_.emplace_back(key, a.time);
  }
  (void)ticket.add_issue_address(a.address);
}

void TicketLedger::make_room(Instant now) {
  while (!order_.empty()) {
    const auto found = tickets_.find(order_.front().first);
    const bool expired = found == tickets_.end() || found->second.expires < now;
    if (!expired && tickets_.size() < limits::kIdentityTicketsMax) return;
    if (!expired) coverage_.forget_until(order_.front().second);
    if (found != tickets_.end()) tickets_.erase(found);
    order_.pop_front();
  }
}

void TicketLedger::remember_service(std::uint64_t key, Instant time) {
  while (!service_order_.empty()) {
    const auto& [oldest, at] = service_order_.front();
    const bool expired = time.ticks - at.ticks > kTicketLife;
    if (!expired && service_order_.size() < limits::kIdentityTicketsMax) break;
    if (!expired) coverage_.forget_until(at);
    if (const auto found = services_.find(oldest); found != services_.end() && found->second == at) services_.erase(found);
    service_order_.pop_front();
  }
  services_[key] = time;
  service_order_.emplace_back(key, time);
}

void TicketLedger::observe(const Authentication& a, const NameTable& names) {
  const bool service = a.act == Act::kServiceTicket;
  if (!service && a.act != Act::kRenewal && a.act != Act::kTicketGranted) return;
  const bool granting = names.text(a.service).starts_with("krbtgt");
  if (Ticket* ticket = presented(a)) {
    if (granting && a.forwarded) ticket->forwarded = proof_of(a);
    // Without hashes a ticket asked for with krbtgt may be one to hand on; text logs do not say.
    if (granting && service && !a.presented && a.authtime > 0 && a.end == 0 && ticket->issued_to(a.address))
      ticket->forwarded = proof_of(a);
    TicketUse* place = std::min_element(std::begin(ticket->uses), std::end(ticket->uses), [&](const auto& x, const auto& y) {
      return std::pair(x.address != a.address, x.last) < std::pair(y.address != a.address, y.last);
    });
    *place = {a.address, a.time};
  }
  if (const std::uint64_t key = issued_key(a, granting || a.act != Act::kServiceTicket))
    issue(key, a, service && a.forwarded);
  if (!service) return;
  const std::uint64_t machine = mix(a.account, text_hash(machine_of_service(names.text(a.service))));
  remember_service(mix(machine, a.address), a.time);
  remember_service(mix(machine, kAnywhere), a.time);
}

}  // namespace bartizan::identity
