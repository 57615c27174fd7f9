// SPDX-License-Identifier: Apache-2.0
// Access logs of Amazon's S3 and load balancers, under the names rules for web servers use; what those have no name
// for keeps the documentation's.
//   owner bucket [06/Feb/2026:00:00:38 +0000] 192.0.2.3 requester id REST.GET.OBJECT key "GET /b/k HTTP/1.1" 200 - 113 …
//   https 2026-07-02T22:23:00.186641Z app/lb/50dc 192.0.2.7:2817 10.0.0.1:80 0.0 0.0 0.0 200 200 0 57 "GET …" "agent" …
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
#include <algorithm>

#include "decode/http_request.h"
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

void add(std::string_view name, std::string_view value, EventBatch& draft) {
  if (!value.empty() && value != "-") draft.add(name, value, is_plain_number(value));
}

void declare(std::string_view service, Instant time, EventBatch& draft) {
  Event& event = draft.draft();
  event.product = "aws", event.category = "webserver", event.service = service;
  event.time = time;
}

std::string_view quoted(TextCursor& in) {
  std::string_view value;
  in.skip_blanks();
  if (!in.quoted(value)) value = in.word();
  in.skip_blanks();
  return value;
}

bool read_s3(std::string_view line, const TimeHints& times, EventBatch& draft) {
  constexpr std::size_t kOwnerBytes = 64;
  TextCursor in(line);
  const std::string_view owner = in.word(), bucket = in.word();
  std::string_view text;
  if (owner.size() != kOwnerBytes || !in.enclosed('[', ']', text)) return false;
  const auto time = parse_written_time(text, times);
  in.skip_blanks();
  const std::string_view client = in.word(), requester = in.word(), id = in.word(), operation = in.word(),
                         key = in.word();
  if (!time || operation.find('.') == operation.npos) return false;
  declare("s3access", *time, draft);
  add("bucket", bucket, draft);
  add("c-ip", client, draft);
  add("cs-username", requester, draft);
  add("request_id", id, draft);
  add("operation", operation, draft);
  add("key", key, draft);
  if (const std::string_view request = quoted(in); request != "-") add_request_line(request, draft);
  for (const std::string_view name :
       {"sc-status", "error_code", "sc-bytes", "object_size", "time-taken", "turn_around"})
    add(name, in.word(), draft);
  add("cs-referer", quoted(in), draft);
  add("cs-user-agent", quoted(in), draft);
  add("x-more", in.rest(), draft);
  return true;
}

void add_endpoint(std::string_view endpoint, std::string_view ip, std::string_view port, EventBatch& draft) {
  const std::size_t colon = endpoint.rfind(':');
  add(ip, endpoint.substr(0, colon), draft);
  if (colon != endpoint.npos) add(port, endpoint.substr(colon + 1), draft);
}

bool read_load_balancer(std::string_view line, const TimeHints& times, EventBatch& draft) {
  constexpr std::string_view kTypes[] = {"http", "https", "h2", "grpcs", "ws", "wss"};
  TextCursor in(line);
  const std::string_view first = in.rest().substr(0, in.rest().find(' '));
  const bool is_application = std::ranges::find(kTypes, first) != std::end(kTypes);
  if (is_application) (void)in.word();
  std::size_t used = 0;
  const auto time = read_iso_time(in.rest(), false, times, used);
  if (!time) return false;
  (void)in.word();
  const std::string_view name = in.word(), client = in.word(), target = in.word();
  if (!looks_like_address(client.substr(0, client.rfind(':')))) return false;
  std::string_view values[7];
  for (std::string_view& value : values)
    if (value = in.word(); value.empty() || value.find_first_not_of("0123456789.-") != value.npos)
      return false;
  if (in.peek() != '"') return false;
  declare(is_application ? "alb" : "elb", *time, draft);
  add("elb", name, draft);
  add_endpoint(client, "c-ip", "c-port", draft);
  add_endpoint(target, "s-ip", "s-port", draft);
  add("sc-status", values[3], draft);
  add("target_status", values[4], draft);
  add("cs-bytes", values[5], draft);
  add("sc-bytes", values[6], draft);
  add_request_line(quoted(in), draft);
  add("cs-user-agent", quoted(in), draft);
  add("x-more", in.rest(), draft);
  return true;
}

bool read_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  return read_load_balancer(line, place, draft) || read_s3(line, place, draft);
}

}  // namespace

const Format& aws_access_format() {
  static constexpr Format kFormat{
      "aws_access",
      "Access logs of AWS: S3, application and classic load balancer",
      "aws (s3access, alb, elb), category webserver",
      [](Bytes head) { return lines_read(head, read_line) >= 75 ? 93 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_line, "a line is not one of an access log of AWS");
      },
      nullptr,
      "https 2026-11-24T08:00:00.186641Z app/lb/50dc 192.0.2.7:2817 10.0.0.1:80 0.1 0.2 0.0 200 200 0 57 "
      "\"GET https://www.example.test:443/a?b=c HTTP/1.1\" \"curl/8.0\" - -\n"};
  return kFormat;
}

}  // namespace bartizan
