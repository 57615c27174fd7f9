// SPDX-License-Identifier: Apache-2.0
// HuntPage: what a run of saved hunts found, as one HTML page: a summary of hunts and logs, then every hunt with what it
// asks, what it could see, its rows and a chart; hunts without rows are folded. No script, nothing is loaded; every value
// is escaped. One thread.
#pragma once

#include <map>
#include <string>

#include "app/hunt_answer.h"
#include "hunt/hunt_runs.h"

namespace bartizan::app {

class HuntPage {
 public:
  // Takes the rows of `answer`.
  void add(const hunt::SavedHunt& hunt, const hunt::HuntRun& run, Answer& answer);
  // `is_cancelled`: not every hunt was asked, and the page says so.
  std::string finish(bool is_cancelled) const;

 private:
  struct Log {
    hunt::LogHosts answered, silent;  // in the hunt that saw the most hosts
  };
  Table hunts_table() const;
  Table logs_table() const;

  std::vector<std::vector<std::string>> rows_;  // of the summary, a hunt each
  std::vector<std::string> links_;
  std::map<std::string, Log> logs_;
  std::size_t with_rows_ = 0, failed_ = 0, blind_ = 0;
  std::string parts_;
};

}  // namespace bartizan::app
