// SPDX-License-Identifier: Apache-2.0
#include "intel/indicator.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/must.h"
#include "base/text.h"

namespace bartizan::intel {
namespace {

constexpr std::string_view kNames[kKinds] = {
    "address", "network", "domain", "url",          "md5",   "sha1",      "sha256",     "imphash",
    "email",   "ja3",     "ja4",    "registry-key", "mutex", "file-name", "user-agent", "pattern"};

std::unexpected<std::string> because(std::string reason) { return std::unexpected(std::move(reason)); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  std::size_t at = 0, out = 0;
  for (; at < text.size();) {
    if (text[at] == from[0] && std::string_view(text).substr(at, from.size()) == from) {
      for (const char c : to) text[out++] = c;
      at += from.size();
    } else {
      text[out++] = text[at++];
    }
  }
  text.resize(out);
}

Reading read_address(std::string_view text) {
  const std::optional<Address> address = parse_address(text);
  if (!address) return because("is no IP address");
  return Indicator{Kind::kAddress, std::string(address->key())};
}

Reading read_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = parse_address(text.substr(0, slash));
  if (!address) return because("is no IP network");
  unsigned length = address->size * 8u;
  if (slash != text.npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc() || end != digits.data() + digits.size() || length > address->size * 8u)
      return because("has no prefix length of 0 to " + std::to_string(address->size * 8));
  }
  if (length == address->size * 8u) return Indicator{Kind::kAddress, std::string(address->key())};
  const unsigned length_min = address->size == 4 ? limits::kIntelPrefix4Min : limits::kIntelPrefix6Min;
  if (length < length_min)
    return because("is a network too large to mean anything (shorter than /" + std::to_string(length_min) +
                   ")");
  Indicator indicator{Kind::kNetwork, {}};
  network_key(*address, length, indicator.key);
  return indicator;
}

Reading read_hash(Kind kind, std::string_view text) {
  const std::size_t bytes = kind == Kind::kSha1 ? 20 : kind == Kind::kSha256 ? 32 : 16;
  Indicator indicator{kind, {}};
  if (!parse_hex(text, indicator.key) || indicator.key.size() != bytes)
    return because("is no " + std::string(kind_name(kind)) + " (" + std::to_string(bytes * 2) +
                   " hexadecimal digits)");
  return indicator;
}

// t13d1516h2_8daaf6152771_b186095e22b6, and the other members of the family: three parts of fixed size.
Reading read_ja4(std::string_view text) {
  std::string key = folded(text);
  const bool has_shape = key.size() == 36 && key[10] == '_' && key[23] == '_' &&
                         key.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz_") == key.npos;
  if (!has_shape) return because("is no JA4 fingerprint (such as t13d1516h2_8daaf6152771_b186095e22b6)");
  return Indicator{Kind::kJa4, std::move(key)};
}

template <class Normal>
Reading read_text(Kind kind, std::string_view text, Normal normal, const char* reason) {
  Indicator indicator{kind, {}};
  if (!normal(text, indicator.key)) return because(reason);
  return indicator;
}

Reading read_registry_key(std::string_view text) {
  Reading reading = read_text(Kind::kRegistryKey, text, normal_registry_key, "is no registry key (HKLM\\…)");
  if (reading && std::count(reading->key.begin(), reading->key.end(), '\\') < 2)
    return because("is a registry key so high that everything lies below it");
  return reading;
}

Reading read_mutex(std::string_view text) {
  std::string key = folded(text);
  for (const std::string_view prefix :
       {"\\sessions\\1\\basenamedobjects\\", "\\basenamedobjects\\", "global\\", "local\\"})
    if (key.starts_with(prefix)) key.erase(0, prefix.size());
  if (key.size() < limits::kIntelShortTextMin) return because("is too short for a name of a mutex");
  return Indicator{Kind::kMutex, std::move(key)};
}

bool is_program_suffix(std::string_view suffix) {
  constexpr std::string_view kSuffixes[] = {
      "exe",  "dll",  "sys",  "ps1",  "psm1", "bat", "cmd", "vbs",  "vbe",  "js",  "jse",  "wsf",  "hta",
      "lnk",  "scr",  "msi",  "jar",  "iso",  "img", "doc", "docx", "docm", "xls", "xlsx", "xlsm", "xlam",
      "ppt",  "pptx", "pptm", "rtf",  "pdf",  "chm", "cpl", "ocx",  "tmp",  "dat", "bin",  "elf",  "php",
      "aspx", "asp",  "jsp",  "jspx", "rar",  "7z",  "gz",  "txt",  "log",  "ini"};
  return std::find(std::begin(kSuffixes), std::end(kSuffixes), suffix) != std::end(kSuffixes);
}

bool looks_like_file(std::string_view text) {
  if (text.find('\\') != text.npos) return true;
  const std::size_t dot = text.rfind('.');
  return dot != text.npos && dot > 0 && is_program_suffix(folded(text.substr(dot + 1)));
}

}  // namespace

std::string_view kind_name(Kind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_of_name(std::string_view name) {
  for (std::size_t i = 0; i < kKinds; ++i)
    if (kNames[i] == name) return static_cast<Kind>(i);
  return std::nullopt;
}

std::string refanged(std::string_view text) {
  std::string out(trimmed(text));
  constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
      {"[.]", "."}, {"(.)", "."},     {"{.}", "."}, {"[dot]", "."}, {"(dot)", "."}, {"[.", "."},
      {"[:]", ":"}, {"[://]", "://"}, {"[@]", "@"}, {"[at]", "@"},  {"(at)", "@"},  {"[/]", "/"}};
  if (out.find_first_of("[({") != out.npos)
    for (const auto& [from, to] : kMarks) {
      if (from == "[." && (out.find(']') != out.npos || out.find(':') != out.npos)) continue;
      replace_all(out, from, to);
    }
  if (out.size() > 4 && (out[0] == 'h' || out[0] == 'H') && (out[1] == 'x' || out[1] == 'X') &&
      (out[2] == 'x' || out[2] == 'X') && (out[3] == 'p' || out[3] == 'P'))
    out[1] = out[2] = 't';
  else if (out.size() > 6 && equals_ignoring_ascii_case(std::string_view(out).substr(0, 3), "fxp"))
    out[1] = 't';
  return out;
}

Reading read_indicator(Kind kind, std::string_view written) {
  if (kind == Kind::kPattern) return Indicator{kind, std::string(trimmed(written))};
  if (written.size() > limits::kIntelValueBytesMax)
    return because("is longer than " + std::to_string(limits::kIntelValueBytesMax) + " bytes");
  const bool may_be_defanged = kind == Kind::kAddress || kind == Kind::kNetwork || kind == Kind::kDomain ||
                               kind == Kind::kUrl || kind == Kind::kEmail;
  const std::string text = may_be_defanged ? refanged(written) : std::string(trimmed(written));
  if (text.empty()) return because("is empty");
  switch (kind) {
    case Kind::kAddress:
    case Kind::kNetwork: return text.find('/') == text.npos ? read_address(text) : read_network(text);
    case Kind::kDomain:
      if (parse_address(text)) return because("is an address, no domain");
      return read_text(kind, text, normal_domain, "is no domain name of two labels or more");
    case Kind::kUrl: return read_text(kind, text, normal_url, "is no URL with a scheme and a host");
    case Kind::kMd5:
    case Kind::kSha1:
    case Kind::kSha256:
    case Kind::kImphash:
    case Kind::kJa3: return read_hash(kind, text);
    case Kind::kEmail: return read_text(kind, text, normal_email, "is no e-mail address");
    case Kind::kJa4: return read_ja4(text);
    case Kind::kRegistryKey: return read_registry_key(text);
    case Kind::kMutex: return read_mutex(text);
    case Kind::kFileName: return read_text(kind, text, normal_path, "is no file name");
    case Kind::kUserAgent: return read_text(kind, text, normal_user_agent, "is too short for a user agent");
    case Kind::kPattern: break;
  }
  MUST(false);
  return {};
}

Reading guess_indicator(std::string_view written) {
  const std::string text = refanged(written);
  if (text.empty()) return because("is empty");
  if (text.find("://") != text.npos) return read_indicator(Kind::kUrl, text);
  if (parse_address(text.substr(0, text.find('/')))) {
    const std::size_t slash = text.find('/');
    const bool is_url = slash != text.npos && text.find_first_not_of("0123456789", slash + 1) != text.npos;
    return is_url ? read_indicator(Kind::kUrl, "http://" + text) : read_indicator(Kind::kNetwork, text);
  }
  if (const bool is_hex = text.find_first_not_of("0123456789abcdefABCDEF") == text.npos; is_hex) {
    if (text.size() == 32) return read_indicator(Kind::kMd5, text);
    if (text.size() == 40) return read_indicator(Kind::kSha1, text);
    if (text.size() == 64) return read_indicator(Kind::kSha256, text);
  }
  if (text.size() == 36 && text[10] == '_' && text[23] == '_') return read_indicator(Kind::kJa4, text);
  if (text.find('@') != text.npos) return read_indicator(Kind::kEmail, text);
  if (std::string key; text.find('\\') != text.npos && normal_registry_key(text, key))
    return read_indicator(Kind::kRegistryKey, text);
  if (looks_like_file(text)) return read_indicator(Kind::kFileName, text);
  if (text.find('/') != text.npos && text.front() != '/') {
    std::string key;
    if (normal_url("http://" + text, key)) return Indicator{Kind::kUrl, std::move(key)};
  }
  if (std::string key; normal_domain(text, key)) return Indicator{Kind::kDomain, std::move(key)};
  return because("is nothing whose kind can be told by its look");
}

std::string indicator_text(Kind kind, std::string_view key) {
  constexpr char kDigits[] = "0123456789abcdef";
  switch (kind) {
    case Kind::kMd5:
    case Kind::kSha1:
    case Kind::kSha256:
    case Kind::kImphash:
    case Kind::kJa3: {
      std::string out;
      for (const char c : key) {
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[static_cast<unsigned char>(c) & 15];
      }
      return out;
    }
    case Kind::kAddress:
    case Kind::kNetwork: {
      if (kind == Kind::kAddress) return address_text(key);
      if (key.empty()) return {};
      return address_text(key.substr(1)) + "/" + std::to_string(static_cast<unsigned char>(key[0]));
    }
    default: return std::string(key);
  }
}

}  // namespace bartizan::intel
