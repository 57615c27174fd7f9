// SPDX-License-Identifier: Apache-2.0
#include "engine/identity_survey.h"

#include "engine/read_events.h"
#include "source/evidence.h"

namespace bartizan {

void IdentitySurvey::read(const std::vector<std::string>& paths) {
  detector.tell(tickets), detector.tell(ntlm);
  std::uint64_t sequence = 0;
  identity::Observations piece;
  const auto take = [&](const EventBatch& batch, const std::string& file) {
    piece.clear();
    std::uint64_t number = 0;
    for (const Event& event : batch) piece.observe(event, number++);
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

}  // namespace bartizan
