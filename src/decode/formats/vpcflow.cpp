// SPDX-License-Identifier: Apache-2.0
// VPC flow logs of AWS as CloudWatch keeps them: records of version 2 without a header, perhaps behind the time
// CloudWatch took them at. Files of S3 have a header and are tables (csv), of any version.
//   2 123456789010 eni-1235b8ca 192.0.2.7 10.0.0.5 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

constexpr std::string_view kNames[] = {"version", "account-id", "interface-id", "srcaddr",   "dstaddr",
                                       "srcport", "dstport",    "protocol",     "packets",   "bytes",
                                       "start",   "end",        "action",       "log-status"};
// The names of rules for firewalls, as csv gives them.
constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
    {"srcaddr", "src_ip"}, {"dstaddr", "dst_ip"}, {"srcport", "src_port"}, {"dstport", "dst_port"}};

bool read_flow(std::string_view line, const LinePlace& place, EventBatch& draft) {
  std::size_t used = 0;
  if (read_iso_time(line, false, place, used)) line.remove_prefix(std::min(line.size(), used + 1));
  if (!line.starts_with("2 ")) return false;
  TextCursor in(line);
  std::string_view start;
  for (const std::string_view name : kNames) {
    std::string_view value;
    if (!in.until(' ', value)) value = in.rest(), in.skip(value.size());
    if (value.empty() || (name == "interface-id" && !value.starts_with("eni-"))) return false;
    if (name == "start") start = value;
    if (value == "-") continue;
    draft.add(name, value, is_plain_number(value));
    for (const auto& [own, other] : kOthers)
      if (own == name) draft.add(other, value, is_plain_number(value));
  }
  if (!in.at_end()) return false;
  Event& event = draft.draft();
  event.time = parse_written_time(start, place).value_or(Instant{});
  event.product = "aws", event.category = "firewall", event.service = "vpcflow";
  return true;
}

}  // namespace

const Format& vpcflow_format() {
  static constexpr Format kFormat{
      "vpcflow",
      "AWS VPC flow log without a header (version 2)",
      "aws (vpcflow, category firewall)",
      [](Bytes head) { return lines_read(head, read_flow) >= 60 ? 90 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(
            options, read_flow, "a line is not one of a VPC flow log",
            [](std::string_view line) { return line.starts_with("version "); });
      },
      nullptr,
      "2 123456789010 eni-1235b8ca 192.0.2.7 10.0.0.5 20641 22 6 20 4249 1795507200 1795507260 REJECT OK\n"};
  return kFormat;
}

}  // namespace bartizan
