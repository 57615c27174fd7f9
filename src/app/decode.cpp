// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/output.h"
#include "app/time_zone_option.h"
#include "app/verbs.h"
#include "engine/read_events.h"
#include "model/jsonl.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    option("", "--format", "F",
           "jsonl: one JSON object a line, all fields side by side, unless given. xml: Windows event logs as "
           "one document, as "
           "Windows renders them. json: Windows event logs as one nested object a line",
           Repeat::kOnce, "jsonl xml json"),
    flag("", "--strict",
         "reject EVTX chunks whose checksum is wrong; without it they are decoded with a warning"),
    flag("", "--carve",
         "search event logs, and files that no decoder knows (disk images, memory dumps), for event records "
         "at any place; what is "
         "found carries the field Carved"),
    timezone_option(""),
};

struct Request {
  DecodeOptions decode;
  std::string format = "jsonl";
  std::vector<std::string> paths;
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
  return render_records(path, request.decode, form,
                        [](std::string_view record) { return write(record) && write("\n"); });
}

bool decode_file(const std::string& path, const Request& request) {
  auto report = write_file(path, request);
  if (!report.has_value()) {
    std::fprintf(stderr, "bartizan: cannot read %s\n", report.error().text().c_str());
    return false;
  }
  for (const std::string& file : report->not_recognised)
    std::fprintf(stderr, "bartizan: not read: %s\n", file.c_str());
  for (const std::string& error : report->errors)
    std::fprintf(stderr, "bartizan: cannot read %s\n", error.c_str());
  for (const std::string& oddity : report->oddities) std::fprintf(stderr, "bartizan: %s\n", oddity.c_str());
  return report->not_recognised.empty() && report->errors.empty();
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

int run_decode(const Arguments& arguments) {
  Request request;
  request.decode.strict = arguments.has("--strict");
  request.decode.carve = arguments.has("--carve");
  const auto zone = time_zone_of(arguments);
  if (!zone) return usage_error(kDecodeVerb, zone.error());
  request.decode.zone = *zone ? &**zone : nullptr;
  request.format = arguments.value("--format", "jsonl");
  request.paths = arguments.operands;
  const bool is_xml = request.format == "xml";
  // The frame that exports of the Windows event viewer have.
  if (is_xml) write("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<Events>\n");
  const bool all_read = decode_paths(request);
  if (is_xml) write("</Events>\n");
  return finish_standard_output(all_read);
}

}  // namespace

constinit const Verb kDecodeVerb{
    .name = "decode",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "show the records of a log",
    .about = "PATH is a file, a folder, or - for standard input. What a file is, is told by its content.\n",
    .options = kOptions,
    .examples =
        "  bartizan decode Security.evtx\n"
        "  bartizan decode evidence/ | jq 'select(.event_id == 4624)'\n"
        "  zcat winlogbeat.ndjson.gz | bartizan decode -\n"
        "  bartizan decode --format xml Security.evtx > Security.xml\n"
        "  bartizan decode --carve memory.raw\n"
        "  bartizan decode --timezone Europe/Berlin /var/log/messages\n",
    .choices = {},
    .run = run_decode,
};

}  // namespace bartizan::app
