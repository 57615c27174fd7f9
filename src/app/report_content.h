// SPDX-License-Identifier: Apache-2.0
// Reads what reports are explained with: `content`/mapping/attack.yml and `content`/actors/*.yml. A file that
// is missing or cannot be used is left out and said in a Diagnostic: the findings are worth having without
// it.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "sink/report.h"

namespace bartizan::app {

ReportContent load_report_content(const std::string& content, std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan::app
