// SPDX-License-Identifier: Apache-2.0
// Records of the Linux audit log: audit.log as auditd writes it (raw or enriched), the output of ausearch
// (raw and with -i), and records that syslog or the kernel log carry. One event a record, fields by their own
// names: rules test type, a0 …, name, key, exe. Values that the kernel wrote in hexadecimal are decoded;
// SYSCALL is added where only the number is there.
//
// The records of one serial number together say more. AuditDecoder adds what follows from them as events of
// their own: process_creation (EXECVE with SYSCALL and CWD), network_connection (SOCKADDR of connect) and
// file_event (PATH created), with the fields Sysmon for Linux gives such events. Records of several serial
// numbers may be mixed. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/rule_out.h"
#include "model/event.h"
#include "model/oddity.h"

namespace bartizan {

// The `1364481363.243:24287` of the record in `line`; empty when it is not an audit record.
std::string_view audit_stamp(std::string_view line);

class AuditDecoder {
 public:
  explicit AuditDecoder(Projection* projection = nullptr) : rule_out_(projection) {}

  // `line` must be lasting or in the batch. False: it is not an audit record, nothing was added.
  bool decode_line(std::string_view line, std::uint64_t offset, EventBatch& out, OddityList& oddities);
  // No further records belong to those seen.
  void finish(EventBatch& out);

 private:
  struct Created {
    std::string_view name;
    std::uint64_t offset;
  };
  struct Group {
    std::string_view stamp, host;
    Instant time;
    std::uint64_t offset = 0;
    std::string_view exe, pid, ppid, user, user_id, syscall, success, directory, address, port, key;
    std::vector<std::string_view> arguments;
    std::vector<Created> created;
    bool is_open = false;
  };

  Group& group_of(std::string_view stamp, EventBatch& out);
  void read_fields(std::string_view type, std::string_view text, bool interpreted, EventBatch& out,
                   bool nested = false);
  void add_field(std::string_view type, std::string_view name, std::string_view value, bool quoted,
                 EventBatch& out);
  void add_argument_part(std::string_view name, std::string_view value, EventBatch& out);
  void add_socket_address(std::string_view hex, EventBatch& out);
  void add_syscall_name(std::string_view type, EventBatch& out);
  void remember(Group& group, std::string_view type, EventBatch& out);
  void close(Group& group, EventBatch& out);
  void add_process(const Group& group, EventBatch& out);
  void add_connection(const Group& group, EventBatch& out);
  void add_files(const Group& group, EventBatch& out);
  void commit_derived(EventBatch& out);
  void start(const Group& group, std::string_view category, EventBatch& out);
  std::string_view decoded_hex(std::string_view hex, EventBatch& out);

  RuleOut rule_out_;
  std::vector<Group> groups_;
  std::size_t next_ = 0;    // the group that makes room for the next
  std::size_t latest_ = 0;  // the group of the record before
  std::string scratch_, part_name_, part_value_;
};

}  // namespace bartizan
