// SPDX-License-Identifier: Apache-2.0
// A row put together again from an engine's answer: the time in microseconds since 1970, the id, the columns, and the map of the
// rest as one text, whose entries are parted by \x1e, name and value by \x1f; a value that is not null begins with `=`. Pure.
#pragma once

#include <span>
#include <vector>

#include "store/store.h"

namespace bartizan::store {

// `cells` and `rest` are scratch space that `row` views.
void read_answer_row(std::span<const Cell> answer, const TableShape& shape, std::vector<Cell>& cells,
                     std::vector<NamedText>& rest, Row& row);

}  // namespace bartizan::store
