// SPDX-License-Identifier: Apache-2.0
// The table behind fold_code_point (text.h), sorted by `from`; made by tools/make_case_folding.py.
#pragma once

#include <cstddef>

namespace bartizan {

struct CaseFold {
  char32_t from, to;
};
extern const CaseFold kCaseFolding[];
extern const std::size_t kCaseFoldingCount;

}  // namespace bartizan
