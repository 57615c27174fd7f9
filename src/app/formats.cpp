// SPDX-License-Identifier: Apache-2.0
// The verb that lists what can be read. Log sources and fields of a format are those of its example, decoded here and
// now; the mapping tables say which rules' log sources that serves.
#include <cstdio>
#include <map>
#include <set>

#include "app/content.h"
#include "app/output.h"
#include "app/verbs.h"
#include "base/json.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "decode/json_shapes.h"
#include "engine/rule_set.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    option("", "--format", "F",
           "text unless given; jsonl: one object a format or shape; markdown: tables for a document",
           Repeat::kOnce, "text jsonl markdown"),
};

// A format or a shape of JSON records, as it is shown.
struct Row {
  bool is_shape = false;
  std::string name, title, sources, example;  // a shape: no name; its example is the members it is known by
  std::vector<std::string> fields;
  std::set<std::string> serves;  // `table.yml: product/category/service` of rules
};

// ------------------------------------------------------------------------------------------------- what rules it serves

// A part of a shape's log source that begins with = is the text of a member, and may be anything.
bool may_be(std::string_view declared, const std::string& asked) {
  return asked.empty() || declared.starts_with('=') || equals_ignoring_ascii_case(declared, asked);
}

void note_served(const EventKind& kind, const LogsourceTable& table, Row& row) {
  for (const auto& [name, places] : table.all())
    for (const EventPlace& place : places) {
      const bool holds =
          place.channels.empty() && place.declared && may_be(kind.product, place.declared->product) &&
          may_be(kind.category, place.declared->category) && may_be(kind.service, place.declared->service);
      if (kind.channel.empty() ? holds : place.may_hold(kind))
        row.serves.insert(place.table + ": " + text_of(name));
    }
}

Row row_of(const Format& format, const LogsourceTable& table) {
  Row row;
  row.name = format.name;
  row.title = format.title;
  row.sources = format.sources;
  row.example = format.example;
  if (format.example.empty()) return row;
  const Bytes bytes = as_bytes(format.example);
  const auto cutter = format.make_cutter();
  const std::size_t size = cutter->cut(bytes, true);
  const auto decoder = format.make_decoder({});
  EventBatch batch;
  OddityList oddities;
  decoder->decode({bytes.first(size), 0, cutter->context(), {}}, batch, oddities);
  std::set<std::string_view> seen;
  for (const Event& event : batch.events()) {
    note_served(kind_of(event), table, row);
    for (const Field& field : event.fields)
      if (seen.insert(field.name).second) row.fields.emplace_back(field.name);
  }
  return row;
}

Row row_of(const JsonShape& shape, const LogsourceTable& table) {
  Row row;
  row.is_shape = true;
  row.title = shape.title;
  for (std::string_view need : shape.needs)
    if (!need.empty()) row.fields.emplace_back(need);
  if (shape.naming == JsonNaming::kWindows) {
    row.sources = "windows: by channel";
    return row;
  }
  std::string_view rest = shape.source;
  std::string_view parts[3];
  for (std::string_view& part : parts) {
    part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(part.size() < rest.size() ? part.size() + 1 : part.size());
  }
  const char* names[] = {"product", "category", "service"};
  for (std::size_t i = 0; i < 3; ++i) {
    if (parts[i].empty()) continue;
    row.sources += (row.sources.empty() ? "" : ", ") + std::string(names[i]) + " ";
    row.sources +=
        parts[i].starts_with('=') ? "as in " + std::string(parts[i].substr(1)) : std::string(parts[i]);
  }
  note_served({.product = parts[0], .category = parts[1], .service = parts[2]}, table, row);
  return row;
}

std::vector<Row> rows_of(const LogsourceTable& table) {
  std::vector<Row> rows;
  for (const Format* format : all_formats()) rows.push_back(row_of(*format, table));
  for (const JsonShape& shape : json_shapes()) rows.push_back(row_of(shape, table));
  return rows;
}

// --------------------------------------------------------------------------------------------------------------- text

void append_labelled(std::string_view label, std::string_view value, std::string& out) {
  constexpr std::size_t kColumn = 16;
  std::string left = "  " + std::string(label);
  for (std::size_t at = 0; at < value.size();) {
    std::size_t end = value.find('\n', at);
    if (end == value.npos) end = value.size();
    append_padded(out, left, kColumn);
    out += value.substr(at, end - at);
    out += '\n';
    left.clear();
    at = end + 1;
  }
}

std::string text_of(const std::vector<Row>& rows) {
  std::string out = "Formats. Told by content, not by name; the surest one reads a log.\n";
  bool shapes = false;
  for (const Row& row : rows) {
    if (row.is_shape && !shapes)
      out +=
          "\nShapes of JSON records. Told by their members, as given or within the envelopes of shippers and "
          "exports.\n";
    shapes = row.is_shape;
    out += "\n" + (row.name.empty() ? row.title : row.name + ": " + row.title) + "\n";
    append_labelled("log sources", row.sources, out);
    append_labelled("serves rules of", joined(row.serves, "\n"), out);
    append_labelled(row.is_shape ? "members" : "fields", joined(row.fields, row.is_shape ? "\n" : ", "), out);
    append_labelled("example", row.is_shape ? "" : row.example.empty() ? "(binary)" : row.example, out);
  }
  return out;
}

std::string jsonl_of(const std::vector<Row>& rows) {
  std::string out;
  const auto list = [](JsonWriter& writer, std::string_view key, const auto& texts) {
    writer.key(key);
    writer.begin_array();
    for (const std::string& text : texts) writer.text(text);
    writer.end_array();
  };
  for (const Row& row : rows) {
    JsonWriter writer(out);
    writer.begin_object();
    writer.member("kind", row.is_shape ? "json shape" : "format");
    if (!row.is_shape) writer.member("name", row.name);
    writer.member("title", row.title);
    writer.member("log_sources", row.sources);
    list(writer, "serves", row.serves);
    list(writer, row.is_shape ? "members" : "fields", row.fields);
    if (!row.is_shape) writer.member("example", row.example);
    writer.end_object();
    out += '\n';
  }
  return out;
}

// ----------------------------------------------------------------------------------------------------------- markdown

// In a cell, | parts columns and * _ < mean something.
std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|' || c == '*' || c == '_' || c == '<' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void append_row(std::initializer_list<std::string> cells, std::string& out) {
  for (const std::string& text : cells) out += "| " + text + " ";
  out += "|\n";
}

std::string served_cell(const Row& row) {
  std::map<std::string, std::string> by_table;
  for (const std::string& one : row.serves) {
    const std::size_t colon = one.find(": ");
    std::string& names = by_table[one.substr(0, colon)];
    names += (names.empty() ? "" : ", ") + cell(one.substr(colon + 2));
  }
  std::string out;
  for (const auto& [table, names] : by_table) out += (out.empty() ? "" : "; ") + table + ": " + names;
  return out;
}

constexpr const char* kMarkdownHead =
    R"(# Formats

What can be read. This page is what `bartizan formats --format markdown` prints; a test compares the two.

A log is told by its content, never by its name: every format says how sure it is of the first 4 KiB, and the surest
reads the log. What none of them knows is listed as not read. `bartizan formats explain FILE` says what a file was taken
for, what else it could have been, and which rules can see something in it.

Rules name a log source by product, category and service. A decoder declares one for each event, or the event has a
channel of Windows; the tables in `content/mapping/` say which rules that serves. A log source that no table lists is
served by events that declare the same.

## Formats

The last column is what the format's example serves; a format of many products serves more.

)";

std::string markdown_of(const std::vector<Row>& rows, const LogsourceTable& table) {
  std::string out = kMarkdownHead;
  append_row({"format", "what it is", "log sources it declares", "rules served, by mapping table"}, out);
  out += "|---|---|---|---|\n";
  for (const Row& row : rows)
    if (!row.is_shape)
      append_row({"`" + row.name + "`", cell(row.title), cell(row.sources), served_cell(row)}, out);
  out +=
      "\n## Shapes of JSON records\n\nA record has a shape when it has all these members; `a|b`: either; "
      "`a=x`: its text "
      "begins so. The first shape that\nfits counts.\n\n";
  append_row({"shape", "members", "log source it declares", "rules served, by mapping table"}, out);
  out += "|---|---|---|---|\n";
  for (const Row& row : rows)
    if (row.is_shape)
      append_row({cell(row.title), cell(joined(row.fields, ", ")), cell(row.sources), served_cell(row)}, out);
  out +=
      "\n## Log sources of rules in the mapping tables\n\nWhere events of a log source are found, most "
      "faithful first.\n\n";
  append_row({"log source of a rule", "found in", "fields translated"}, out);
  out += "|---|---|---|\n";
  for (const auto& [name, places] : table.all()) {
    std::string found;
    std::size_t fields = 0;
    for (const EventPlace& place : places) {
      found += (found.empty() ? "" : "; ") + cell(place.name);
      fields += place.fields.size();
    }
    append_row({cell(bartizan::text_of(name)), found.empty() ? "no log we know holds such events" : found,
                std::to_string(fields)},
               out);
  }
  return out;
}

int run_formats(const Arguments& arguments) {
  RuleSet rules;
  rules.load_mapping(content_folder());
  const std::vector<Row> rows = rows_of(rules.logsources());
  const std::string format = arguments.value("--format", "text");
  const std::string text = format == "jsonl"      ? jsonl_of(rows)
                           : format == "markdown" ? markdown_of(rows, rules.logsources())
                                                  : text_of(rows);
  std::fputs(text.c_str(), stdout);
  return finish_standard_output(true);
}

}  // namespace

constinit const Verb kFormatsVerb{
    .name = "formats",
    .operands = {},
    .operands_min = 0,
    .summary = "what can be read: formats, log sources, examples",
    .about =
        "Every format and every shape of JSON records: the log sources it declares, the log sources of rules "
        "that\n"
        "serves, its fields, and an example.\n",
    .options = kOptions,
    .examples =
        "  bartizan formats\n"
        "  bartizan formats --format jsonl | jq -r 'select(.kind == \"format\") | .name'\n"
        "  bartizan formats explain evidence/auth.log\n",
    .choices = {},
    .run = run_formats,
};

}  // namespace bartizan::app
