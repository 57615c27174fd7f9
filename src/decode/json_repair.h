// SPDX-License-Identifier: Apache-2.0
// What real exporters get wrong in JSON, put right: bytes that are not UTF-8, raw control characters and bad
// escapes in strings, values JSON does not know. The answer may still not be JSON. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace bartizan {

std::string repaired_json(std::string_view raw);

}  // namespace bartizan
