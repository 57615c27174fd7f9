// SPDX-License-Identifier: Apache-2.0
// Pattern: a Sigma string after escape processing, as literals and wildcard tokens. Modifiers add tokens, never the text
// `*`: 'C:\Temp\' with startswith is the literal C:\Temp\ and a wildcard. Also the transformations of literals that
// modifiers need (Base64, UTF-16, dashes), and networks. Values and pure functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::sigma {

struct Token {
  enum class Kind : std::uint8_t { kLiteral, kAnyRun, kAnyOne };
  Kind kind = Kind::kLiteral;
  std::string text;  // of a literal
  bool operator==(const Token&) const = default;
};

using Pattern = std::vector<Token>;

// `\` before `*`, `?` or `\` takes its meaning away; before anything else, or last, it stands for itself.
Pattern parse_pattern(std::string_view raw);
Pattern literal_pattern(std::string text);
void open_start(Pattern& pattern);  // a wildcard run in front, unless one is there
void open_end(Pattern& pattern);
bool has_wildcards(const Pattern& pattern);
std::string literal_text(const Pattern& pattern);  // all literals joined

// Whole-value match. `?` takes one code point. Time is at most |text| * |pattern|.
bool matches_glob(const Pattern& pattern, std::string_view text);

// Every way to write the option dashes of `pattern`, the original included; empty when there are too many.
std::vector<Pattern> dash_variants(const Pattern& pattern);
std::string base64(std::string_view bytes);
// The Base64 text that `bytes` leave in a longer Base64 text, for each of the three offsets.
std::array<std::string, 3> base64_offsets(std::string_view bytes);
std::string utf16_bytes(std::string_view text, bool big_endian);

struct Network {
  bool is_v6 = false;
  int prefix = 0;
  std::array<std::uint8_t, 16> address{};
  bool contains(std::string_view ip) const;  // false for what is no address
};
// Nothing for bad syntax or when bits beyond the prefix are set.
std::optional<Network> parse_network(std::string_view text);

}  // namespace bartizan::sigma
