// SPDX-License-Identifier: Apache-2.0
// The fixed parts of the HTML report. Constants. The style is in html_style.cpp, the page in html_body.cpp,
// the script in html_script.cpp (what is shown) and html_script_parts.cpp (the tools it is made with); both
// scripts run as one.
#pragma once

namespace bartizan {

extern const char* const kReportStyle;
extern const char* const kReportBody;
extern const char* const kReportScriptParts;
extern const char* const kReportScript;

}  // namespace bartizan
