// SPDX-License-Identifier: Apache-2.0
// RFC 4180: CRLF line ends, cells in quotation marks where needed, quotation marks doubled.
#include <fmt/core.h>

#include <initializer_list>

#include "base/text.h"
#include "base/time.h"
#include "sink/csv_cell.h"
#include "sink/groups.h"
#include "sink/report.h"

namespace bartizan {
namespace {

// Spreadsheets run cells that begin like this (CWE-1236); tab and line ends are skipped by some of them.
bool looks_like_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r\n").find(cell[0]) != std::string_view::npos;
}

}  // namespace

void append_csv_cell(std::string_view value, std::string& out) {
  std::string cell;
  if (looks_like_formula(value)) cell += '\'';
  append_valid_utf8(value, cell);
  if (cell.find_first_of(",\"\r\n") == std::string::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

namespace {

void append_row(std::initializer_list<std::string_view> cells, std::string& out) {
  bool first = true;
  for (const std::string_view cell : cells) {
    if (!first) out += ',';
    first = false;
    append_csv_cell(cell, out);
  }
  out += "\r\n";
}

std::string why_text(const Finding& finding) {
  std::string out;
  for (const FindingReason& reason : finding.why) {
    if (!out.empty()) out += "; ";
    if (is_statement(reason)) {
      out += reason.predicate + ": " + reason.value;
      continue;
    }
    out +=
        fmt::format("{}{} {} [{}]", reason_subject(reason), reason.predicate, reason.pattern, reason.value);
  }
  return out;
}

std::string entities_text(const Finding& finding) {
  std::string out;
  for (const Entity& entity : finding.entities)
    out += (out.empty() ? "" : "; ") + entity.type + ": " + entity.value;
  return out;
}

std::string time_text(const Finding& finding) {
  return finding.time.ticks == 0 ? "" : format_instant(finding.time);
}

}  // namespace

void write_csv(const Findings& findings, const WriteText& write) {
  std::string header;
  append_row({"time", "level", "rule", "host", "channel", "event_id", "record_id", "file", "attack",
              "advisory", "why", "entities", "rule_id", "id"},
             header);
  write(header);
  const auto append = [](const Finding& finding, std::string& out) {
    append_row({time_text(finding), level_name(finding.level), finding.rule_title, finding.host,
                finding.channel, std::to_string(finding.event_id), finding.record_id, finding.file,
                joined(finding.attack, " "), joined(finding.advisory, " "), why_text(finding),
                entities_text(finding), finding.rule_id, finding.id},
               out);
  };
  findings.write_each(append, write);
}

// Timesketch refuses rows without a time, so that a finding without one stands at the start of 1970.
void write_timesketch(const Findings& findings, const WriteText& write) {
  std::string header;
  append_row({"message", "datetime", "timestamp_desc", "level", "rule", "host", "channel", "event_id",
              "record_id", "file", "attack", "why", "entities", "rule_id", "finding_id"},
             header);
  write(header);
  const auto append = [](const Finding& finding, std::string& out) {
    const std::string host = finding.host.empty() ? "" : " on " + finding.host;
    append_row(
        {fmt::format("[{}] {}{}", level_name(finding.level), finding.rule_title, host),
         format_instant(finding.time), "Event Logged", level_name(finding.level), finding.rule_title,
         finding.host, finding.channel, std::to_string(finding.event_id), finding.record_id, finding.file,
         joined(finding.attack, " "), why_text(finding), entities_text(finding), finding.rule_id, finding.id},
        out);
  };
  findings.write_each(append, write);
}

}  // namespace bartizan
