// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>

#include "base/limits.h"

namespace bartizan::powershell {
namespace {

constexpr std::u16string_view kSpecial = u"\\*+?|[()^$.";

bool is_literal(std::u16string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (kSpecial.find(pattern[i]) != std::u16string_view::npos) return false;
    if (pattern[i] == '{' && i + 1 < pattern.size() && pattern[i + 1] >= '0' && pattern[i + 1] <= '9')
      return false;
  }
  return true;
}

// Takes out the escapes of a pattern that is a literal but for them: \+ or \|.
std::optional<Text> unescaped_literal(std::u16string_view pattern) {
  Text plain;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    char16_t unit = pattern[i];
    if (unit == '\\') {
      if (++i == pattern.size() || pattern[i] >= 0x80) return std::nullopt;
      char c = static_cast<char>(pattern[i]);
      if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return std::nullopt;
      plain += pattern[i];
    } else if (kSpecial.find(unit) != std::u16string_view::npos || unit == '{') {
      return std::nullopt;
    } else {
      plain += unit;
    }
  }
  return plain;
}

bool one_unit_each(std::u16string_view pattern) {
  return pattern == u"." || pattern == u"[\\s\\S]" || pattern == u"(.)" || pattern == u"(.|\\n)";
}

// Offsets of a UTF-8 copy back to UTF-16 units; empty when they are the same.
struct Subject {
  std::string utf8;
  std::vector<std::uint32_t> units;

  explicit Subject(const Text& text) : utf8(narrow(text)) {
    if (utf8.size() == text.size()) return;
    units.reserve(utf8.size() + 1);
    std::uint32_t unit = 0;
    for (char c : utf8) {
      auto byte = static_cast<unsigned char>(c);
      bool lead = (byte & 0xC0) != 0x80;
      if (lead && !units.empty()) unit += four_ ? 2 : 1;
      if (lead) four_ = byte >= 0xF0;
      units.push_back(unit);
    }
    units.push_back(static_cast<std::uint32_t>(text.size()));
  }
  std::size_t unit_at(std::size_t byte) const { return units.empty() ? byte : units[byte]; }

 private:
  bool four_ = false;
};

}  // namespace

std::optional<Pattern> Pattern::compile(std::u16string_view pattern, PatternOptions options) {
  if (pattern.size() > limits::kPowershellPatternMax) return std::nullopt;
  Pattern made;
  made.options_ = options;
  if (is_literal(pattern)) return made.take_literal(Text(pattern)), made;
  if (auto literal = unescaped_literal(pattern)) return made.take_literal(std::move(*literal)), made;
  if (options.right_to_left && !one_unit_each(pattern)) return std::nullopt;
  std::string source = narrow(pattern);
  for (std::size_t i = 0; i + 1 < source.size(); ++i) {
    if (source[i] == '\\') {
      char c = source[++i];
      if (std::string_view("wWdDsSbB").find(c) != std::string_view::npos) made.ascii_only_ = true;
      if (std::string_view("GZkceupP").find(c) != std::string_view::npos) return std::nullopt;
    } else if (source.compare(i, 3, "(?<") == 0 && source[i + 3] != '=' && source[i + 3] != '!') {
      source.insert(i + 2, "P");  // a named group
      i += 3;
    } else if (source[i] == '[' && source.find("-[", i) != std::string::npos) {
      return std::nullopt;  // subtraction
    }
  }
  made.end_anchor_ = source.find('$') != std::string::npos;
  if (options.ignore_case || source.find("(?i") != std::string::npos) made.ascii_only_ = true;
  RE2::Options flags;
  flags.set_log_errors(false);
  flags.set_case_sensitive(!options.ignore_case);
  flags.set_dot_nl(options.single_line);
  flags.set_max_mem(4 << 20);
  if (options.multi_line) source = "(?m)" + source;
  made.re_ = std::make_shared<RE2>(source, flags);
  if (!made.re_->ok()) return std::nullopt;
  made.group_names_.resize(static_cast<std::size_t>(made.re_->NumberOfCapturingGroups()) + 1);
  for (auto& [number, name] : made.re_->CapturingGroupNames())
    made.group_names_[static_cast<std::size_t>(number)] = name;
  return made;
}

void Pattern::take_literal(Text literal) {
  literal_ = options_.ignore_case ? lower_text(literal) : std::move(literal);
  folds_ = options_.ignore_case && std::any_of(literal_.begin(), literal_.end(), [](char16_t unit) {
             return unit >= 0x80 || (unit >= 'a' && unit <= 'z');
           });
}

// Where the literal stands next, at `from` or behind.
std::size_t Pattern::next_literal(const Text& text, std::size_t from) const {
  if (!folds_) return text.find(literal_, from);
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), literal_.begin(),
                  literal_.end(), [](char16_t unit, char16_t wanted) { return lower_unit(unit) == wanted; });
  return found == text.end() ? Text::npos : static_cast<std::size_t>(found - text.begin());
}

std::optional<std::vector<PatternMatch>> Pattern::find_literal(const Text& text, std::size_t most) const {
  std::vector<PatternMatch> found;
  if (literal_.empty()) {
    for (std::size_t at = 0; at <= text.size() && found.size() < most; ++at)
      found.push_back({at, at, {{{at, at}}}});
  } else {
    for (std::size_t at = next_literal(text, 0); at != Text::npos && found.size() < most;
         at = next_literal(text, at + literal_.size()))
      found.push_back({at, at + literal_.size(), {{{at, at + literal_.size()}}}});
  }
  if (options_.right_to_left) std::reverse(found.begin(), found.end());
  return found;
}

std::optional<std::vector<PatternMatch>> Pattern::find_all(const Text& text, std::size_t most) const {
  if (!re_) return find_literal(text, most);
  Subject subject(text);
  if (ascii_only_ && !subject.units.empty()) return std::nullopt;
  if (end_anchor_ && text.ends_with(u'\n')) return std::nullopt;
  std::vector<PatternMatch> found;
  std::size_t groups = group_names_.size();
  std::vector<re2::StringPiece> pieces(groups);
  std::size_t from = 0;
  while (from <= subject.utf8.size() && found.size() < most) {
    if (!re_->Match(subject.utf8, from, subject.utf8.size(), RE2::UNANCHORED, pieces.data(),
                    static_cast<int>(groups)))
      break;
    PatternMatch match;
    for (const re2::StringPiece& piece : pieces) {
      if (piece.data() == nullptr) {
        match.groups.emplace_back();
        continue;
      }
      auto begin = static_cast<std::size_t>(piece.data() - subject.utf8.data());
      match.groups.push_back({{subject.unit_at(begin), subject.unit_at(begin + piece.size())}});
    }
    match.begin = match.groups[0]->first;
    match.end = match.groups[0]->second;
    auto end = static_cast<std::size_t>(pieces[0].data() - subject.utf8.data()) + pieces[0].size();
    from = pieces[0].empty() ? end + 1 : end;
    while (from < subject.utf8.size() && (static_cast<unsigned char>(subject.utf8[from]) & 0xC0) == 0x80)
      ++from;
    found.push_back(std::move(match));
  }
  if (options_.right_to_left) std::reverse(found.begin(), found.end());
  return found;
}

// The number of the group that ${name} at `at` means; 0 for none.
std::size_t Pattern::named_group(const Text& replacement, std::size_t at) const {
  const std::size_t close = replacement.find(u'}', at);
  if (close == Text::npos) return 0;
  const std::string name = narrow(replacement.substr(at + 2, close - at - 2));
  for (std::size_t group = 1; group < group_names_.size(); ++group)
    if (group_names_[group] == name) return group;
  return 0;
}

// Replaces a literal without a list of matches.
std::optional<Text> Pattern::replace_literal(const Text& text, const Text& replacement) const {
  Text out;
  std::size_t from = 0, found = 0;
  for (std::size_t at = next_literal(text, 0); at != Text::npos; at = next_literal(text, from)) {
    if (++found >= limits::kPowershellPatternMatchesMax) return std::nullopt;
    out.append(text, from, at - from).append(replacement);
    if (out.size() > limits::kPowershellStringMax) return std::nullopt;
    from = at + literal_.size();
  }
  if (out.size() + text.size() - from > limits::kPowershellStringMax) return std::nullopt;
  return out.append(text, from, Text::npos);
}

std::optional<Text> Pattern::replace(const Text& text, const Text& replacement) const {
  if (options_.right_to_left) return std::nullopt;
  if (!re_ && !literal_.empty() && replacement.find(u'$') == Text::npos)
    return replace_literal(text, replacement);
  auto found = find_all(text, limits::kPowershellPatternMatchesMax);
  if (!found || found->size() >= limits::kPowershellPatternMatchesMax) return std::nullopt;
  Text out;
  std::size_t from = 0;
  for (const PatternMatch& match : *found) {
    out.append(text, from, match.begin - from);
    from = match.end;
    for (std::size_t i = 0; i < replacement.size(); ++i) {
      char16_t next = i + 1 < replacement.size() ? replacement[i + 1] : u' ';
      if (replacement[i] != '$' || next == ' ') {
        out += replacement[i];
      } else if (next == '$') {
        out += u'$', ++i;
      } else if (next == '&' || (next >= '0' && next <= '9')) {
        std::size_t group = next == '&' ? 0 : next - u'0';
        ++i;
        if (group >= match.groups.size()) return std::nullopt;
        if (match.groups[group])
          out.append(text, match.groups[group]->first,
                     match.groups[group]->second - match.groups[group]->first);
      } else if (const std::size_t group = next == '{' ? named_group(replacement, i) : 0; group > 0) {
        if (group < match.groups.size() && match.groups[group])
          out.append(text, match.groups[group]->first,
                     match.groups[group]->second - match.groups[group]->first);
        i = replacement.find(u'}', i);
      } else if (next == '{' || next == '`' || next == '\'' || next == '+' || next == '_') {
        return std::nullopt;
      } else {
        out += u'$';
      }
    }
    if (out.size() > limits::kPowershellStringMax) return std::nullopt;
  }
  return out.append(text, from, Text::npos);
}

// The same for a literal, without a list of matches.
std::vector<Value> Pattern::split_literal(const Text& text, std::size_t matches_max) const {
  std::vector<Value> parts;
  std::size_t from = 0;
  for (std::size_t at = next_literal(text, 0); at != Text::npos && parts.size() < matches_max;
       at = next_literal(text, from)) {
    parts.emplace_back(text.substr(from, at - from));
    from = at + literal_.size();
  }
  parts.emplace_back(text.substr(from));
  return parts;
}

bool Pattern::lacks_literal(const Text& text) const {
  return !re_ && !literal_.empty() && next_literal(text, 0) == Text::npos;
}

std::optional<std::vector<Value>> Pattern::split(const Text& text, std::size_t most) const {
  if (!re_ && !literal_.empty() && !options_.right_to_left)
    return split_literal(text, most == 0 ? limits::kPowershellArrayMax : most - 1);
  auto found = find_all(text, most == 0 ? limits::kPowershellArrayMax : most - 1);
  if (!found || options_.right_to_left) return std::nullopt;
  std::vector<Value> parts;
  std::size_t from = 0;
  for (const PatternMatch& match : *found) {
    parts.push_back(text.substr(from, match.begin - from));
    for (std::size_t group = 1; group < match.groups.size(); ++group)
      if (match.groups[group])
        parts.push_back(text.substr(match.groups[group]->first,
                                    match.groups[group]->second - match.groups[group]->first));
    from = match.end;
  }
  parts.push_back(text.substr(from));
  return parts;
}

Text escape_pattern(std::u16string_view text) {
  Text out;
  for (char16_t unit : text) {
    if (std::u16string_view(u"\\*+?|{[()^$.# ").find(unit) != std::u16string_view::npos) out += u'\\';
    if (unit == '\t') out += u"\\t";
    else if (unit == '\n') out += u"\\n";
    else if (unit == '\r') out += u"\\r";
    else out += unit;
  }
  return out;
}

namespace {
// The element of a wildcard pattern at `at`: ?, a plain unit, or a set in brackets; `end` is where the next begins.
bool matches_element(std::u16string_view pattern, std::size_t at, char16_t unit, bool case_sensitive,
                     std::size_t& end) {
  auto folded = [&](char16_t u) { return case_sensitive ? u : lower_unit(u); };
  end = at + 1;
  if (pattern[at] == '?') return true;
  if (pattern[at] != '[') return folded(pattern[at]) == folded(unit);
  end = pattern.find(u']', at + 1) + 1;
  for (std::size_t i = at + 1; i + 1 < end; ++i) {
    const bool range = i + 3 < end && pattern[i + 1] == '-';
    const char16_t low = folded(pattern[i]), high = range ? folded(pattern[i + 2]) : low;
    if (folded(unit) >= low && folded(unit) <= high) return true;
    if (range) i += 2;
  }
  return false;
}

// Sets that hold something, closed, and not within each other.
bool has_plain_sets(std::u16string_view pattern) {
  for (std::size_t open = pattern.find(u'['); open != pattern.npos; open = pattern.find(u'[', open)) {
    const std::size_t close = pattern.find(u']', open);
    if (close == pattern.npos || close < open + 2 ||
        pattern.substr(open + 1, close - open - 1).find(u'[') != pattern.npos)
      return false;
    open = close;
  }
  return true;
}
}  // namespace

std::optional<bool> match_wildcard(std::u16string_view pattern, std::u16string_view text,
                                   bool case_sensitive) {
  if (pattern.find(u'`') != pattern.npos || !has_plain_sets(pattern)) return std::nullopt;
  if (pattern.size() * text.size() > limits::kPowershellWildcardWorkMax) return std::nullopt;
  std::size_t p = 0, t = 0, star = Text::npos, mark = 0, next = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') star = p++, mark = t;
    else if (p < pattern.size() && matches_element(pattern, p, text[t], case_sensitive, next)) p = next, ++t;
    else if (star != Text::npos) p = star + 1, t = ++mark;
    else return false;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace bartizan::powershell
