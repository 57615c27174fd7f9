// SPDX-License-Identifier: Apache-2.0
#include "store/answer_row.h"

#include <algorithm>
#include <charconv>

namespace bartizan::store {

void read_answer_row(std::span<const Cell> answer, const TableShape& shape, std::vector<Cell>& cells,
                     std::vector<NamedText>& rest, Row& row) {
  const auto number = [](std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  row.time.ticks = number(answer[0].text) * 10;
  std::from_chars(answer[1].text.data(), answer[1].text.data() + answer[1].text.size(), row.id);
  cells.clear(), rest.clear();
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    const Cell& cell = answer[i + 2];
    const bool is_number = shape.columns[i].type == ColumnType::kNumber;
    cells.push_back(cell.is_null || !is_number ? cell : Cell(number(cell.text)));
  }
  if (!shape.rest_name.empty()) {
    std::string_view left = answer[shape.columns.size() + 2].text;
    while (!left.empty()) {
      const std::string_view entry = left.substr(0, left.find('\x1e'));
      left.remove_prefix(std::min(left.size(), entry.size() + 1));
      const std::size_t cut = entry.find('\x1f');
      const std::string_view value = entry.substr(std::min(entry.size(), cut + 1));
      rest.push_back({entry.substr(0, cut), value.substr(value.empty() ? 0 : 1), value.empty()});
    }
  }
  row.cells = cells, row.rest = rest;
}

}  // namespace bartizan::store
