// SPDX-License-Identifier: Apache-2.0
#include "intel/text_values.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::intel {
namespace {

enum Class : std::uint8_t { kDigit = 1, kHexLetter = 2, kLetter = 4, kDot = 8, kDash = 16 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = kDigit;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 32] = c <= 'f' ? kHexLetter : kLetter;
  for (unsigned c = 0x80; c < 0x100; ++c) classes[c] = kLetter;  // names in other scripts
  classes['.'] = kDot;
  classes['-'] = classes['_'] = kDash;
  return classes;
}
constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

std::uint8_t class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

bool is_address_letter(char c) { return (class_of(c) & (kDigit | kHexLetter | kDot)) || c == ':'; }

bool ends_url(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == ')' ||
         c == '`' || c == '|' || c == '^' || c == ';' || c == ',' || c == '}' || c == ']';
}

}  // namespace

void take_domain(std::string_view normal, KeyReceiver& receiver) {
  for (;;) {
    const std::size_t dot = normal.find('.');
    if (dot == normal.npos) return;
    receiver.take(Kind::kDomain, normal);
    normal.remove_prefix(dot + 1);
  }
}

void take_registry_key(std::string_view normal, KeyReceiver& receiver) {
  for (std::size_t parts = static_cast<std::size_t>(std::count(normal.begin(), normal.end(), '\\'));
       parts >= 2; --parts) {
    receiver.take(Kind::kRegistryKey, normal);
    normal = normal.substr(0, normal.rfind('\\'));
  }
}

void take_path(std::string_view normal, KeyReceiver& receiver) {
  receiver.take(Kind::kFileName, normal);
  if (const std::size_t slash = normal.rfind('\\'); slash != normal.npos)
    receiver.take(Kind::kFileName, normal.substr(slash + 1));
}

void TextValues::read(std::string_view text, KeyReceiver& receiver) {
  text = text.substr(0, limits::kIntelTextBytesMax);
  taken_ = 0;
  for (std::size_t at = 0; at < text.size() && taken_ < limits::kIntelTextValuesMax;) {
    if (class_of(text[at]) == 0) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && class_of(text[end]) != 0) ++end;
    at = read_word(text, at, end, receiver);
  }
}

// Where to go on.
std::size_t TextValues::read_word(std::string_view text, std::size_t begin, std::size_t end,
                                  KeyReceiver& receiver) {
  std::string_view word = text.substr(begin, end - begin);
  const char after = end < text.size() ? text[end] : '\0';
  if (after == ':' && word.size() >= 3 && word.size() <= 8 && text.substr(end).starts_with("://")) {
    take_url(text, begin, receiver);
    return end + 3;  // the host is read as a word of its own
  }
  if (after == '\\' && (word.starts_with("HK") || word.starts_with("hk"))) {
    const std::size_t key_end = std::min(text.size(), text.find_first_of(" \t\r\n\"'", begin));
    ++taken_;
    if (wants(Kind::kRegistryKey) && normal_registry_key(text.substr(begin, key_end - begin), key_))
      take_registry_key(key_, receiver);
    return key_end;
  }
  unsigned seen = 0;
  for (const char c : word) seen |= class_of(c);
  // ab:cd::1, or ::1 whose first colons stand before the word
  if (after == ':' && word.size() <= 4 && (seen & (kLetter | kDash | kDot)) == 0) {
    std::size_t begin6 = begin, end6 = end;
    while (begin6 > 0 && text[begin6 - 1] == ':' && begin - begin6 < 2) --begin6;
    while (end6 < text.size() && is_address_letter(text[end6]) && end6 - begin6 < 46) ++end6;
    std::string_view candidate = text.substr(begin6, end6 - begin6);
    while (candidate.ends_with('.')) candidate.remove_suffix(1);
    if (const auto address = parse_address(candidate))
      return receiver.take(Kind::kAddress, address->key()), ++taken_, end6;
  }
  if (after == '@' && end + 1 < text.size() && class_of(text[end + 1])) {
    std::size_t last = end + 1;
    while (last < text.size() && class_of(text[last])) ++last;
    ++taken_;
    if (wants(Kind::kEmail) && normal_email(text.substr(begin, last - begin), key_))
      receiver.take(Kind::kEmail, key_);
  }
  if ((seen & kDot) == 0) {
    const bool is_hex =
        (seen & (kLetter | kDash)) == 0 && (word.size() == 32 || word.size() == 40 || word.size() == 64);
    if (is_hex && parse_hex(word, key_)) {
      receiver.take(word.size() == 32 ? Kind::kMd5 : word.size() == 40 ? Kind::kSha1 : Kind::kSha256, key_);
      ++taken_;
    }
    return end;
  }
  take_name(word, receiver);
  return end;
}

// A word with a dot: an address, a name, a file.
void TextValues::take_name(std::string_view word, KeyReceiver& receiver) {
  while (!word.empty() && (word.back() == '.' || word.back() == '-')) word.remove_suffix(1);
  while (!word.empty() && (word.front() == '.' || word.front() == '-')) word.remove_prefix(1);
  if (word.size() < 4 || word.find('.') == word.npos) return;
  ++taken_;
  if (const auto address = parse_address(word)) return receiver.take(Kind::kAddress, address->key());
  if (wants(Kind::kDomain) && normal_domain(word, key_)) take_domain(key_, receiver);
  if (wants(Kind::kFileName) && normal_path(word, key_)) receiver.take(Kind::kFileName, key_);
}

void TextValues::take_url(std::string_view text, std::size_t begin, KeyReceiver& receiver) {
  ++taken_;
  if (!wants(Kind::kUrl)) return;
  std::size_t end = begin;
  while (end < text.size() && end - begin < limits::kIntelValueBytesMax && !ends_url(text[end])) ++end;
  std::string_view url = text.substr(begin, end - begin);
  while (url.ends_with('.')) url.remove_suffix(1);
  if (normal_url(url, key_)) receiver.take(Kind::kUrl, key_);
}

}  // namespace bartizan::intel
