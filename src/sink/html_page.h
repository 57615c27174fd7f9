// SPDX-License-Identifier: Apache-2.0
// The fixed parts of the HTML report: the files of src/sink/page, which CMake makes constants of. The scripts
// run as one, in the order that html_page.cpp.in gives.
#pragma once

namespace bartizan {

extern const char* const kReportStyle;
extern const char* const kReportBody;
extern const char* const kReportScript;

}  // namespace bartizan
