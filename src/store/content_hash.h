// SPDX-License-Identifier: Apache-2.0
// XXH3 of a content, the same on every machine: what rows are told apart by. Not against an adversary. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace bartizan::store {

std::uint64_t content_hash(std::string_view content);

}  // namespace bartizan::store
