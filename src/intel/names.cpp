// SPDX-License-Identifier: Apache-2.0
// Normal forms of names: domains (IDNA 2008 with the mapping of UTS 46, by libidn2), URLs (RFC 3986, section 6.2.2), e-mail
// addresses, paths, registry keys and user agents.
#include <idn2.h>

#include <algorithm>
#include <cstdlib>

#include "base/limits.h"
#include "base/text.h"
#include "intel/indicator.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kDomainBytesMax = 253, kLabelBytesMax = 63;  // RFC 1035, 2.3.4

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// `out` is lower-case ASCII; underscores stand in names of services (RFC 2782).
bool is_domain(std::string_view text) {
  if (text.size() > kDomainBytesMax) return false;
  std::size_t label = 0, labels = 0;
  bool has_letter = false;  // in the label at hand
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '.') {
      if (label == 0 || label > kLabelBytesMax) return false;
      if (i == text.size()) return ++labels >= 2 && has_letter;
      ++labels, label = 0, has_letter = false;
      continue;
    }
    const char c = text[i];
    if (!is_letter_or_digit(c) && c != '-' && c != '_') return false;
    has_letter |= c >= 'a' && c <= 'z';
    ++label;
  }
  return false;
}

bool to_ascii(std::string_view text, std::string& out) {
  char* result = nullptr;
  const std::string whole(text);
  if (whole.size() > 4 * kDomainBytesMax || whole.find('\0') != whole.npos) return false;
  if (idn2_to_ascii_8z(whole.c_str(), &result, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
    return false;
  out = result;
  idn2_free(result);
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Escapes of letters that need none are undone, the others written in upper case.
void append_unescaped(std::string_view text, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (!is_escape) {
      out += text[i] == ' ' ? '+' : text[i];
      continue;
    }
    const char c = static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
    const bool is_unreserved =
        is_letter_or_digit(fold_ascii(c)) || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_unreserved) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
    i += 2;
  }
}

// Dot segments of the path that begins at `begin` in `out` are resolved (RFC 3986, 5.2.4).
void resolve_dots(std::string& out, std::size_t begin) {
  if (out.find("/.", begin) == out.npos) return;
  std::string kept;
  std::string_view rest = std::string_view(out).substr(begin);
  while (!rest.empty()) {
    const std::size_t end = rest.find('/', 1);
    const std::string_view segment = rest.substr(0, end);
    const bool is_last = end == rest.npos;
    if (segment == "/..") kept.resize(std::min(kept.size(), kept.rfind('/')));
    else if (segment != "/.") kept += segment;
    if (is_last && (segment == "/.." || segment == "/.")) kept += '/';
    rest = is_last ? std::string_view() : rest.substr(end);
  }
  out.resize(begin);
  out += kept.empty() ? "/" : kept;
}

bool append_host(std::string_view host, std::string& out) {
  std::string name;
  if (const std::optional<Address> address = parse_address(host)) {
    const std::string text = indicator_text(Kind::kAddress, address->key());
    out += address->size == 16 ? "[" + text + "]" : text;
    return true;
  }
  if (normal_domain(host, name)) return out += name, true;
  // One label is a name within a network: fine in a URL.
  for (const char c : host)
    if (!is_letter_or_digit(fold_ascii(c)) && c != '-' && c != '_') return false;
  if (host.empty() || host.size() > kLabelBytesMax) return false;
  for (const char c : host) out += fold_ascii(c);
  return true;
}

bool starts_folded(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && equals_ignoring_ascii_case(text.substr(0, lower.size()), lower);
}

}  // namespace

bool normal_domain(std::string_view text, std::string& out) {
  out.clear();
  if (text.starts_with("*.")) text.remove_prefix(2);
  while (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() < 3) return false;
  if (is_ascii(text)) {
    if (text.size() > kDomainBytesMax) return false;
    out.resize(text.size());
    std::transform(text.begin(), text.end(), out.begin(), fold_ascii);
  } else if (!to_ascii(text, out)) {
    return false;
  }
  return is_domain(out);
}

bool normal_url(std::string_view text, std::string& out) {
  out.clear();
  const std::size_t colon = text.find("://");
  if (colon == text.npos || colon == 0 || colon > 16 || text.size() > limits::kIntelValueBytesMax)
    return false;
  for (std::size_t i = 0; i < colon; ++i) {
    const char c = fold_ascii(text[i]);
    if (!is_letter_or_digit(c) && c != '+' && c != '-' && c != '.') return false;
    out += c;
  }
  if (out == "https") out = "http";  // lists write either for the same place, and so do proxies
  out += "://";
  text.remove_prefix(colon + 3);
  const std::size_t authority_end = std::min(text.size(), text.find_first_of("/?#\\"));
  std::string_view authority = text.substr(0, authority_end), rest = text.substr(authority_end);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  std::string_view port;
  if (const std::size_t at = authority.rfind(':');
      at != authority.npos && authority.find(']', at) == authority.npos && authority.find(':') == at)
    port = authority.substr(at + 1), authority = authority.substr(0, at);
  else if (at != authority.npos && at > 0 && authority[at - 1] == ']')
    port = authority.substr(at + 1), authority = authority.substr(0, at);
  if (!append_host(authority, out)) return false;
  if (port.find_first_not_of("0123456789") != port.npos || port.size() > 5) return false;
  if (!port.empty() && port != "80" && port != "443") out.append(":").append(port);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path_begin = out.size(), query = std::min(rest.size(), rest.find('?'));
  if (query == 0) out += '/';
  append_unescaped(rest.substr(0, query), out);
  resolve_dots(out, path_begin);
  append_unescaped(rest.substr(query), out);
  return true;
}

bool normal_email(std::string_view text, std::string& out) {
  out.clear();
  if (starts_folded(text, "mailto:")) text.remove_prefix(7);
  if (const std::size_t open = text.rfind('<'); open != text.npos && text.ends_with('>'))
    text = text.substr(open + 1, text.size() - open - 2);
  const std::size_t at = text.rfind('@');
  if (at == text.npos || at == 0 || at > 64) return false;
  std::string domain;
  if (!normal_domain(text.substr(at + 1), domain)) return false;
  if (text.substr(0, at).find_first_of(" \t<>,;@\"") != text.npos) return false;
  fold_case(text.substr(0, at), out);
  out.append("@").append(domain);
  return true;
}

bool normal_path(std::string_view text, std::string& out) {
  out.clear();
  for (const std::string_view prefix : {"\\\\?\\", "\\??\\", "\\\\.\\"})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.size() > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/')) text.remove_prefix(2);
  if (text.size() < limits::kIntelShortTextMin || text.size() > limits::kIntelValueBytesMax) return false;
  if (text.find_first_of("\r\n\t<>|\"") != text.npos) return false;
  fold_case(text, out);
  std::replace(out.begin(), out.end(), '/', '\\');
  constexpr std::string_view kDevice = "\\device\\harddiskvolume";
  if (out.starts_with(kDevice))
    if (const std::size_t end = out.find('\\', kDevice.size()); end != out.npos) out.erase(0, end);
  return !out.ends_with('\\');
}

bool normal_registry_key(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() > limits::kIntelValueBytesMax) return false;
  fold_case(text, out);
  constexpr std::pair<std::string_view, std::string_view> kHives[] = {{"hkey_local_machine\\", "hklm\\"},
                                                                      {"hkey_current_user\\", "hku\\"},
                                                                      {"hkey_users\\", "hku\\"},
                                                                      {"hkey_classes_root\\", "hkcr\\"},
                                                                      {"\\registry\\machine\\", "hklm\\"},
                                                                      {"\\registry\\user\\", "hku\\"},
                                                                      {"hkcu\\", "hku\\"},
                                                                      {"hklm:\\", "hklm\\"},
                                                                      {"hkcu:\\", "hku\\"},
                                                                      {"hkey_current_config\\", "hkcc\\"}};
  for (const auto& [from, to] : kHives)
    if (out.starts_with(from)) {
      out.replace(0, from.size(), to);
      break;
    }
  if (!out.starts_with("hklm\\") && !out.starts_with("hku\\") && !out.starts_with("hkcr\\") &&
      !out.starts_with("hkcc\\"))
    return false;
  // Of a user's hive the user does not matter.
  for (const std::string_view user : {"hku\\s-1-", "hku\\.default\\"})
    if (out.starts_with(user))
      if (const std::size_t end = out.find('\\', 4); end != out.npos) out.erase(4, end - 3);
  constexpr std::string_view kControlSet = "hklm\\system\\controlset";
  if (out.starts_with(kControlSet))
    if (const std::size_t end = out.find('\\', kControlSet.size()); end != out.npos)
      out.replace(12, end - 12, "currentcontrolset");
  while (out.ends_with('\\')) out.pop_back();
  return out.size() > 5;
}

bool normal_user_agent(std::string_view text, std::string& out) {
  out.assign(text);
  std::replace(out.begin(), out.end(), '+', ' ');  // as W3C logs write blanks
  return out.size() >= limits::kIntelShortTextMin && out.size() <= limits::kIntelValueBytesMax;
}

}  // namespace bartizan::intel
