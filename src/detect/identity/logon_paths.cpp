// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/logon_paths.h"

#include <algorithm>
#include <ranges>

#include "base/limits.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a14",
    "Logons across machines on which the account changes",
    "T1021",
    "Who was logged on to a machine is who went on from it.",
    "Accounts at home on the machine they come from; addresses that several machines share; pairs of "
    "account and machine seen on earlier days.",
    "Ask the owner of the first account. If nobody explains it, reset the accounts that were taken on the "
    "way.",
    {Step::kIsolate, Step::kResetPassword}};

// Points: what an account never did is worth one, a known theft of credentials two, reaching a domain controller two.
constexpr std::uint16_t kNewPoints = 10, kPairPoints = 5, kTookPoints = 20, kUnexplainedPoints = 10,
                        kControllerPoints = 20, kNtlmPoints = 5, kRightsPoints = 5;
constexpr std::uint32_t kPointsMin = 30;      // of the three most telling hops
constexpr std::uint32_t kDaysLearnedMin = 2;  // before that everything is new
constexpr std::uint32_t kFanOutMax = 50;      // hosts a day from which on a source manages or scans machines
constexpr std::int64_t kDay = 24 * 3600 * kTicksPerSecond;

std::uint16_t points_of(std::uint8_t marks) {
  std::uint16_t points = 0;
  const auto add = [&](std::uint8_t mark, std::uint16_t worth) {
    if (marks & mark) points = static_cast<std::uint16_t>(points + worth);
  };
  add(LogonHop::kNewTarget, kNewPoints), add(LogonHop::kNewSource, kNewPoints),
      add(LogonHop::kNewPair, kPairPoints);
  add(LogonHop::kTook, kTookPoints), add(LogonHop::kUnexplained, kUnexplainedPoints);
  add(LogonHop::kController, kControllerPoints), add(LogonHop::kNtlm, kNtlmPoints);
  if (marks & LogonHop::kNewTarget)
    add(LogonHop::kRights, kRightsPoints);  // elsewhere they are its daily work
  return points;
}

std::uint64_t key_of(const LogonHop& hop) {
  return (hop.principal * 0x9e3779b97f4a7c15u ^ hop.from) * 0xbf58476d1ce4e5b9u ^ hop.to;
}

bool is_person(Name account, const NameTable& names) {
  const std::string_view text = names.text(account);
  return !text.empty() && !text.ends_with('$') && text != "anonymous logon" && text.find('/') == text.npos &&
         !text.starts_with("dwm-") && !text.starts_with("umfd-") && text != "local service" &&
         text != "network service" && text != "system";
}

bool is_at_the_keyboard(std::uint8_t logon_type) {
  return logon_type == 2 || logon_type == 7 || logon_type == 11;
}

}  // namespace

Name LogonPaths::machine(Name name, Domain& domain) {
  if (name == kNoName) return kNoName;
  if (name >= machines_.size())
    machines_.resize(std::max<std::size_t>(name + 1, domain.names.size()), kNoName);
  if (machines_[name] != kNoName) return machines_[name];
  std::string_view text = domain.names.text(name);
  const bool is_address = text.find(':') != text.npos || text.find_first_not_of("0123456789.") == text.npos;
  const Name found = is_address ? name : domain.names.number(std::string(machine_of_service(text)));
  return machines_[name] = found;
}

void LogonPaths::note_home(const Authentication& a, Name host, Domain& domain) {
  if (host == kNoName) return;
  context.note(LearnedContext::key_of(LearnedContext::Pair::kAccountFromHost, domain.names.text(a.account),
                                      domain.names.text(host)),
               a.time);
}

void LogonPaths::note_taken(const Authentication& a, Domain& domain) {
  const Name taken = a.act == Act::kExplicitCredentials ? a.account : a.outbound;
  const Name by = a.act == Act::kExplicitCredentials ? a.by : a.account;
  if (taken == kNoName || by == kNoName || taken == by || !is_person(by, domain.names)) return;
  (void)taken_.add({machine(a.observer, domain), taken}, by, a);
}

// Windows logs rights just before the logon or just after it, a share once it is opened.
void LogonPaths::note_rights(const Authentication& a, Domain& domain) {
  if (a.account != kNoName && !is_person(a.account, domain.names)) return;
  const Name to = machine(a.observer, domain);
  const Name host = domain.hosts.host_of(a.address, a.time);
  const Name from = machine(host != kNoName ? host : a.address, domain);
  if (a.account != kNoName) (void)rights_.add({to, a.account}, to, a);
  const auto found = to_host_.find(to);
  if (found == to_host_.end()) return;
  for (const std::uint32_t number : found->second | std::views::reverse) {
    if (number < gone_) return;
    LogonHop& hop = logons_[number - gone_];
    if (a.account != kNoName ? hop.account != a.account : hop.from != from) continue;
    if (a.time.ticks - hop.last.ticks > seconds(60) || (hop.marks & LogonHop::kRights)) return;
    hop.marks |= LogonHop::kRights, hop.score = points_of(hop.marks);
    // The path that ends with it may be kept already.
    if (const auto day = days_.find(hop.time.ticks / kDay); day != days_.end())
      for (LogonPath& path : day->second)
        if (LogonHop& last = path.hops.back();
            last.proof.file == hop.proof.file && last.proof.record == hop.proof.record)
          last.marks = hop.marks, last.score = hop.score;
    return;
  }
}

void LogonPaths::note_logoff(const Authentication& a, Domain& domain) {
  const auto found = to_host_.find(machine(a.observer, domain));
  if (found == to_host_.end() || (!is_at_the_keyboard(a.logon_type) && a.logon_type != 10)) return;
  for (const std::uint32_t number : found->second)
    if (number >= gone_)
      if (LogonHop& hop = logons_[number - gone_]; hop.account == a.account && hop.logon_type == 10)
        hop.ended = a.time;
}

bool LogonPaths::read_hop(const Authentication& a, Domain& domain, LogonHop& hop) {
  if (a.address == kNoName || a.acts_for || !is_person(a.account, domain.names)) return false;
  if (domain.hosts.is_shared(a.address)) return false;
  const bool is_ticket = a.act == Act::kServiceTicket;
  if (is_ticket) {
    const std::string_view service = domain.names.text(a.service);
    if (service.starts_with("krbtgt") || (!service.ends_with('$') && service.find('/') == service.npos))
      return false;
    hop.to = machine(a.service, domain);
  } else {
    if (a.act != Act::kLogon || (a.by_windows() && a.event_id != 4624)) return false;
    hop.to = machine(a.observer, domain);
  }
  const Name host = domain.hosts.host_of(a.address, a.time);
  hop.from = machine(host != kNoName ? host : a.address, domain);
  if (hop.from == kNoName || hop.to == kNoName || hop.from == hop.to) return false;
  // Everybody fetches policies from the domain controllers.
  const bool is_controller = domain.coverage.is_kdc(domain.names.text(hop.to));
  if (is_controller && (is_ticket || (a.logon_type != 10 && a.package != Package::kNtlm))) return false;
  if (is_controller) hop.marks |= LogonHop::kController;
  if (a.package == Package::kNtlm) hop.marks |= LogonHop::kNtlm;
  hop.time = hop.last = a.time, hop.logon_type = a.logon_type;
  hop.principal = principal_of(a), hop.account = a.account, hop.proof = proof_of(a);
  return true;
}

// New is what was not seen on an earlier day, once there were some; nothing is new for who manages or scans many machines.
void LogonPaths::judge_novelty(LogonHop& hop, Domain& domain) {
  using Pair = LearnedContext::Pair;
  const auto text = [&](Name name) { return domain.names.text(name); };
  const std::uint64_t keys[] = {
      LearnedContext::key_of(Pair::kAccountOnHost, text(hop.account), text(hop.to)),
      LearnedContext::key_of(Pair::kAccountFromHost, text(hop.account), text(hop.from)),
      LearnedContext::key_of(Pair::kHostToHost, text(hop.from), text(hop.to))};
  const std::uint8_t marks[] = {LogonHop::kNewTarget, LogonHop::kNewSource, LogonHop::kNewPair};
  bool counts = context.days_learned(hop.time) >= kDaysLearnedMin && !context.full();
  if (fan_out_.size() < limits::kIdentityGroupsMax || fan_out_.contains(hop.from)) {
    FanOut& fan_out = fan_out_[hop.from];
    const std::int64_t day = hop.time.ticks / kDay;
    if (fan_out.day != day) fan_out = {day, 0};
    if (++fan_out.hosts > kFanOutMax) counts = false;
  }
  for (std::size_t i = 0; i < 3; ++i) {
    if (counts && !context.knew(keys[i], hop.time)) hop.marks |= marks[i];
    context.note(keys[i], hop.time);
  }
}

LogonPaths::Cause LogonPaths::cause_of(const LogonHop& hop) {
  const auto found = to_host_.find(hop.from);
  Cause cause;
  if (found == to_host_.end()) return cause;
  const auto& taken = taken_.of({hop.from, hop.account});
  std::uint32_t same = 0, stranger = 0;
  for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
    const LogonHop* before = logon(*at);
    if (!before || hop.time.ticks - before->last.ticks > kCauseWindow) continue;
    if (before->account == hop.account) {
      if (!same) same = *at;
      continue;
    }
    for (const Occurrence& one : taken)
      if (cause.mark == 0 && one.what == before->account &&
          hop.time.ticks - one.record.time.ticks <= kCauseWindow)
        cause = {*at, LogonHop::kTook, 0, &one};
    // Nobody goes on from where they logged off, unless something of theirs went on running there.
    if (before->ended != Instant{} && before->ended < hop.time) continue;
    if (!stranger) stranger = *at;
    else if (++cause.others >= limits::kIdentityCausesMax) break;
  }
  if (cause.mark != 0) return cause.others = 0, cause;
  if (same) return {same, 0, 0, nullptr};
  // Somebody at home there needs no other to come from.
  if (!(hop.marks & LogonHop::kNewSource)) return {};
  return {stranger, stranger ? std::uint8_t{LogonHop::kUnexplained} : std::uint8_t{0}, cause.others, nullptr};
}

void LogonPaths::make_room(Instant now) {
  while (!logons_.empty() && (logons_.size() >= limits::kIdentityLogonsMax ||
                              now.ticks - logons_.front().time.ticks > kCauseWindow + kDay)) {
    const LogonHop& oldest = logons_.front();
    if (const auto found = known_.find(key_of(oldest)); found != known_.end() && found->second == gone_)
      known_.erase(found);
    if (const auto found = to_host_.find(oldest.to); found != to_host_.end()) {
      if (!found->second.empty() && found->second.front() == gone_) found->second.pop_front();
      if (found->second.empty()) to_host_.erase(found);
    }
    logons_.pop_front();
    ++gone_;
  }
}

std::uint32_t LogonPaths::add(const LogonHop& hop) {
  make_room(hop.time);
  const std::uint32_t number = gone_ + static_cast<std::uint32_t>(logons_.size());
  logons_.push_back(hop);
  known_[key_of(hop)] = number;
  auto& to = to_host_[hop.to];
  if (to.size() >= limits::kIdentityCausesMax) to.pop_front();
  to.push_back(number);
  return number;
}

void LogonPaths::observe(const Authentication& a, Domain& domain) {
  const bool is_logon = a.act == Act::kLogon;
  if (a.act == Act::kExplicitCredentials || (is_logon && a.logon_type == 9)) return note_taken(a, domain);
  if (is_logon && is_at_the_keyboard(a.logon_type) && is_person(a.account, domain.names))
    return note_home(a, machine(a.observer, domain), domain);
  if (a.act == Act::kRights) return note_rights(a, domain);
  if (a.act == Act::kLogoff) return note_logoff(a, domain);
  if (!is_logon && a.act != Act::kServiceTicket) return;
  LogonHop hop;
  if (!read_hop(a, domain, hop)) return;
  if (const auto known = known_.find(key_of(hop)); known != known_.end()) {
    LogonHop& before = logons_[known->second - gone_];
    // After half a day it is told again, since the older one goes from memory.
    if (hop.time.ticks - before.time.ticks <= kCauseWindow / 2) {
      before.last = std::max(before.last, hop.time), before.ended = Instant{};
      return;
    }
  }
  judge_novelty(hop, domain);
  // A ticket that was handed on says where its account comes from.
  const Ticket* ticket = domain.ledger.presented(a);
  if (ticket && ticket->for_forwarding) hop.marks &= static_cast<std::uint8_t>(~LogonHop::kNewSource);
  const Cause cause = cause_of(hop);
  hop.cause = cause.number, hop.marks |= cause.mark;
  for (const Occurrence& one : rights_.of({hop.to, hop.account}))
    if (hop.time.ticks - one.record.time.ticks <= seconds(5)) hop.marks |= LogonHop::kRights;
  if (const LogonHop* before = logon(cause.number); before && cause.number)
    hop.hops =
        static_cast<std::uint8_t>(std::min<std::size_t>(before->hops + 1u, limits::kIdentityPathHopsMax));
  hop.score = points_of(hop.marks);
  (void)add(hop);
  if (hop.hops > 1) keep(hop, cause, a);
}

void LogonPaths::keep(const LogonHop& hop, const Cause& cause, const Authentication& a) {
  LogonPath path;
  bool changes = false;
  for (const LogonHop* at = &hop; at && path.hops.size() < limits::kIdentityPathHopsMax;
       at = at->cause ? logon(at->cause) : nullptr) {
    path.hops.push_back(*at);
    changes = changes || (at->marks & (LogonHop::kTook | LogonHop::kUnexplained));
  }
  std::ranges::reverse(path.hops);
  std::vector<std::uint32_t> scores;
  for (const LogonHop& one : path.hops) scores.push_back(one.score);
  std::ranges::sort(scores, std::greater());
  for (std::size_t i = 0; i < std::min<std::size_t>(3, scores.size()); ++i) path.score += scores[i];
  const bool reaches = hop.marks & (LogonHop::kNewTarget | LogonHop::kController | LogonHop::kTook);
  if (!reaches || path.score < kPointsMin || (!changes && path.hops.size() < 3)) return;
  path.others = cause.others, path.last = a;
  if (cause.taken) path.taken.push_back(proof_of(cause.taken->record));

  const std::int64_t day = hop.time.ticks / kDay;
  if (days_.size() >= limits::kIdentityDaysMax && !days_.contains(day)) return;
  auto& kept = days_[day];
  // One path goes on; it is one line.
  for (LogonPath& one : kept) {
    const LogonHop& first = one.hops.front();
    if (first.account != path.hops.front().account || first.from != path.hops.front().from) continue;
    if (one.hops.size() <= path.hops.size() && one.score <= path.score) {
      path.taken.insert(path.taken.begin(), one.taken.begin(), one.taken.end());
      one = std::move(path);
    }
    return;
  }
  const auto lowest = std::ranges::min_element(kept, {}, &LogonPath::score);
  if (kept.size() < limits::kIdentityPathsKeptMax) kept.push_back(std::move(path));
  else if (lowest->score < path.score) *lowest = std::move(path);
}

std::vector<const LogonPath*> LogonPaths::ranked(std::size_t a_day) const {
  std::vector<const LogonPath*> out;
  for (const auto& [day, kept] : days_) {
    const std::size_t from = out.size();
    for (const LogonPath& path : kept) out.push_back(&path);
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
              [](const LogonPath* a, const LogonPath* b) {
                return std::tuple(b->score, a->last.time, a->last.sequence) <
                       std::tuple(a->score, b->last.time, b->last.sequence);
              });
    out.resize(std::min(out.size(), from + a_day));
  }
  return out;
}

void LogonPaths::finish(Domain& domain) {
  for (const LogonPath* path : ranked(kReportedADay)) {
    std::uint8_t marks = 0;
    for (const LogonHop& hop : path->hops) marks |= hop.marks;
    if (!(marks & LogonHop::kTook)) continue;  // what nothing proves is for the list, not for a report
    std::vector<ProvenBy> chain;
    for (const LogonHop& hop : path->hops) chain.push_back({"a logon of the path", hop.proof});
    for (const Proof& proof : path->taken) chain.push_back({"credentials are taken", proof});
    const bool grave = path->score >= 2 * kPointsMin;
    domain.report(kText, grave ? Level::kMedium : Level::kLow, path->last, path_in_words(*path, domain.names),
                  std::move(chain));
  }
}

std::string marks_in_words(std::uint8_t marks) {
  static constexpr std::pair<std::uint8_t, std::string_view> kWords[] = {
      {LogonHop::kTook, "its credentials were taken there"},
      {LogonHop::kUnexplained, "nothing shows it there before"},
      {LogonHop::kController, "a domain controller"},
      {LogonHop::kNewTarget, "new on that machine"},
      {LogonHop::kNewSource, "never came from there"},
      {LogonHop::kNewPair, "machines that never met"},
      {LogonHop::kNtlm, "NTLM"},
      {LogonHop::kRights, "with an administrator's rights"},
  };
  std::string out;
  for (const auto& [mark, words] : kWords)
    if (marks & mark) out.append(out.empty() ? "" : ", ").append(words);
  return out;
}

std::string path_in_words(const LogonPath& path, const NameTable& names) {
  std::string out(names.text(path.hops.front().from));
  for (const LogonHop& hop : path.hops) {
    out.append(" -> ").append(names.text(hop.to)).append(" as ").append(names.text(hop.account));
    if (const std::string words = marks_in_words(hop.marks); !words.empty())
      out.append(" (").append(words).append(")");
  }
  return out;
}

}  // namespace bartizan::identity
