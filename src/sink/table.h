// SPDX-License-Identifier: Apache-2.0
// Table: rows of text under headings, as columns for a terminal, as JSON lines, as CSV, and as one HTML page. Pure; values are hostile
// and cannot leave their cell. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

struct TableColumn {
  std::string_view key;      // in JSON
  std::string_view heading;  // for people
  bool is_number = false;
};

struct Table {
  std::string title;
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows;  // a value for each column
  std::vector<std::string> notes;              // sentences below it
  std::vector<std::string> figures;            // above it on a page, as sink/figure.h makes them
  std::vector<std::string> links{};            // on a page: ids that the rows' first cells lead to, if any
};

std::string render_table_text(const Table& table);
std::string render_table_jsonl(const Table& table);
std::string render_table_csv(const Table& table);
std::string render_table_html(const Table& table);

// The same page for several tables: its beginning with the title as heading, tables and whatever stands between, its end.
// `style` is CSS of our own, added to the page's.
std::string table_page_begin(std::string_view title, std::string_view style = {});
std::string table_page_part(const Table& table);
std::string table_page_end();

}  // namespace bartizan
