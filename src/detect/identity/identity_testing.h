// SPDX-License-Identifier: Apache-2.0
// For tests of identities: a simulated evening of a domain, event by event. One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "detect/identity/detector.h"

namespace bartizan::identity {

class Evening {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;

  // A Windows Security record of `host`, `at` seconds in; its record number is the next of that host.
  void windows(const std::string& host, std::uint32_t id, std::int64_t at, const Values& values) {
    Made& made = add(at, values);
    made.host = host, made.record = std::to_string(++records_[log_]);
    made.id = id, made.channel = "Security";
  }
  void log(const std::string& product, const std::string& service, std::int64_t at, const Values& values) {
    Made& made = add(at, values);
    made.product = product, made.service = service;
  }
  void skip_records() { records_[log_] += 10; }
  // Of the last record.
  void category(const std::string& name) { made_.back().category = name; }
  // What follows is in another log, with record numbers of its own.
  void log_of(const std::string& host) { log_ = host; }

  // A ticket-granting ticket, and its use, on the domain controller `dc1`.
  void granted(std::int64_t at, const std::string& account, const std::string& address,
               const std::string& hash, Values more = {}) {
    Values values = {{"TargetUserName", account}, {"TargetDomainName", "LAB"},
                     {"ServiceName", "krbtgt"},   {"IpAddress", "::ffff:" + address},
                     {"Status", "0x0"},           {"TicketEncryptionType", "0x12"},
                     {"PreAuthType", "2"},        {"TicketOptions", "0x40810010"},
                     {"ResponseTicket", hash}};
    set(values, more);
    windows("dc1.lab.test", 4768, at, values);
  }
  void used(std::int64_t at, const std::string& account, const std::string& address, const std::string& hash,
            const std::string& service, Values more = {}) {
    Values values = {{"TargetUserName", account + "@LAB.TEST"},
                     {"TargetDomainName", "LAB.TEST"},
                     {"ServiceName", service},
                     {"IpAddress", "::ffff:" + address},
                     {"Status", "0x0"},
                     {"TicketEncryptionType", "0x12"},
                     {"TicketOptions", "0x40810000"},
                     {"RequestTicketHash", hash}};
    set(values, more);
    windows("dc1.lab.test", 4769, at, values);
  }

  // A line of Samba's KDC: what `client` asked for, and got.
  void samba(std::int64_t at, const std::string& request, const std::string& client,
             const std::string& service, const Values& more) {
    Values values = {{"Request", request},
                     {"Result", "SUCCESS"},
                     {"Client", client + "@LAB.TEST"},
                     {"Service", service + "@LAB.TEST"},
                     {"SourceIp", "192.0.2.10"},
                     {"PreAuth", "ENC-TS"}};
    set(values, more);
    log("samba", "kerberos", at, values);
  }

  // Given to the detector in pieces of so many events.
  std::vector<Finding> findings(std::size_t piece_size = 1,
                                const std::function<void(const IdentityDetector&)>& look = {}) const {
    IdentityDetector detector;
    Observations piece;
    std::uint64_t in_piece = 0, before = 0;
    for (const Made& made : made_) {
      piece.observe(event_of(made), in_piece++);
      if (in_piece < piece_size && &made != &made_.back()) continue;
      detector.add(piece, "evening.log", before);
      piece.clear();
      before += in_piece, in_piece = 0;
    }
    std::vector<Finding> found;
    detector.finish(found);
    if (look) look(detector);
    return found;
  }
  // As they come in live: each log in its own order, late by at most so many seconds, and time goes on behind them.
  std::vector<Finding> live_findings(std::int64_t lateness) const {
    std::vector<std::pair<std::int64_t, const Made*>> arrivals;
    std::map<std::string, std::int64_t> last;
    std::uint64_t random = 88172645463325252u;
    for (const Made& made : made_) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      std::int64_t& before = last[made.log];
      before = std::max(
          before, made.at + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(lateness + 1)));
      arrivals.emplace_back(before, &made);
    }
    std::ranges::stable_sort(arrivals, {}, &std::pair<std::int64_t, const Made*>::first);
    IdentityDetector detector;
    std::vector<Finding> found;
    std::int64_t latest = 0;
    std::uint64_t sequence = 0;
    for (const auto& [arrival, made] : arrivals) {
      detector.observe(event_of(*made), "evening.log", sequence++);
      latest = std::max(latest, made->at);
      if (sequence % 7 == 0) detector.advance({kStart + (latest - lateness) * kTicksPerSecond}, found);
    }
    detector.finish(found);
    return found;
  }
  std::vector<std::string> titles() const {
    std::vector<std::string> out;
    for (const Finding& finding : findings()) out.push_back(finding.rule_title);
    return out;
  }

 private:
  static constexpr std::int64_t kStart = 1'795'486'000 * kTicksPerSecond;
  struct Made {
    std::int64_t at;
    Values values;
    std::string host, record, channel, product, category, service, log;
    std::uint32_t id = 0;
  };
  Event event_of(const Made& made) const {
    fields_.clear();
    for (const auto& [name, value] : made.values) fields_.push_back({name, value});
    Event event;
    event.channel = made.channel, event.host = made.host, event.record_id = made.record;
    event.event_id = made.id, event.product = made.product, event.service = made.service,
    event.category = made.category;
    event.time = {made.product == "directory" ? 0 : kStart + made.at * kTicksPerSecond};
    event.fields = fields_;
    return event;
  }
  static void set(Values& values, const Values& more) {
    for (const auto& one : more) {
      bool known = false;
      for (auto& [name, value] : values)
        if (name == one.first) value = one.second, known = true;
      if (!known) values.push_back(one);
    }
  }
  Made& add(std::int64_t at, const Values& values) {
    return made_.emplace_back(Made{at, values, {}, {}, {}, {}, {}, {}, log_});
  }

  mutable std::vector<Field> fields_;  // of the event at hand
  std::deque<Made> made_;
  std::string log_;
  std::map<std::string, std::uint64_t> records_;
};

}  // namespace bartizan::identity
