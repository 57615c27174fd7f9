// SPDX-License-Identifier: Apache-2.0
// Fields: the values of one event by the field names that identities are read from. An event's fields are sorted into places
// once, so that each look-up is an index. A name that is not in kFieldNames does not compile; the same list is what decoders
// are asked for (fields_needed). Views into the event. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "model/event.h"

namespace bartizan::identity {

inline constexpr std::string_view kFieldNames[] = {"AccessMask",
                                                   "Action",
                                                   "AttributeLDAPDisplayName",
                                                   "AttributeValue",
                                                   "AuthTime",
                                                   "Authentication.authDescription",
                                                   "Authentication.becameSid",
                                                   "Authentication.clientAccount",
                                                   "Authentication.logonType",
                                                   "Authentication.passwordType",
                                                   "Authentication.remoteAddress",
                                                   "Authentication.serviceDescription",
                                                   "Authentication.status",
                                                   "Authentication.workstation",
                                                   "AuthenticationPackageName",
                                                   "Authorization.account",
                                                   "Authorization.authType",
                                                   "Authorization.logonServer",
                                                   "Authorization.remoteAddress",
                                                   "Authorization.sid",
                                                   "ByUser",
                                                   "Client",
                                                   "Computer",
                                                   "EncryptionOffered",
                                                   "EndTime",
                                                   "EventRecordID",
                                                   "Flags",
                                                   "ForUser",
                                                   "GroupMembership",
                                                   "Hostname",
                                                   "IpAddress",
                                                   "LogonProcessName",
                                                   "LogonType",
                                                   "NewTargetUserName",
                                                   "NewUacValue",
                                                   "ObjectClass",
                                                   "ObjectDN",
                                                   "OldTargetUserName",
                                                   "OldUacValue",
                                                   "PasswordLastSet",
                                                   "PreAuth",
                                                   "PreAuthType",
                                                   "Properties",
                                                   "RelativeTargetName",
                                                   "RenewTill",
                                                   "Request",
                                                   "RequestTicketHash",
                                                   "ResponseTicket",
                                                   "ResponseTicketHash",
                                                   "Result",
                                                   "Service",
                                                   "ServiceName",
                                                   "ServicePrincipalNames",
                                                   "ShareName",
                                                   "Sid",
                                                   "SidHistory",
                                                   "SourceIp",
                                                   "Status",
                                                   "SubStatus",
                                                   "SubjectUserName",
                                                   "SubjectUserSid",
                                                   "TargetDomainName",
                                                   "TargetOutboundUserName",
                                                   "TargetServerName",
                                                   "TargetSid",
                                                   "TargetUserName",
                                                   "TargetUserSid",
                                                   "TicketEncryption",
                                                   "TicketEncryptionType",
                                                   "TicketOptions",
                                                   "TransmittedServices",
                                                   "User",
                                                   "Workstation",
                                                   "WorkstationName",
                                                   "action",
                                                   "auth_ticket",
                                                   "auth_ticket_sha256",
                                                   "cipher",
                                                   "client",
                                                   "dsdbChange.dn",
                                                   "dsdbChange.remoteAddress",
                                                   "dsdbChange.status",
                                                   "dsdbChange.userSid",
                                                   "endpoint",
                                                   "error_msg",
                                                   "hostname",
                                                   "id.orig_h",
                                                   "id.resp_h",
                                                   "id_orig_h",
                                                   "id_resp_h",
                                                   "ip",
                                                   "mac",
                                                   "name",
                                                   "new_ticket",
                                                   "new_ticket_sha256",
                                                   "operation",
                                                   "path",
                                                   "request_type",
                                                   "service",
                                                   "success",
                                                   "tree",
                                                   "username"};
static_assert(std::ranges::is_sorted(kFieldNames));

class FieldName {
 public:
  // NOLINTNEXTLINE: a name is written as a literal
  consteval FieldName(const char* name) : index_(index_of(name)) {}
  constexpr std::size_t index() const { return index_; }

 private:
  static consteval std::size_t index_of(std::string_view name) {
    const auto at = std::ranges::lower_bound(kFieldNames, name);
    if (at == std::end(kFieldNames) || *at != name) throw "not in kFieldNames";  // while compiling only
    return static_cast<std::size_t>(at - std::begin(kFieldNames));
  }
  std::size_t index_;
};

class Fields {
 public:
  explicit Fields(const Event& event);
  // Empty when the event has no such field, or `-`. Of several, the first.
  std::string_view operator[](FieldName name) const { return values_[name.index()]; }
  const Event& event() const { return event_; }

 private:
  const Event& event_;
  std::array<std::string_view, std::size(kFieldNames)> values_{};
};

}  // namespace bartizan::identity
