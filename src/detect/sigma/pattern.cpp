// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/pattern.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::sigma {
namespace {

using enum Token::Kind;

void append_literal(Pattern& pattern, std::string_view text) {
  if (pattern.empty() || pattern.back().kind != kLiteral) pattern.push_back({kLiteral, {}});
  pattern.back().text += text;
}

constexpr std::string_view kDashes[] = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95"};

// Letters and digits; beyond ASCII everything but the punctuation blocks, which is as near as a table-free test comes.
bool is_word(char32_t code) {
  if (code < 0x80)
    return (code >= '0' && code <= '9') || code == '_' || ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
  return code >= 0xaa && code != 0xd7 && code != 0xf7 && !(code >= 0x2000 && code <= 0x206f);
}

// Where in `text` stands a dash with no word character before it and one after it.
std::vector<std::size_t> dash_positions(std::string_view text) {
  std::vector<std::size_t> found;
  bool word_before = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t code = next_code_point(text, at);
    std::size_t after = at;
    if ((code == '-' || code == '/') && !word_before && at < text.size() &&
        is_word(next_code_point(text, after)))
      found.push_back(start);
    word_before = is_word(code);
  }
  return found;
}

bool parse_address(std::string_view ip, bool& is_v6, std::array<std::uint8_t, 16>& address) {
  char text[64];
  if (ip.size() >= sizeof text || ip.find('\0') != ip.npos) return false;
  std::memcpy(text, ip.data(), ip.size());
  text[ip.size()] = '\0';
  is_v6 = ip.find(':') != ip.npos;
  return inet_pton(is_v6 ? AF_INET6 : AF_INET, text, address.data()) == 1;
}

bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int prefix) {
  const auto whole = static_cast<std::size_t>(prefix / 8);
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  return prefix % 8 == 0 || ((a[whole] ^ b[whole]) >> (8 - prefix % 8)) == 0;
}

}  // namespace

Pattern parse_pattern(std::string_view raw) {
  Pattern pattern;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const char c = raw[at];
    const char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (c == '\\' && (next == '*' || next == '?' || next == '\\'))
      append_literal(pattern, raw.substr(++at, 1));
    else if (c == '*') open_end(pattern);
    else if (c == '?') pattern.push_back({kAnyOne, {}});
    else append_literal(pattern, raw.substr(at, 1));
  }
  return pattern;
}

Pattern literal_pattern(std::string text) {
  if (text.empty()) return {};
  return {{kLiteral, std::move(text)}};
}

void open_start(Pattern& pattern) {
  if (pattern.empty() || pattern.front().kind != kAnyRun) pattern.insert(pattern.begin(), {kAnyRun, {}});
}

void open_end(Pattern& pattern) {
  if (pattern.empty() || pattern.back().kind != kAnyRun) pattern.push_back({kAnyRun, {}});
}

bool has_wildcards(const Pattern& pattern) {
  for (const Token& token : pattern)
    if (token.kind != kLiteral) return true;
  return false;
}

std::string literal_text(const Pattern& pattern) {
  std::string text;
  for (const Token& token : pattern) text += token.text;
  return text;
}

// Greedy with a single way back: when a later token fails, only the last wildcard run needs to take more.
bool matches_glob(const Pattern& pattern, std::string_view text) {
  std::size_t token = 0, at = 0;
  std::size_t run_token = pattern.size(), run_at = 0;  // the token after the last run, and where it was tried
  bool in_run = false;
  for (;;) {
    bool failed = false;
    if (token == pattern.size()) {
      if (at == text.size()) return true;
      if (in_run && run_token == pattern.size()) return true;
      failed = true;
    } else if (pattern[token].kind == kAnyRun) {
      in_run = true, run_token = ++token, run_at = at;
    } else if (pattern[token].kind == kAnyOne) {
      if (at < text.size()) next_code_point(text, at), ++token;
      else failed = true;
    } else if (text.substr(at).starts_with(pattern[token].text)) {
      at += pattern[token++].text.size();
    } else {
      failed = true;
    }
    if (!failed) continue;
    if (!in_run || run_at >= text.size()) return false;
    next_code_point(text, run_at);
    if (run_token < pattern.size() && pattern[run_token].kind == kLiteral) {
      run_at = text.find(pattern[run_token].text, run_at);
      if (run_at == text.npos) return false;
    }
    token = run_token, at = run_at;
  }
}

std::vector<Pattern> dash_variants(const Pattern& pattern) {
  std::vector<Pattern> variants{{}};
  const std::size_t bytes = literal_text(pattern).size() + 1;
  for (const Token& token : pattern) {
    std::size_t from = 0;
    const std::vector<std::size_t> positions =
        token.kind == kLiteral ? dash_positions(token.text) : std::vector<std::size_t>{};
    for (std::size_t position : positions) {
      const std::size_t count = variants.size() * std::size(kDashes);
      if (count > limits::kSigmaVariantsMax || count * bytes > limits::kSigmaVariantBytesMax) return {};
      std::vector<Pattern> longer;
      for (const Pattern& variant : variants)
        for (std::string_view dash : kDashes) {
          Pattern& added = longer.emplace_back(variant);
          append_literal(added, std::string_view(token.text).substr(from, position - from));
          append_literal(added, dash);
        }
      variants = std::move(longer);
      from = position + 1;
    }
    for (Pattern& variant : variants) {
      if (token.kind != kLiteral) variant.push_back(token);
      else if (from < token.text.size()) append_literal(variant, std::string_view(token.text).substr(from));
    }
  }
  return variants;
}

std::string base64(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i)
      out += at + i > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * i) & 63];
  }
  return out;
}

std::array<std::string, 3> base64_offsets(std::string_view bytes) {
  static constexpr std::size_t kHead[] = {0, 2, 3}, kTail[] = {0, 3, 2};
  std::array<std::string, 3> out;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string whole = base64(std::string(i, ' ') + std::string(bytes));
    const std::size_t cut = kHead[i] + kTail[(bytes.size() + i) % 3];
    if (whole.size() > cut) out[i] = whole.substr(kHead[i], whole.size() - cut);
  }
  return out;
}

std::string utf16_bytes(std::string_view text, bool big_endian) {
  std::string out;
  const auto unit = [&](char32_t value) {
    const char low = static_cast<char>(value & 0xff), high = static_cast<char>(value >> 8 & 0xff);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    if (code < 0x10000) {
      unit(code);
    } else {
      unit(0xd800 + ((code - 0x10000) >> 10));
      unit(0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  return out;
}

bool Network::contains(std::string_view ip) const {
  bool other_v6 = false;
  std::array<std::uint8_t, 16> other{};
  return parse_address(ip, other_v6, other) && other_v6 == is_v6 && same_prefix(address, other, prefix);
}

std::optional<Network> parse_network(std::string_view text) {
  Network network;
  const std::size_t slash = text.find('/');
  if (!parse_address(text.substr(0, slash), network.is_v6, network.address)) return {};
  const int bits = network.is_v6 ? 128 : 32;
  network.prefix = bits;
  if (slash != text.npos) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, network.prefix);
    if (error != std::errc{} || stop != end || network.prefix < 0 || network.prefix > bits) return {};
  }
  for (int bit = network.prefix; bit < bits; ++bit)
    if (network.address[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) return {};
  return network;
}

}  // namespace bartizan::sigma
