// SPDX-License-Identifier: Apache-2.0
// The fixed parts of the HTML report: style and script. Constants.
#pragma once

namespace bartizan {

extern const char* const kReportStyle;
extern const char* const kReportBody;
extern const char* const kReportScript;

}  // namespace bartizan
