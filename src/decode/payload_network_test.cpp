// SPDX-License-Identifier: Apache-2.0
// What programs write into syslog, and that text cut anywhere is read without harm.
#include "decode/payload_network.h"

#include "decode/decode_testing.h"

namespace bartizan {
namespace {

// declared names, then fields in order
std::string read(std::string_view program, std::string_view message) {
  EventBatch batch;
  for (std::size_t size = 0; size <= message.size(); ++size) {
    batch.clear();
    batch.start();
    (void)network_payload(program, batch.keep(message.substr(0, size)), {}, batch);
  }
  batch.clear();
  batch.start();
  if (!network_payload(program, batch.keep(message), {}, batch)) return "not read";
  const Event& event = batch.draft();
  std::string all =
      std::string(event.product) + "/" + std::string(event.category) + "/" + std::string(event.service);
  for (const Field& field : batch.draft_fields())
    all.append(" ").append(field.name).append("=").append(field.value);
  return all;
}

TEST(Payload, NameServers) {
  EXPECT_EQ(read("named",
                 "client @0x7f00 192.0.2.1#53321 (example.test): query: example.test IN A +E(0)K (10.0.0.1)"),
            "bind/dns/query src_ip=192.0.2.1 src_port=53321 query=example.test record_type=A query_class=IN "
            "flags=+E(0)K dst_ip=10.0.0.1");
  EXPECT_EQ(
      read("named",
           "client @0x7f00 192.0.2.1#53321 (example.test): zone transfer 'example.test/AXFR/IN' denied"),
      "bind/dns/query src_ip=192.0.2.1 src_port=53321 query=example.test record_type=AXFR action=denied");
  EXPECT_EQ(read("unbound", "[12:0] info: 192.0.2.1 example.test. TXT IN"),
            "unbound/dns/query src_ip=192.0.2.1 query=example.test record_type=TXT query_class=IN");
  EXPECT_EQ(read("dnsmasq", "query[A] example.test from 192.0.2.1"),
            "dnsmasq/dns/query query=example.test record_type=A src_ip=192.0.2.1");
  EXPECT_EQ(read("dnsmasq", "7 192.0.2.1/5000 reply example.test is 198.51.100.1"),
            "dnsmasq/dns/query query=example.test action=reply answer=198.51.100.1");
  // Pi-hole's dnsmasq says which list stopped a name.
  EXPECT_EQ(read("dnsmasq", "gravity blocked ads.example.test is 0.0.0.0"),
            "dnsmasq/dns/query query=ads.example.test action=gravity blocked answer=0.0.0.0");
  EXPECT_EQ(read("dnsmasq", "regex denied ads.example.test is NXDOMAIN"),
            "dnsmasq/dns/query query=ads.example.test action=regex denied answer=NXDOMAIN");
  EXPECT_EQ(read("dnsmasq", "started, version 2.89 cachesize 150"), "not read");
}

TEST(Payload, Leases) {
  EXPECT_EQ(read("dhcpd", "DHCPACK on 192.0.2.5 to 00:11:22:33:44:55 (pc1) via eth0"),
            "dhcpd/dhcp/ action=DHCPACK ip=192.0.2.5 mac=00:11:22:33:44:55 hostname=pc1 interface=eth0");
  EXPECT_EQ(read("dhcpd", "DHCPREQUEST for 192.0.2.5 (192.0.2.1) from 00:11:22:33:44:55 (pc1) via eth0"),
            "dhcpd/dhcp/ action=DHCPREQUEST ip=192.0.2.5 server=192.0.2.1 mac=00:11:22:33:44:55 hostname=pc1 "
            "interface=eth0");
  EXPECT_EQ(read("dhcpd", "DHCPRELEASE of 192.0.2.5 from 00:11:22:33:44:55 (pc1) via eth0 (found)"),
            "dhcpd/dhcp/ action=DHCPRELEASE ip=192.0.2.5 mac=00:11:22:33:44:55 hostname=pc1 interface=eth0");
  EXPECT_EQ(read("dnsmasq-dhcp", "DHCPACK(eth0) 192.0.2.5 00:11:22:33:44:55 pc1"),
            "dnsmasq/dhcp/ action=DHCPACK ip=192.0.2.5 mac=00:11:22:33:44:55 hostname=pc1 interface=eth0");
  EXPECT_EQ(read("kea-dhcp4",
                 "DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:55], cid=[no info], tid=0x1: lease 192.0.2.5 "
                 "has been allocated"),
            "kea/dhcp/ action=DHCP4_LEASE_ALLOC mac=00:11:22:33:44:55 ip=192.0.2.5");
}

TEST(Payload, Kdcs) {
  EXPECT_EQ(
      read("krb5kdc",
           "AS_REQ (2 etypes {aes256-cts-hmac-sha1-96(18), DEPRECATED:arcfour-hmac(23)}) 192.0.2.10: ISSUE: "
           "authtime 1795486035, etypes {rep=aes256-cts-hmac-sha1-96(18), tkt=aes256-cts-hmac-sha1-96(18), "
           "ses=aes256-cts-hmac-sha1-96(18)}, alice@LAB.TEST for krbtgt/LAB.TEST@LAB.TEST"),
      "linux//krb5kdc Request=AS_REQ Result=ISSUE SourceIp=192.0.2.10 EncryptionOffered=18,23 "
      "AuthTime=1795486035 "
      "ReplyEncryption=18 TicketEncryption=18 SessionEncryption=18 Client=alice@LAB.TEST "
      "Service=krbtgt/LAB.TEST@LAB.TEST");
  EXPECT_EQ(read("krb5kdc", "... PROTOCOL-TRANSITION s4u-client=alice@LAB.TEST"),
            "linux//krb5kdc Request=PROTOCOL-TRANSITION ForUser=alice@LAB.TEST");
  EXPECT_EQ(read("krb5kdc", "commencing operation"), "not read");
}

TEST(Payload, Tunnels) {
  EXPECT_EQ(
      read("openvpn", "192.0.2.1:1194 TLS: Username/Password authentication succeeded for username 'jo'"),
      "openvpn/vpn/openvpn src_ip=192.0.2.1 src_port=1194 action=authenticated user=jo");
  EXPECT_EQ(
      read("ovpn-server", "jo/192.0.2.1:1194 MULTI: Learn: 10.8.0.6 -> jo/192.0.2.1:1194"),
      "openvpn/vpn/openvpn src_ip=192.0.2.1 src_port=1194 action=assigned user=jo assigned_ip=10.8.0.6");
  EXPECT_EQ(
      read("kernel", "[ 12.3] wireguard: wg0: Receiving handshake initiation from peer 5 (192.0.2.1:51820)"),
      "wireguard/vpn/wireguard interface=wg0 action=handshake-received peer=5 src_ip=192.0.2.1 "
      "src_port=51820");
  EXPECT_EQ(read("kernel", "eth0: link up"), "not read");
}

TEST(Payload, Mail) {
  EXPECT_EQ(
      read("postfix/smtpd", "4ABC12: client=h.example.test[192.0.2.1], sasl_method=LOGIN, sasl_username=jo"),
      "postfix/email/smtpd queue_id=4ABC12 client=h.example.test src_ip=192.0.2.1 sasl_method=LOGIN user=jo");
  EXPECT_EQ(read("postfix/smtp",
                 "4ABC12: to=<a@example.test>, relay=mx.example.test[198.51.100.1]:25, dsn=2.0.0, "
                 "status=sent (250 ok)"),
            "postfix/email/smtp queue_id=4ABC12 recipient=a@example.test relay=mx.example.test "
            "dst_ip=198.51.100.1 dsn=2.0.0 status=sent");
  EXPECT_EQ(
      read("postfix/smtpd",
           "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 554 5.7.1 no; from=<a@b> to=<c@d> proto=ESMTP "
           "helo=<h>"),
      "postfix/email/smtpd action=rejected src_ip=192.0.2.1 sender=a@b recipient=c@d proto=ESMTP helo=h");
  EXPECT_EQ(read("postfix/smtpd", "warning: unknown[192.0.2.1]: SASL LOGIN authentication failed: x"),
            "postfix/email/smtpd action=authentication-failed src_ip=192.0.2.1");
  EXPECT_EQ(
      read("exim", "1abcde-000abc-DE <= a@example.test H=h (helo) [192.0.2.1] P=esmtpsa A=login:jo S=1234"),
      "exim/email/exim action=received queue_id=1abcde-000abc-DE sender=a@example.test client=h "
      "src_ip=192.0.2.1 user=jo size=1234");
}

TEST(Payload, MikroTik) {
  EXPECT_EQ(read("", "system,error,critical login failure for user root from 203.0.113.9 via ssh"),
            "mikrotik//account Action=logon Result=failure User=root SourceIp=203.0.113.9 Method=ssh");
  EXPECT_EQ(read("", "system,info,account user admin logged in from 192.0.2.7 via winbox"),
            "mikrotik//account Action=logon Result=success User=admin SourceIp=192.0.2.7 Method=winbox");
  EXPECT_EQ(
      read("",
           "firewall,info forward: in:ether1 out:bridge, connection-state:new src-mac 00:11:22:33:44:55, "
           "proto TCP (SYN), 203.0.113.9:51234->192.0.2.9:22, len 60"),
      "mikrotik/firewall/firewall chain=forward protocol=TCP src_ip=203.0.113.9 src_port=51234 "
      "dst_ip=192.0.2.9 dst_port=22");
  EXPECT_EQ(read("", "system,info router rebooted"), "not read");
  EXPECT_EQ(read("", "one, two user a logged in from b via c"), "not read");
}

TEST(Payload, Devices) {
  EXPECT_EQ(read("",
                 "%ASA-6-302013: Built outbound TCP connection 12 for outside:192.0.2.9/443 (192.0.2.9/443) "
                 "to inside:10.0.0.5/50000 (x/1)"),
            "cisco/firewall/asa facility=ASA severity=6 mnemonic=302013 src_ip=10.0.0.5 src_port=50000 "
            "dst_ip=192.0.2.9 dst_port=443 action=accept");
  EXPECT_EQ(
      read("",
           "%ASA-4-106023: Deny tcp src outside:192.0.2.9/5 dst inside:10.0.0.5/80 by access-group \"in\""),
      "cisco/firewall/asa facility=ASA severity=4 mnemonic=106023 src_ip=192.0.2.9 src_port=5 "
      "dst_ip=10.0.0.5 dst_port=80 action=deny rule=in");
  EXPECT_EQ(
      read("",
           "%ASA-4-722051: Group <g> User <jo> IP <192.0.2.1> IPv4 Address <10.1.1.1> assigned to session"),
      "cisco//asa facility=ASA severity=4 mnemonic=722051 group=g user=jo src_ip=192.0.2.1 "
      "assigned_ip=10.1.1.1");
  EXPECT_EQ(read("", "45: *Nov 24 08:00:00: %PARSER-5-CFGLOG_LOGGEDCMD: User:jo  logged command:no logging"),
            "cisco//aaa facility=PARSER severity=5 mnemonic=CFGLOG_LOGGEDCMD user=jo command=no logging");
  EXPECT_EQ(
      read("RT_FLOW",
           "RT_FLOW_SESSION_CREATE: session created 10.0.0.5/50000->192.0.2.9/443 0x0 junos-https"),
      "juniper/firewall/flow action=accept src_ip=10.0.0.5 src_port=50000 dst_ip=192.0.2.9 dst_port=443");
  EXPECT_EQ(read("", "%%01BGP/3/BGP_AUTH_FAILED(l)[12]:BGP session authentication failed. (1.2.3.4:179)"),
            "huawei//bgp module=BGP severity=3 mnemonic=BGP_AUTH_FAILED");
  EXPECT_EQ(read("app", "50% done: 3-4-5"), "not read");
}

}  // namespace
}  // namespace bartizan
