// SPDX-License-Identifier: Apache-2.0
// What programs write into syslog, read into fields. Each function looks at the text one program wrote
// (without the syslog header), sets what the draft declares and adds fields; the whole text as `message` is
// the carrier's to add. False: not a text of this program, and the draft is as it was. Fields are views of
// `message`, which must lie in the batch, or lie in its arena. Pure, one thread.
#pragma once

#include <string_view>

#include "decode/written_time.h"
#include "model/event.h"

namespace bartizan {

// Tries those below by `program` and by what the text begins with. `times`: for HAProxy, which writes local time.
bool network_payload(std::string_view program, std::string_view message, const TimeHints& times,
                     EventBatch& draft);

bool haproxy_payload(std::string_view message, const TimeHints& times, EventBatch& draft);
// Name servers: category dns with query, record_type, answer, src_ip.
bool named_payload(std::string_view program, std::string_view message, EventBatch& draft);
bool unbound_payload(std::string_view program, std::string_view message, EventBatch& draft);
bool dnsmasq_payload(std::string_view program, std::string_view message, EventBatch& draft);
// Address leases: category dhcp with ip, mac, hostname, action. dhcpd, Kea, dnsmasq-dhcp.
bool dhcp_payload(std::string_view program, std::string_view message, EventBatch& draft);
// Tunnels: OpenVPN, and WireGuard's lines of the kernel log.
bool openvpn_payload(std::string_view program, std::string_view message, EventBatch& draft);
bool wireguard_payload(std::string_view program, std::string_view message, EventBatch& draft);
// Mail servers: category email.
bool postfix_payload(std::string_view program, std::string_view message, EventBatch& draft);
bool exim_payload(std::string_view program, std::string_view message, EventBatch& draft);
// Squid's access log: category proxy.
bool squid_payload(std::string_view program, std::string_view message, EventBatch& draft);
// Kerberos KDCs: service krb5kdc with Request, Result, Client, Service, SourceIp, AuthTime.
bool krb5kdc_payload(std::string_view program, std::string_view message, EventBatch& draft);
// Routers, switches and firewalls: Cisco IOS and ASA, Juniper, Huawei.
bool cisco_payload(std::string_view program, std::string_view message, EventBatch& draft);
bool juniper_payload(std::string_view program, std::string_view message, EventBatch& draft);
bool huawei_payload(std::string_view program, std::string_view message, EventBatch& draft);
// RouterOS of MikroTik, whose messages begin with their topics: logons, and packets (category firewall).
bool mikrotik_payload(std::string_view program, std::string_view message, EventBatch& draft);
// The packet filter of pfSense and OPNsense: category firewall.
bool filterlog_payload(std::string_view program, std::string_view message, EventBatch& draft);

// 192.0.2.1:1194 and [2001:db8::1]:1194 in two; false when it is no address with a port.
bool split_endpoint(std::string_view text, std::string_view& ip, std::string_view& port);

}  // namespace bartizan
