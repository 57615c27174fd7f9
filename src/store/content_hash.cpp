// SPDX-License-Identifier: Apache-2.0
#include "store/content_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace bartizan::store {

std::uint64_t content_hash(std::string_view content) { return XXH3_64bits(content.data(), content.size()); }

}  // namespace bartizan::store
