// SPDX-License-Identifier: Apache-2.0
// HAProxy's HTTP and TCP log lines, https://docs.haproxy.org/2.8/configuration.html#8.2
//   192.0.2.1:33317 [24/Nov/2026:08:00:00.655] front back/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0
//   {h} "GET / HTTP/1.1" 192.0.2.1:33313 [24/Nov/2026:08:00:00.443] front back/srv1 0/0/5007 212 -- 0/0/0/0/3
//   0/0
#include "decode/http_request.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

bool take_client(TextCursor& in, EventBatch& draft) {
  const std::string_view client = in.word();
  const std::size_t colon = client.rfind(':');
  if (colon == client.npos || !all_digits(client.substr(colon + 1)) ||
      !looks_like_address(client.substr(0, colon)))
    return false;
  draft.add("c-ip", client.substr(0, colon));
  draft.add("c-port", client.substr(colon + 1), true);
  return true;
}

void add_http(TextCursor& in, EventBatch& draft) {
  draft.add("sc-bytes", in.word(), true);
  (void)in.word(), (void)in.word();  // captured cookies
  draft.add("termination_state", in.word());
  (void)in.word(), (void)in.word();  // connections, queues
  std::string_view captured;
  for (const char* name : {"captured_request_headers", "captured_response_headers"})
    if (in.enclosed('{', '}', captured)) draft.add(name, captured), in.skip_blanks();
  std::string_view request = in.rest();  // cut off without its closing mark when it is long
  if (request.starts_with('"')) request.remove_prefix(1);
  if (const std::size_t end = request.rfind('"'); end != request.npos) request = request.substr(0, end);
  add_request_line(request, draft);
}

}  // namespace

bool haproxy_payload(std::string_view message, const TimeHints& times, EventBatch& draft) {
  TextCursor in(message);
  std::string_view time, backend;
  const TextCursor start = in;
  const std::string_view client = in.word();
  if (client.rfind(':') == client.npos || !in.enclosed('[', ']', time)) return false;
  const auto parsed = parse_written_time(time, times);
  in.skip_blanks();
  const std::string_view frontend = in.word();
  TextCursor target(in.word());
  const std::string_view timers = in.word(), status = in.word();
  if (!parsed || !target.until('/', backend) || timers.find('/') == timers.npos || status.empty())
    return false;
  TextCursor again = start;
  if (!take_client(again, draft)) return false;
  Event& event = draft.draft();
  event.time = *parsed;
  event.product = "haproxy";
  draft.add("frontend", frontend);
  draft.add("backend", backend);
  draft.add("server", target.rest());
  draft.add("timers", timers);
  std::size_t slashes = 0;
  for (char c : timers) slashes += c == '/';
  constexpr std::size_t kHttpTimers = 4;  // slashes between five times
  if (slashes < kHttpTimers) {
    event.service = "tcp";
    draft.add("sc-bytes", status, is_plain_number(status));
    draft.add("termination_state", in.word());
    return true;
  }
  event.category = "webserver";
  event.service = "haproxy";
  draft.add("sc-status", status, is_plain_number(status));
  add_http(in, draft);
  return true;
}

}  // namespace bartizan
