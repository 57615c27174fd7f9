// SPDX-License-Identifier: Apache-2.0
// The parts of an HTTP request that web servers, proxies and load balancers log, under the names of the W3C
// extended log format, which Sigma's webserver category uses: cs-method, cs-uri (as asked for), cs-uri-stem,
// cs-uri-query (absent without a question mark), cs-version, cs-host. Views of the text given; one thread.
#pragma once

#include <string_view>

#include "model/event.h"

namespace bartizan {

// `GET /a?b=c HTTP/1.1`. What is no request (a TLS greeting sent to a plain port) is cs-uri as a whole.
void add_request_line(std::string_view request, EventBatch& draft);
// A target: /a?b=c, or http://host:port/a?b=c, or host:port of CONNECT. With `host_known` cs-host is not
// added.
void add_request_target(std::string_view target, bool host_known, EventBatch& draft);
// The fields proxy rules ask for beside those: c-uri, c-uri-query, c-uri-extension, r-dns.
void add_proxy_names(std::string_view url, EventBatch& draft);

// The host of an absolute URL or of host:port; empty when there is none.
std::string_view host_of_url(std::string_view url);
bool is_http_method(std::string_view word);

}  // namespace bartizan
