// SPDX-License-Identifier: Apache-2.0
// The data of the HTML report as JSON that may stand in a script element: <, > and & are written as \u003c
// and so on, so that no value can end the element. Bounded: `shown` findings, each value and each record cut,
// and the page told of every cut. A record that several findings point at is written once. Pure, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "sink/groups.h"
#include "sink/report.h"

namespace bartizan {

// The records of the findings, each once, numbered from 0, as long as there is room. Keeps views of them.
class RecordTable {
 public:
  static constexpr std::int64_t kNotKept = -1;  // the finding has none
  static constexpr std::int64_t kLeftOut = -2;  // the page would grow too large
  std::int64_t place_of(std::string_view record);
  void write(JsonWriter& json) const;

 private:
  std::unordered_map<std::string_view, std::int64_t> places_;
  std::vector<std::string_view> records_;
  std::size_t bytes_ = 0;
};

void append_report_data(const Findings& all, const FindingGroups& groups, std::span<const Finding> shown,
                        const ScanSummary& summary, const ReportContent& content, std::string& out);

}  // namespace bartizan
