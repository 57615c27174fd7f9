// SPDX-License-Identifier: Apache-2.0
// One cell of RFC 4180, in quotation marks where needed, that no spreadsheet runs as a formula. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace bartizan {

void append_csv_cell(std::string_view value, std::string& out);

}  // namespace bartizan
