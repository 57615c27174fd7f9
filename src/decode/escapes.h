// SPDX-License-Identifier: Apache-2.0
// Undoes what logs do to awkward characters: backslash escapes (\" \\ \n \t \r \xHH) and percent escapes
// (%2F). Text without escapes is returned as it is; otherwise the result lies in the arena. Unknown escapes
// stay. One thread.
#pragma once

#include <string_view>

#include "base/arena.h"

namespace bartizan {

std::string_view without_backslashes(std::string_view text, Arena& arena);
// Zeek's: \xHH for what is not printable or would be taken for a separator; a backslash itself is not
// escaped, so that
// \x41 in a path stays.
std::string_view without_hex_escapes(std::string_view text, Arena& arena);
std::string_view without_percents(std::string_view text, Arena& arena);
// "" -> " (RFC 4180).
std::string_view without_doubled_quotes(std::string_view text, Arena& arena);

}  // namespace bartizan
