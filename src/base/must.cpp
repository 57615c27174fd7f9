// SPDX-License-Identifier: Apache-2.0
#include "base/must.h"

#include <cstdio>
#include <cstdlib>

namespace bartizan {

void must_failed(const char* claim, const char* file, int line) {
  std::fprintf(stderr, "bartizan: internal error, please report it: %s (%s:%d)\n", claim, file, line);
  std::abort();
}

}  // namespace bartizan
