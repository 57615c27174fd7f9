// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/verbs.h"
#include "engine/read_events.h"
#include "model/jsonl.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr const char* kHelp = R"(bartizan decode [OPTIONS] PATH…: the records of a log, one after another

  --format F  jsonl  one JSON object a line, all fields side by side (default)
              xml    Windows event logs: one document of all records, as Windows renders them
              json   Windows event logs: one nested JSON object a line, {"Event":{"System":{…},"EventData":{…}}}
  --strict    reject EVTX chunks whose checksum is wrong (default: warn and decode)
  --carve     search event logs, and files that no decoder knows (disk images, memory dumps), for event records at
              any place; what is found carries the field Carved

Examples
  bartizan decode Security.evtx
  bartizan decode evidence/ | jq 'select(.event_id == 4624)'
  bartizan decode --format xml Security.evtx > Security.xml
  bartizan decode --carve memory.raw
)";

struct Request {
  DecodeOptions decode;
  std::string format = "jsonl";
  Arguments paths;
};

bool write(std::string_view text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }

// Writes a batch; false when nobody reads any more.
bool write_events(const EventBatch& batch, const std::string& path, std::string& line) {
  for (const Event& event : batch.events()) {
    line.clear();
    append_event_json(event, path, line);
    line += '\n';
    if (!write(line)) return false;
  }
  return true;
}

Result<FileReport> write_file(const std::string& path, const Request& request) {
  if (request.format == "jsonl") {
    std::string line;
    return read_events(path, request.decode, [&](const EventBatch& batch, const std::string& file) {
      return write_events(batch, file, line);
    });
  }
  const Rendering form = request.format == "xml" ? Rendering::kXml : Rendering::kJson;
  return render_records(path, request.decode, form, [](std::string_view record) { return write(record) && write("\n"); });
}

bool decode_file(const std::string& path, const Request& request) {
  auto report = write_file(path, request);
  if (!report.has_value()) {
    std::fprintf(stderr, "bartizan: cannot read %s\n", report.error().text().c_str());
    return false;
  }
  for (const std::string& file : report->not_recognised) std::fprintf(stderr, "bartizan: not read: %s\n", file.c_str());
  for (const std::string& error : report->errors) std::fprintf(stderr, "bartizan: cannot read %s\n", error.c_str());
  for (const std::string& oddity : report->oddities) std::fprintf(stderr, "bartizan: %s\n", oddity.c_str());
  return report->not_recognised.empty() && report->errors.empty();
}

// The complaint, empty when all is well.
std::string read_arguments(const Arguments& arguments, Request& request) {
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& argument = arguments[at];
    if (argument == "--strict") request.decode.strict = true;
    else if (argument == "--carve") request.decode.carve = true;
    else if (argument == "--format") {
      if (++at == arguments.size()) return "option --format lacks its value";
      request.format = arguments[at];
      if (request.format != "jsonl" && request.format != "xml" && request.format != "json")
        return "there is no format '" + request.format + "'";
    } else if (argument.starts_with("--")) return "unknown option " + argument;
    else request.paths.push_back(argument);
  }
  return "";
}

bool decode_paths(const Request& request) {
  bool all_read = true;
  for (const std::string& path : request.paths) {
    std::vector<Error> unreadable;
    for (const std::string& file : list_evidence(path, unreadable)) all_read &= decode_file(file, request);
    for (const Error& error : unreadable) {
      std::fprintf(stderr, "bartizan: cannot read %s\n", error.text().c_str());
      all_read = false;
    }
  }
  return all_read;
}

}  // namespace

int run_decode(const Arguments& arguments) {
  for (const std::string& argument : arguments)
    if (argument == "--help" || argument == "-h") return std::fputs(kHelp, stdout), kExitClean;
  Request request;
  if (const std::string complaint = read_arguments(arguments, request); !complaint.empty()) {
    std::fprintf(stderr, "bartizan decode: %s; see bartizan decode --help\n", complaint.c_str());
    return kExitUsage;
  }
  if (request.paths.empty()) return std::fputs(kHelp, stderr), kExitUsage;
  const bool is_xml = request.format == "xml";
  // The frame that exports of the Windows event viewer have.
  if (is_xml) write("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<Events>\n");
  const bool all_read = decode_paths(request);
  if (is_xml) write("</Events>\n");
  return all_read ? kExitClean : kExitUnreadable;
}

}  // namespace bartizan::app
