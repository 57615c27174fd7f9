// SPDX-License-Identifier: Apache-2.0
#include "engine/identity_survey.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "engine/read_events.h"
#include "source/evidence.h"

namespace bartizan {

void IdentitySurvey::read(const std::vector<std::string>& paths) {
  detector.tell(tickets), detector.tell(ntlm), detector.tell(weak);
  std::uint64_t sequence = 0;
  identity::Observations piece;
  const auto take = [&](const EventBatch& batch, const std::string& file) {
    piece.clear();
    std::uint64_t number = 0;
    for (const Event& event : batch) {
      piece.observe(event, number++);
      if (DirectoryPosture::concerns(kind_of(event))) directory.note(event, file);
    }
    detector.add(piece, file, sequence);
    sequence += number;
    return true;
  };
  for (const std::string& path : paths) {
    std::vector<Error> errors;
    for (const std::string& file : list_evidence(path, errors)) {
      auto report = read_events(file, {}, take);
      if (!report.has_value()) unreadable.push_back(report.error().text());
      else unreadable.insert(unreadable.end(), report->errors.begin(), report->errors.end());
    }
    for (const Error& error : errors) unreadable.push_back(error.text());
  }
  std::vector<Finding> findings;  // scan reports them
  detector.finish(findings);
}

std::vector<PostureFact> IdentitySurvey::posture() const {
  using Kind = identity::WeakUse::Kind;
  std::vector<PostureFact> out = directory.facts();
  for (const auto& [key, use] : weak.uses()) {
    std::string named;
    for (const identity::Name name : use.examples)
      named.append(named.empty() ? "" : ", ").append(names().text(name));
    if (use.examples.size() == limits::kIdentityListedNamesMax) named += ", …";
    std::string_view control, next_step;
    std::string evidence;
    const std::string times = std::to_string(use.count) + (use.count == 1 ? " time" : " times");
    switch (key.second) {
      case Kind::kNtlm:
        control = "NTLM not used", evidence = "logons over NTLM, " + times + ": " + named;
        next_step =
            "`bartizan identity ntlm` lists who, to what and from where; give those services names and "
            "Kerberos.";
        break;
      case Kind::kRc4Ticket:
        control = "no RC4 service tickets",
        evidence = "tickets with RC4 or DES were issued " + times + ", for " + named;
        next_step =
            "Reset the password of those services' accounts so that they get AES keys, then allow AES only.";
        break;
      case Kind::kRc4Logon:
        control = "no RC4 logons", evidence = "first tickets with RC4 or DES, " + times + ": " + named;
        next_step = "Find the clients without AES; reset passwords that were set before there was AES.";
        break;
      case Kind::kNoPreauth:
        control = "pre-authentication asked for", evidence = "tickets without it, " + times + ": " + named;
        next_step = "Clear DONT_REQ_PREAUTH and reset the passwords.";
        break;
      case Kind::kLongLife:
        control = "tickets of at most 10 hours",
        evidence = "a KDC gave " + std::to_string(use.most) + " hours, first to " + named;
        next_step = "Shorten the ticket life of the realm.";
        break;
    }
    const bool has_number = use.first.by_windows();
    out.push_back({std::string(detector.domain().written(key.first)), std::string(control), false,
                   std::move(evidence), std::string(names().text(use.first.file)),
                   has_number ? std::to_string(use.first.record) : "", use.first.time,
                   std::string(next_step)});
  }
  std::ranges::sort(out, {}, [](const PostureFact& fact) { return std::tie(fact.host, fact.control); });
  return out;
}

}  // namespace bartizan
