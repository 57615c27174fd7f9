// SPDX-License-Identifier: Apache-2.0
#include "sink/table.h"

#include <algorithm>

#include "base/json.h"
#include "sink/csv_cell.h"
#include "sink/escape.h"

namespace bartizan {
namespace {

constexpr std::size_t kCellColumns = 60;

// Characters, not bytes, so that columns stay straight; what is wide on a terminal counts as one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void append_cell(std::string_view cell, std::size_t width, bool is_number, bool is_last, std::string& out) {
  const std::size_t gap = width - std::min(width, width_of(cell));
  if (is_number) out.append(gap, ' ');
  out += cell;
  if (!is_number && !is_last) out.append(gap, ' ');
  out += is_last ? "\n" : "  ";
}

void append_link(std::string_view id, std::string_view text, std::string& out) {
  out += "<a href=\"#";
  append_html(id, out);
  out += "\">";
  append_html(text, out);
  out += "</a>";
}

constexpr std::string_view kStyle =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2em;color:#1d2430;background:#fff}"
    "table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.3em "
    ".8em;border-bottom:1px solid "
    "#d5dae2}th{position:sticky;top:0;background:#f3f5f8}td.number{text-align:right;font-variant-numeric:"
    "tabular-nums}"
    "tr:hover td{background:#f8f9fb}"
    "@media(prefers-color-scheme:dark){body{color:#e3e7ee;background:#14181f}th{background:#1f2530}th,td{"
    "border-color:#323a48}"
    "tr:hover td{background:#1a202a}}"
    ".figure{overflow-x:auto}figure{margin:1em 0 2em}figcaption{font-weight:600;margin-bottom:.4em}"
    "svg text{font:12px system-ui,sans-serif;fill:currentColor}svg .axis{stroke:#9aa3b2;stroke-width:.5}"
    "svg text.axis{stroke:none;font-size:11px}.edge path{fill:none;stroke:#0072b2;stroke-width:1.6}"
    ".edge.odd path{stroke:#d55e00;stroke-width:2.4;stroke-dasharray:7 3}"
    ".node rect{fill:#eaf3fa;stroke:#0072b2}.life line{stroke:#56b4e9;stroke-width:6}"
    ".life.open line{stroke-dasharray:4 4}.mark circle,.bar rect{fill:#0072b2}.mark path{fill:#d55e00}"
    "svg g:focus{outline:3px solid #e69f00;outline-offset:2px}"
    "@media(prefers-color-scheme:dark){.node rect{fill:#173044}}";

}  // namespace

std::string render_table_text(const Table& table) {
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  for (const TableColumn& column : table.columns) widths.push_back(width_of(column.heading));
  for (const auto& row : table.rows) {
    auto& shown = cells.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      shown.push_back(visible(row[i], kCellColumns));
      widths[i] = std::max(widths[i], width_of(shown.back()));
    }
  }
  std::string out;
  const std::size_t last = table.columns.size() - 1;
  for (std::size_t i = 0; i <= last; ++i)
    append_cell(table.columns[i].heading, widths[i], table.columns[i].is_number, i == last, out);
  for (const auto& row : cells)
    for (std::size_t i = 0; i <= last; ++i)
      append_cell(row[i], widths[i], table.columns[i].is_number, i == last, out);
  for (const std::string& note : table.notes) out += "\n" + note + "\n";
  return out;
}

std::string render_table_jsonl(const Table& table) {
  std::string out;
  for (const auto& row : table.rows) {
    JsonWriter json(out);
    json.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json.key(table.columns[i].key);
      if (table.columns[i].is_number && !row[i].empty()) json.raw(row[i]);
      else json.text(row[i]);
    }
    json.end_object();
    out += '\n';
  }
  return out;
}

std::string render_table_csv(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    out += i ? "," : "", append_csv_cell(table.columns[i].key, out);
  out += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += i ? "," : "", append_csv_cell(row[i], out);
    out += "\r\n";
  }
  return out;
}

std::string table_page_begin(std::string_view title, std::string_view style) {
  std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  append_html(title, out);
  out.append("</title><style>").append(kStyle).append(style).append("</style></head><body>\n<h1>");
  append_html(title, out);
  return out + "</h1>\n";
}

std::string table_page_part(const Table& table) {
  std::string out;
  for (const std::string& figure : table.figures) out += figure;
  out += "<table><thead><tr>";
  for (const TableColumn& column : table.columns) {
    out += "<th scope=\"col\">";
    append_html(column.heading, out);
    out += "</th>";
  }
  out += "</tr></thead><tbody>\n";
  for (std::size_t number = 0; number < table.rows.size(); ++number) {
    const auto& row = table.rows[number];
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += table.columns[i].is_number ? "<td class=\"number\">" : "<td>";
      if (i == 0 && number < table.links.size()) append_link(table.links[number], row[i], out);
      else append_html(row[i], out);
      out += "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table>\n";
  for (const std::string& note : table.notes) {
    out += "<p>";
    append_html(note, out);
    out += "</p>\n";
  }
  return out;
}

std::string table_page_end() { return "</body></html>\n"; }

std::string render_table_html(const Table& table) {
  return table_page_begin(table.title) + table_page_part(table) + table_page_end();
}

}  // namespace bartizan
