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

std::uint64_t key_of(Principal principal, std::int64_t authtime) {
  return mix(principal, static_cast<std::uint64_t>(authtime));
}

constexpr std::uint64_t kAnywhere = 0;
constexpr std::int64_t kTicketMargin = 3 * 3600 * kTicksPerSecond;  // for records that are judged late

}  // namespace

bool Ticket::issued_to(Name address) const {
  return std::find(std::begin(issue_addresses), std::end(issue_addresses), address) !=
         std::end(issue_addresses);
}

bool Ticket::add_issue_address(Name address) {
  if (issued_to(address)) return true;
  for (Name& place : issue_addresses)
    if (place == kNoName) return place = address, true;
  return false;
}

TicketLedger::TicketLedger(Coverage& coverage, Realms& realms)
    : coverage_(coverage), realms_(realms), slots_(kSlotsAtFirst) {}

std::uint64_t TicketLedger::presented_key(const Authentication& a) {
  if (a.act != Act::kServiceTicket && a.act != Act::kRenewal) return 0;
  if (a.presented) return a.presented;
  return a.authtime > 0 ? key_of(principal_of(a), a.authtime) : 0;
}

std::uint64_t TicketLedger::issued_key(const Authentication& a, bool granting) {
  if (!granting) return 0;
  if (a.returned) return a.returned;
  if (a.act != Act::kTicketGranted || a.authtime <= 0) return 0;
  return key_of(a.short_realm ? a.account : principal_of(a), a.authtime);
}

Ticket* TicketLedger::presented(const Authentication& a) {
  const std::uint64_t key = presented_key(a);
  if (key == 0) return nullptr;
  if (Ticket* known = find(key)) return known;
  // Asked for with a short name, as EXAMPLE; the ticket has the long one.
  return a.presented ? nullptr : find(key_of(a.account, a.authtime));
}

bool TicketLedger::had_service_ticket(Name client, std::string_view machine, Name address,
                                      Instant time) const {
  return services_.holds(mix(mix(client, text_hash(machine)), address == kNoName ? kAnywhere : address),
                         time);
}

// The slot that holds the ticket of `key`, else the free one where it would go.
std::size_t TicketLedger::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = mix(key, 0) & mask;
  while (slots_[at] != 0 && ticket_in(slots_[at]).key != key) at = (at + 1) & mask;
  return at;
}

Ticket* TicketLedger::find(std::uint64_t key) {
  const std::uint32_t number = slots_[slot_of(key)];
  return number ? &tickets_[number - gone_] : nullptr;
}

// Moves back what stands behind the gap and would not be found across it.
void TicketLedger::erase_slot(std::size_t at) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t next = (at + 1) & mask; slots_[next] != 0; next = (next + 1) & mask) {
    const std::size_t home = mix(ticket_in(slots_[next]).key, 0) & mask;
    if (((next - home) & mask) < ((next - at) & mask)) continue;
    slots_[at] = slots_[next];
    at = next;
  }
  slots_[at] = 0;
}

void TicketLedger::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (std::size_t i = 0; i < tickets_.size(); ++i)
    slots_[slot_of(tickets_[i].key)] = static_cast<std::uint32_t>(i) + gone_;
}

void TicketLedger::issue(std::uint64_t key, const Authentication& a, bool forwarded) {
  if (Ticket* known = find(key)) return void(known->add_issue_address(a.address));
  make_room(a.time);
  if (tickets_.size() * 2 >= slots_.size()) grow();
  Ticket& ticket = tickets_.emplace_back();
  ticket.key = key, ticket.client = a.account, ticket.domain = a.domain;
  ticket.short_realm = a.short_realm;
  ticket.file = a.file, ticket.record = a.record, ticket.event_id = a.event_id, ticket.issued = a.time;
  ticket.for_forwarding = forwarded;
  ticket.expires = {a.time.ticks + (a.returned ? kTicketLife + kTicketMargin : kRenewLife)};
  ticket.issue_addresses[0] = a.address;
  const std::uint32_t number = static_cast<std::uint32_t>(tickets_.size() - 1) + gone_;
  slots_[slot_of(key)] = number;
}

void TicketLedger::make_room(Instant now) {
  while (!tickets_.empty()) {
    const Ticket& oldest = tickets_.front();
    const bool expired = oldest.expires < now;
    if (!expired && tickets_.size() < limits::kIdentityTicketsMax) return;
    if (!expired) coverage_.forget_until(oldest.issued);
    erase_slot(slot_of(oldest.key));
    tickets_.pop_front();
    ++gone_;
  }
}

void TicketLedger::observe(const Authentication& a, const NameTable& names) {
  const bool service = a.act == Act::kServiceTicket;
  if (!service && a.act != Act::kRenewal && a.act != Act::kTicketGranted) return;
  const bool granting = names.text(a.service).starts_with("krbtgt");
  if (Ticket* ticket = presented(a)) {
    if (granting && a.forwarded) ticket->forwarded = a.time;
    // Without hashes a ticket asked for with krbtgt may be one to hand on; text logs do not say.
    if (granting && service && !a.presented && a.authtime > 0 && a.end == 0 && ticket->issued_to(a.address))
      ticket->forwarded = a.time;
    if (ticket->short_realm && !a.short_realm && ticket->client == a.account)
      realms_.same(ticket->domain, a.domain);
    ++ticket->uses;
    if (ticket->issued_to(a.address)) ticket->last_at_home = std::max(ticket->last_at_home, a.time);
    for (Name& place : ticket->use_addresses) {
      if (place == a.address) break;
      if (place != kNoName) continue;
      place = a.address;
      break;
    }
  }
  if (const std::uint64_t key = issued_key(a, granting || a.act != Act::kServiceTicket))
    issue(key, a, service && a.forwarded);
  if (!service) return;
  const std::uint64_t machine = mix(a.account, text_hash(machine_of_service(names.text(a.service))));
  for (const std::uint64_t place : {std::uint64_t{a.address}, kAnywhere})
    if (const auto forgotten = services_.add(mix(machine, place), a.time)) coverage_.forget_until(*forgotten);
}

}  // namespace bartizan::identity
