// SPDX-License-Identifier: Apache-2.0
// Authentications a second through the identity detector: everyday tickets and logons of a large domain, from events to
// verdicts, on one thread. `peak_MB` is the process's largest memory so far. With several controllers their logs come one
// after the other, each over the whole week, and tickets of one are used at the other.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <array>
#include <string>

#include "detect/identity/detector.h"

namespace bartizan {
namespace {

// One service ticket in two, the rest first tickets and logons; a week in time.
class Domain {
 public:
  Domain(std::uint64_t people, std::uint64_t machines) : people_(people), machines_(machines) {}

  template <class Take>
  void play(std::uint64_t count, std::uint64_t controllers, Take take) {
    for (std::uint64_t controller = 0; controller < controllers; ++controller)
      for (std::uint64_t i = controller; i < count; i += controllers) make(i, count, controllers, take);
  }

 private:
  template <class Take>
  void make(std::uint64_t i, std::uint64_t count, std::uint64_t controllers, Take take) {
    const std::uint64_t turn = i / 4 * 2654435761u, person = turn % (people_ + machines_);
    account_ =
        person < people_ ? "user" + std::to_string(person) : "WS" + std::to_string(person - people_) + "$";
    const std::uint64_t seat = person < people_ ? person % machines_ : person - people_;
    address_ = "::ffff:10." + std::to_string(seat >> 16) + "." + std::to_string(seat >> 8 & 255) + "." +
               std::to_string(seat & 255);
    server_ = "SRV" + std::to_string(turn / 7 % 500) + "$";
    ticket_ = "0123456789abcdef0123456789abcdef" + std::to_string(i / 4);
    sid_ = "S-1-5-21-1004336348-1177238915-682003330-" + std::to_string(1000 + person);
    // Each domain controller counts its own records; those of the servers have none.
    record_ = i % 4 == 3 ? "" : std::to_string(++records_[i % controllers]);
    Event event;
    event.channel = "Security", event.record_id = record_;
    event.host = i % controllers ? "dc2.example.test" : "dc1.example.test";
    event.time = {1'795'486'000 * kTicksPerSecond +
                  static_cast<std::int64_t>(i * (7 * 24 * 3600ull * kTicksPerSecond / count))};
    if (i % 4 == 0) as(event);
    else if (i % 4 == 3) logon(event);
    else tgs(event);
    take(event, i);
  }

  void as(Event& event) {
    event.event_id = 4768;
    fields_ = {{{"TargetUserName", account_},
                {"TargetDomainName", "EXAMPLE"},
                {"TargetSid", sid_},
                {"ServiceName", "krbtgt"},
                {"TicketOptions", "0x40810010"},
                {"Status", "0x0"},
                {"TicketEncryptionType", "0x12"},
                {"PreAuthType", "2"},
                {"IpAddress", address_},
                {"IpPort", "50000"},
                {"ResponseTicket", ticket_}}};
    event.fields = fields_;
  }
  void tgs(Event& event) {
    event.event_id = 4769;
    fields_ = {{{"TargetUserName", account_},
                {"TargetDomainName", "EXAMPLE.TEST"},
                {"ServiceName", server_},
                {"TicketOptions", "0x40810000"},
                {"TicketEncryptionType", "0x12"},
                {"IpAddress", address_},
                {"IpPort", "50000"},
                {"Status", "0x0"},
                {"TransmittedServices", "-"},
                {"RequestTicketHash", ticket_},
                {"ServiceSid", "S-1-5-21-1"}}};
    event.fields = fields_;
  }
  void logon(Event& event) {
    host_ = "srv" + server_.substr(3, server_.size() - 4) + ".example.test";
    event.event_id = 4624, event.host = host_;
    fields_ = {{{"SubjectUserSid", "S-1-0-0"},
                {"SubjectUserName", "-"},
                {"TargetUserName", account_},
                {"TargetDomainName", "EXAMPLE"},
                {"LogonType", "3"},
                {"LogonProcessName", "Kerberos"},
                {"AuthenticationPackageName", "Kerberos"},
                {"WorkstationName", "-"},
                {"IpAddress", address_},
                {"KeyLength", "0"},
                {"TargetUserSid", sid_}}};
    event.fields = fields_;
  }

  std::uint64_t people_, machines_, records_[2] = {};
  std::string account_, address_, server_, host_, ticket_, record_, sid_;
  std::array<Field, 11> fields_;
};

void make_events_only(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state)
    Domain(50'000, 60'000).play(count, 1, [](const Event& event, std::uint64_t) {
      benchmark::DoNotOptimize(event);
    });
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void follow_identities(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0)),
             controllers = static_cast<std::uint64_t>(state.range(1));
  for (auto _ : state) {
    identity::IdentityDetector detector;
    identity::Observations piece;
    std::uint64_t number = 0;
    Domain(50'000, 60'000).play(count, controllers, [&](const Event& event, std::uint64_t) {
      piece.observe(event, number++);
      if (number % 1000 != 0) return;
      detector.add(piece, "Security.evtx", 0);
      piece.clear();
    });
    detector.add(piece, "Security.evtx", 0);
    std::vector<Finding> findings;
    detector.finish(findings);
    state.counters["findings"] = static_cast<double>(findings.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

// The small ones are for counting instructions: the difference of two sizes is what an event costs.
BENCHMARK(make_events_only)
    ->Arg(250'000)
    ->Arg(500'000)
    ->Arg(8'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(follow_identities)
    ->Args({250'000, 1})
    ->Args({500'000, 1})
    ->Args({8'000'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(follow_identities)->Args({30'000'000, 2})->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace bartizan

BENCHMARK_MAIN();
