// SPDX-License-Identifier: Apache-2.0
// Parquet's hybrid of run lengths and bit packing, for levels and places in a dictionary. Pure, any thread.
// Source: Encodings.md of Apache Parquet, "Run Length Encoding / Bit-Packing Hybrid".
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>

namespace bartizan::store {

inline unsigned bits_for(std::uint32_t largest) { return static_cast<unsigned>(std::bit_width(largest)); }

// Appends `values`, each below 2^bits; bits at most 32.
void append_run_lengths(std::span<const std::uint32_t> values, unsigned bits, std::string& out);

}  // namespace bartizan::store
