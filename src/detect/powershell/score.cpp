// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {
namespace {

struct Counts {
  std::size_t bytes = 0, escapes_in_words = 0, joined_strings = 0, number_runs = 0, longest_run = 0,
              longest_code = 0;
  std::size_t mixed_words = 0, words = 0, symbols = 0, blanks = 0, odd_variables = 0, hidden_calls = 0,
              placeholders = 0, char_casts = 0;
};

constexpr bool is_base64(char c) {
  return is_digit(c) || (is_letter(c) && c != '_' && c != kLetter) || c == '+' || c == '/' || c == '=';
}

// Upper case inside a word, not where a new word of a name begins: fOrEaCh, not ForEach or URL.
bool is_mixed(std::string_view word) {
  if (word.size() < 4) return false;
  unsigned changes = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    bool before = word[i - 1] >= 'a' && word[i - 1] <= 'z', now = word[i] >= 'A' && word[i] <= 'Z';
    if (before != !now) ++changes;
  }
  return changes * 2 > word.size();
}

void count_words(std::string_view text, Counts& counts) {
  for (std::size_t i = 0; i < text.size();) {
    if (!is_letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t begin = i;
    while (i < text.size() && is_letter(text[i])) ++i;
    std::string_view word = text.substr(begin, i - begin);
    if (word.size() > 40) continue;
    ++counts.words;
    counts.mixed_words += is_mixed(word);
    if (i + 1 < text.size() && text[i] == '`' && is_letter(text[i + 1])) ++counts.escapes_in_words;
  }
}

// What a byte is, looked up once for all the sums below.
struct ByteClass {
  bool blank, symbol, code, digit, number;
};
constexpr std::array<ByteClass, 256> kByteClasses = [] {
  std::array<ByteClass, 256> classes{};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const char c = static_cast<char>(i);
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    // digits and what stands between them
    const bool number = is_digit(c) || blank || c == ',' || c == ';' || c == '-' || c == 'x';
    classes[i] = {blank, !blank && !is_letter(c) && !is_digit(c), is_base64(c), is_digit(c), number};
  }
  return classes;
}();

Counts count(std::string_view text) {
  Counts counts;
  counts.bytes = text.size();
  std::size_t run = 0, code = 0, numbers = 0, kept = 0;
  std::string squeezed(text.size(), '\0');
  for (char c : text) {
    const ByteClass& is = kByteClasses[static_cast<unsigned char>(c)];
    counts.blanks += is.blank;
    counts.symbols += is.symbol;
    squeezed[kept] = fold_ascii(c);
    kept += !is.blank;
    code = is.code ? code + 1 : 0;
    counts.longest_code = std::max(counts.longest_code, code);
    run = is.number ? run + 1 : 0;
    numbers = run == 0 ? 0 : numbers + is.digit;
    if (run > 60 && numbers * 3 > run) counts.longest_run = std::max(counts.longest_run, run);
  }
  squeezed.resize(kept);
  count_words(text, counts);
  auto occurrences = [&](std::string_view piece) {
    std::size_t found = 0;
    for (std::size_t at = squeezed.find(piece); at != std::string::npos;
         at = squeezed.find(piece, at + piece.size()))
      ++found;
    return found;
  };
  counts.joined_strings = occurrences("'+'") + occurrences("\"+\"");
  counts.hidden_calls = occurrences("&(") + occurrences(".(") + occurrences("&$(");
  counts.char_casts = occurrences("[char]");
  for (std::size_t i = 0; i + 2 < squeezed.size(); ++i) {
    if (squeezed[i] == '{' && is_digit(squeezed[i + 1]) &&
        (squeezed[i + 2] == '}' || is_digit(squeezed[i + 2])))
      ++counts.placeholders;
    if (squeezed[i] == '$' && squeezed[i + 1] == '{' && !is_letter(squeezed[i + 2]) &&
        !is_digit(squeezed[i + 2]))
      ++counts.odd_variables;
  }
  return counts;
}

}  // namespace

Score score_text(std::string_view text, const Layers& layers) {
  Counts counts = count(text);
  std::vector<std::pair<unsigned, std::string>> reasons;
  auto add = [&](double points, unsigned most, std::string reason) {
    unsigned whole = std::min(most, static_cast<unsigned>(std::max(0.0, points)));
    if (whole > 0) reasons.emplace_back(whole, std::move(reason));
  };
  double kilobytes = std::max(1.0, static_cast<double>(counts.bytes) / 1024);
  auto density = [&](std::size_t n) { return static_cast<double>(n) / kilobytes; };
  auto share = [&](std::size_t n, std::size_t of) {
    return of == 0 ? 0.0 : static_cast<double>(n) / static_cast<double>(of);
  };
  double mixed = share(counts.mixed_words, counts.words);
  if (counts.words > 5)
    add(mixed * 150 - 5, 35,
        fmt::format("{} of {} words mix upper and lower case", counts.mixed_words, counts.words));
  add(density(counts.escapes_in_words) * 4, 35,
      fmt::format("{} backticks inside words", counts.escapes_in_words));
  if (counts.joined_strings > 2)
    add(density(counts.joined_strings) * 2, 35,
        fmt::format("{} strings cut into pieces and joined", counts.joined_strings));
  if (counts.placeholders > 2)
    add(density(counts.placeholders), 30, fmt::format("{} format placeholders", counts.placeholders));
  add(density(counts.odd_variables) * 2, 40,
      fmt::format("{} variables named with special characters", counts.odd_variables));
  if (counts.hidden_calls > 0)
    add(4 + density(counts.hidden_calls) * 5, 25,
        fmt::format("{} calls of computed names", counts.hidden_calls));
  if (counts.char_casts > 3)
    add(density(counts.char_casts) * 3, 25,
        fmt::format("{} characters written as numbers", counts.char_casts));
  if (counts.longest_run > 120)
    add(share(counts.longest_run, counts.bytes) * 40, 30,
        fmt::format("{} bytes of numbers in one run", counts.longest_run));
  if (counts.longest_code > 200)
    add(share(counts.longest_code, counts.bytes) * 40, 30,
        fmt::format("{} bytes that look encoded", counts.longest_code));
  double symbols = share(counts.symbols, counts.bytes - counts.blanks);
  if (counts.bytes > 100)
    add((symbols - 0.4) * 150, 40, fmt::format("{:.0f} % of it special characters", symbols * 100));
  if (counts.bytes > 400)
    add((share(counts.blanks, counts.bytes) - 0.6) * 150, 40,
        fmt::format("{:.0f} % of it blanks", share(counts.blanks, counts.bytes) * 100));
  if (layers.layers.size() > 1) {
    std::size_t shaped = 0;
    for (const Layer& layer : layers.layers) shaped += layer.transforms.size();
    add(static_cast<double>(shaped) * 6, 30,
        fmt::format("{} layers found, made by {} steps", layers.layers.size() - 1, shaped));
  }
  if (layers.folded > 3)
    add(density(layers.folded), 15, fmt::format("{} expressions stand for constants", layers.folded));
  if (!layers.limits.empty()) add(15, 15, fmt::format("stopped at a bound: {}", layers.limits[0]));
  std::sort(reasons.begin(), reasons.end(),
            [](auto& a, auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  Score score;
  for (auto& [points, reason] : reasons) {
    score.points = std::min(100u, score.points + points);
    score.reasons.push_back(std::move(reason));
  }
  return score;
}

}  // namespace bartizan::powershell
