// SPDX-License-Identifier: Apache-2.0
// PAN-OS log lines: comma-separated values whose meaning stands in the documentation by type, with a syslog
// header in front or without. Names as there:
// https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-admin/monitoring
#include "base/limits.h"
#include "base/text.h"
#include "decode/csv.h"
#include "decode/line_decoder.h"
#include "decode/syslog.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// The columns by type; one without a name is for future use.
constexpr std::string_view kTraffic =
    ",receive_time,serial,type,subtype,,time_generated,src,dst,natsrc,natdst,rule,srcuser,dstuser,"
    "app,vsys,from,to,inbound_if,outbound_if,logset,,sessionid,repeatcnt,sport,dport,natsport,"
    "natdport,flags,proto,action,bytes,bytes_sent,bytes_received,packets,start,elapsed,category,,"
    "seqno,actionflags,srcloc,dstloc,,pkts_sent,pkts_received,session_end_reason,,,,,,device_name,"
    "action_source";
constexpr std::string_view kThreat =
    ",receive_time,serial,type,subtype,,time_generated,src,dst,natsrc,natdst,rule,srcuser,dstuser,"
    "app,vsys,from,to,inbound_if,outbound_if,logset,,sessionid,repeatcnt,sport,dport,natsport,"
    "natdport,flags,proto,action,misc,threatid,category,severity,direction,seqno,actionflags,srcloc,"
    "dstloc,,contenttype,pcap_id,filedigest,cloud,url_idx,user_agent,filetype,xff,referer,sender,"
    "subject,recipient,reportid,,,,,,device_name,,,,http_method";
constexpr std::string_view kSystem =
    ",receive_time,serial,type,subtype,,time_generated,vsys,eventid,object,,,module,severity,opaque,"
    "seqno,actionflags,,,,,,device_name";
constexpr std::string_view kConfig =
    ",receive_time,serial,type,subtype,,time_generated,host,vsys,cmd,admin,client,result,path,"
    "before_change_detail,after_change_detail,seqno,actionflags,,,,,,device_name";
constexpr std::string_view kGlobalProtect =
    ",receive_time,serial,type,subtype,,time_generated,vsys,eventid,stage,auth_method,tunnel_type,"
    "srcuser,srcregion,machinename,public_ip,public_ipv6,private_ip,private_ipv6,hostid,serialnumber,"
    "client_ver,client_os,client_os_ver,repeatcnt,reason,error,opaque,status,location,login_duration,"
    "connect_method,error_code,portal,seqno,actionflags";
constexpr std::string_view kAuthentication =
    ",receive_time,serial,type,subtype,,time_generated,vsys,ip,user,normalize_user,object,authpolicy,"
    "repeatcnt,authid,vendor,logset,serverprofile,desc,clienttype,event,factorno,seqno,actionflags";
constexpr std::string_view kUserId =
    ",receive_time,serial,type,subtype,,time_generated,vsys,ip,user,datasourcename,eventid,repeatcnt,"
    "timeout,beginport,endport,datasource,datasourcetype,seqno,actionflags";

struct Kind {
  std::string_view type, service;
  std::string_view names;
};
constexpr Kind kKinds[] = {
    {"TRAFFIC", "traffic", kTraffic},
    {"THREAT", "threat", kThreat},
    {"SYSTEM", "system", kSystem},
    {"CONFIG", "config", kConfig},
    {"GLOBALPROTECT", "globalprotect", kGlobalProtect},
    {"AUTHENTICATION", "authentication", kAuthentication},
    {"USERID", "userid", kUserId},
};

// The kind of a line; in `message` what stands behind a syslog header. The fourth value is the type.
const Kind* kind_of(std::string_view message) {
  TextCursor in(message);
  std::string_view value;
  for (int i = 0; i < 3; ++i)
    if (!in.until(',', value)) return nullptr;
  if (!in.until(',', value)) return nullptr;
  for (const Kind& kind : kKinds)
    if (kind.type == value) return &kind;
  return nullptr;
}

bool read_pan_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  const SyslogHeader front = syslog_header_before(line, place);
  const Kind* kind = kind_of(front.message);
  if (!kind) return false;
  Event& event = draft.draft();
  event.product = "paloalto";
  event.service = kind->service;
  event.time = front.time.value_or(Instant{});
  event.host = front.host;
  if (kind->type == "TRAFFIC") event.category = "firewall";
  TextCursor names(kind->names);
  std::size_t values = 0;
  for (std::size_t at = 0; at != std::string_view::npos && !names.at_end(); ++values) {
    const std::string_view name = names.until(',');
    const std::string_view value = next_csv_value(front.message, at, ',', draft.arena());
    if (value.empty() || name.empty()) continue;
    if (name == "device_name") event.host = value;
    else if (name == "time_generated")
      event.time = parse_written_time(value, place).value_or(front.time.value_or(Instant{}));
    else if (name == "subtype" && value == "url" && kind->type == "THREAT") event.category = "proxy";
    draft.add(name, value, is_plain_number(value));
  }
  constexpr std::size_t kValuesMin = 8;
  if (values < kValuesMin) return false;
  draft.add("message", front.message);  // later versions append values
  return true;
}

}  // namespace

const Format& paloalto_format() {
  static constexpr Format kFormat{"paloalto",
                                  "Palo Alto Networks PAN-OS log lines",
                                  "paloalto: service traffic (category firewall), threat (category proxy for "
                                  "url), system, config, globalprotect, "
                                  "authentication, userid",
                                  [](Bytes head) { return lines_read(head, read_pan_line) >= 75 ? 91 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(options, read_pan_line,
                                                                         "a line is not a PAN-OS record");
                                  },
                                  nullptr,
                                  "1,2026/11/24 08:00:02,0011,GLOBALPROTECT,0,2561,20"
                                  "26/11/24 08:00:02,vsys1,gateway-connected,connecte"
                                  "d,,IPSec,jo,AT,pc1,203.0.113.5,0.0.0.0,10.9.0.4,0."
                                  "0.0.0,id,sn,6.2,Windows,10,1,,,,success,,0,,0,gp\n"};
  return kFormat;
}

}  // namespace bartizan
