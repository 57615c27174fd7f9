// SPDX-License-Identifier: Apache-2.0
// Escape: log values made harmless for a terminal and for HTML text. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace bartizan {

// Control characters (C0, DEL, C1), direction marks and invisible characters become \n, \x1b, \u{202e}; bytes
// that are not UTF-8 become \xNN. At most `columns` characters, the last an ellipsis when something was left
// out.
std::string visible(std::string_view text, std::size_t columns);

// The same for a path: when it is too long, what is left out is its beginning.
std::string visible_path(std::string_view path, std::size_t columns);

// For element content and for attribute values in quotation marks.
void append_html(std::string_view text, std::string& out);

// At most `bytes` bytes, cut between characters, with an ellipsis when something was left out.
std::string shortened(std::string_view text, std::size_t bytes);

}  // namespace bartizan
