// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {

std::string Domain::who(const Authentication& a) const {
  std::string out = quoted(a.account);
  if (a.realm != kNoName && coverage.several_realms()) out += '@' + std::string(names.text(a.realm));
  return out;
}

void Domain::report(const InvariantText& text, Level level, const Authentication& last, std::string what,
                    std::vector<ProvenBy> chain) {
  if (findings.size() >= limits::kIdentityFindingsMax) return;
  findings.push_back({&text, level, last, std::move(what), std::move(chain), coverage.in_words(names),
                      directory.in_words(last.account ? last.account : last.by, last.domain, names)});
}

Finding finding_of(const IdentityFinding& finding, const Domain& domain) {
  const NameTable& names = domain.names;
  const Authentication& a = finding.last;
  Finding out;
  out.time = a.time;
  out.rule_id = finding.text->rule_id, out.rule_title = finding.text->title;
  out.level = finding.level;
  out.file = names.text(a.file);
  if (a.by_windows()) out.record_id = std::to_string(a.record);  // of other logs it is a place in the file
  out.channel = a.by_windows() ? "Security" : "";
  out.event_id = a.event_id;
  out.host = domain.written(a.observer);
  out.attack = {std::string(finding.text->attack)};
  out.advisory = {"D7"};
  out.why.push_back({"", "what happened", "", finding.what});
  for (const ProvenBy& link : finding.chain) {
    // Logs without record numbers have places instead.
    const std::string_view place = link.proof.event_id ? "record " : "the record at byte ";
    std::string where = std::string(place) + std::to_string(link.proof.record) + " of " +
                        std::string(names.text(link.proof.file)) + " at " + format_instant(link.proof.time);
    if (link.proof.event_id) where += ", event " + std::to_string(link.proof.event_id);
    out.why.push_back({"", "includes", std::string(link.role), std::move(where)});
  }
  out.why.push_back({"", "assumed", "", std::string(finding.text->assumes)});
  out.why.push_back({"", "ruled out", "", std::string(finding.text->ruled_out)});
  out.why.push_back({"", "logs of KDCs", "", finding.coverage});
  if (!finding.directory.empty()) out.why.push_back({"", "directory", "", finding.directory});
  out.why.push_back({"", "next step", "", std::string(finding.text->contain)});
  if (std::string steps = steps_in_words(finding.text->steps, a.platform); !steps.empty())
    out.why.push_back({"", "containment", "", std::move(steps)});
  const auto add = [&](const char* type, Name name) {
    if (name != kNoName) out.entities.push_back({type, std::string(names.text(name))});
  };
  if (a.observer != kNoName) out.entities.push_back({"host", out.host});
  add("account", a.account ? a.account : a.by);
  add("address", a.address);
  out.id = sha256_hex(out.rule_id + '\n' + out.file + '\n' + std::to_string(a.record) + '\n' + finding.what)
               .substr(0, 32);
  return out;
}

}  // namespace bartizan::identity
