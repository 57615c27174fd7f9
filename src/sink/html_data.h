// SPDX-License-Identifier: Apache-2.0
// The data of the HTML report as JSON that may stand in a script element: <, > and & are written as \u003c and so on, so that
// no value can end the element. Bounded: `shown` findings, each value and each record cut, and the page told of every cut.
// A record that several findings point at is written once. Pure, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sink/report.h"

namespace bartizan {

void append_report_data(std::span<const Finding> all, std::span<const Finding* const> shown, const ScanSummary& summary,
                        const ReportContent& content, std::string& out);

}  // namespace bartizan
