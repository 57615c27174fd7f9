// SPDX-License-Identifier: Apache-2.0
#include "decode/http_request.h"

#include <algorithm>

#include "decode/text_cursor.h"

namespace bartizan {
namespace {

// Where the path of a target begins: behind the authority of an absolute URL.
std::size_t path_begin(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (scheme == target.npos || scheme > 8) return 0;
  return std::min(target.find_first_of("/?", scheme + 3), target.size());
}

std::string_view extension_of(std::string_view stem) {
  const std::size_t slash = stem.rfind('/');
  const std::string_view name = slash == stem.npos ? stem : stem.substr(slash + 1);
  const std::size_t dot = name.rfind('.');
  constexpr std::size_t kExtensionMax = 12;
  return dot == name.npos || name.size() - dot > kExtensionMax ? std::string_view() : name.substr(dot + 1);
}

// host:port, as in CONNECT: no path and no file name.
bool is_authority(std::string_view target) {
  const std::size_t colon = target.rfind(':');
  return colon != target.npos && target.find('/') == target.npos && all_digits(target.substr(colon + 1));
}

}  // namespace

bool is_http_method(std::string_view word) {
  constexpr std::size_t kLongest = 20;  // RPC_OUT_DATA, BASELINE-CONTROL
  return !word.empty() && word.size() <= kLongest && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::string_view host_of_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const bool absolute = scheme != url.npos && scheme <= 8;
  if (!absolute && (url.empty() || url.front() == '/' || url.find(':') == url.npos)) return {};
  std::string_view host = absolute ? url.substr(scheme + 3) : url;
  host = host.substr(0, host.find_first_of("/?"));
  if (const std::size_t user = host.rfind('@'); user != host.npos) host.remove_prefix(user + 1);
  if (host.starts_with('['))
    return host.substr(1, host.find(']') == host.npos ? host.npos : host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

void add_request_target(std::string_view target, bool host_known, EventBatch& draft) {
  draft.add("cs-uri", target);
  const std::string_view local = target.substr(path_begin(target));
  const std::size_t mark = local.find('?');
  if (!is_authority(target)) draft.add("cs-uri-stem", local.substr(0, mark));
  if (mark != local.npos) draft.add("cs-uri-query", local.substr(mark + 1));
  if (host_known || target.starts_with('/')) return;
  if (const std::string_view host = host_of_url(target); !host.empty()) draft.add("cs-host", host);
}

void add_request_line(std::string_view request, EventBatch& draft) {
  const std::size_t first = request.find(' ');
  if (first == request.npos || !is_http_method(request.substr(0, first))) {
    if (!request.empty() && request != "-") draft.add("cs-uri", request);
    return;
  }
  draft.add("cs-method", request.substr(0, first));
  std::string_view target = request.substr(first + 1), version;
  if (const std::size_t last = target.rfind(" HTTP/"); last != target.npos)
    version = target.substr(last + 1), target = target.substr(0, last);
  add_request_target(target, false, draft);
  if (!version.empty()) draft.add("cs-version", version);
}

void add_proxy_names(std::string_view url, EventBatch& draft) {
  draft.add("c-uri", url);
  const std::string_view local = url.substr(path_begin(url));
  const std::size_t mark = local.find('?');
  if (mark != local.npos) draft.add("c-uri-query", local.substr(mark + 1));
  const std::string_view extension =
      is_authority(url) ? std::string_view() : extension_of(local.substr(0, mark));
  if (!extension.empty()) draft.add("c-uri-extension", extension);
  if (const std::string_view host = host_of_url(url); !host.empty()) draft.add("r-dns", host);
}

}  // namespace bartizan
