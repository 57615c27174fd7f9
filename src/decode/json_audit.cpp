// SPDX-License-Identifier: Apache-2.0
// laurel writes the records of one Linux audit event as the members of one object:
//   {"ID": "1615114232.375:15558", "NODE": "host", "SYSCALL": {...}, "EXECVE": {"argc": 2, "ARGV": ["ls",
//   "-l"]},
//    "PATH": [{"item": 0, ...}, {"item": 1, ...}]}
// Rules are written for one event a record, with `type` and the record's own names, so that is what is made
// of it; and, where a program was started, the process event of Sysmon for Linux.
#include <algorithm>

#include "decode/json_fields.h"

namespace bartizan {
namespace {

constexpr std::string_view kArguments = "EXECVE.ARGV";
// An argument's name by its place; auditd itself goes on in the same way.
constexpr std::string_view kArgumentNames[] = {"a0",  "a1",  "a2",  "a3",  "a4",  "a5",  "a6",
                                               "a7",  "a8",  "a9",  "a10", "a11", "a12", "a13",
                                               "a14", "a15", "a16", "a17", "a18", "a19", "a20"};

std::string_view record_type(std::string_view path) {
  const std::size_t dot = path.find('.');
  return dot == path.npos ? std::string_view() : path.substr(0, dot);
}

}  // namespace

void JsonFields::begin_audit_record(std::string_view stamp, std::string_view category,
                                    std::string_view service) {
  const Event before = out_->draft();
  Event& event = out_->start();
  event.offset = offset_;
  event.time = before.time, event.host = before.host;
  event.record_id = stamp.substr(std::min(stamp.size(), stamp.rfind(':') + 1));
  event.product = "linux", event.category = category, event.service = service;
}

void JsonFields::emit_audit(const JsonShapes::Shape& shape) {
  Event& event = out_->start();
  (void)set_time(shape.times, JsonNaming::kPath);
  event.host = out_->keep(first_text(shape.hosts, JsonNaming::kPath));
  const std::string_view stamp = out_->keep(first_text(shape.times, JsonNaming::kPath));
  std::size_t argument = 0;
  for (std::size_t at = 0; at < leaves_.size();) {
    const JsonName* const first = leaves_[at].name;
    const std::string_view type = record_type(first->called(JsonNaming::kPath));
    if (type.empty()) {
      ++at;  // ID, NODE
      continue;
    }
    begin_audit_record(stamp, {}, "auditd");
    out_->add("type", out_->keep(type));
    for (const std::size_t begin = at; at < leaves_.size(); ++at) {
      const JsonName& name = *leaves_[at].name;
      std::string_view called = name.called(JsonNaming::kPath);
      if (record_type(called) != type || (at > begin && &name == first && leaves_[at - 1].name != first)) break;
      if (called == kArguments)
        called = argument < std::size(kArgumentNames) ? kArgumentNames[argument++] : "a";
      else called.remove_prefix(type.size() + 1);
      emit_field(name, called, leaves_[at].value, nullptr);
    }
    out_->commit();
  }
  if (argument > 0) {
    begin_audit_record(stamp, "process_creation", {});
    emit_process();
    out_->commit();
  }
}

void JsonFields::emit_process() {
  constexpr std::pair<std::string_view, std::string_view> kMembers[] = {{"SYSCALL.exe", "Image"},
                                                                        {"SYSCALL.pid", "ProcessId"},
                                                                        {"SYSCALL.ppid", "ParentProcessId"},
                                                                        {"SYSCALL.UID", "User"},
                                                                        {"CWD.cwd", "CurrentDirectory"},
                                                                        {"SYSCALL.key", "RuleName"},
                                                                        {"PARENT_INFO.exe", "ParentImage"},
                                                                        {"SYSCALL.PPID.EXE", "ParentImage"}};
  std::string line;
  for (const Leaf& leaf : leaves_) {
    const std::string_view path = leaf.name->called(JsonNaming::kPath);
    if (path == kArguments) line.append(line.empty() ? "" : " ").append(text_of(leaf.value));
    for (const auto& [member, called] : kMembers)
      if (path == member) emit_field(*leaf.name, called, leaf.value, nullptr);
  }
  out_->add("CommandLine", out_->keep(line));
}

}  // namespace bartizan
