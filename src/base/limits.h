// SPDX-License-Identifier: Apache-2.0
// Every bound of the program, with the reason for its value. Sizes in bytes unless the name says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bartizan::limits {

// Reading
inline constexpr std::size_t kPieceBytes = 1 << 20;          // one unit of work for a worker: large enough to hide hand-over cost
inline constexpr std::size_t kPieceBytesMax = 64u << 20;     // a single JSON or XML record larger than this is an oddity
inline constexpr std::size_t kQueuePiecesMax = 16;           // pieces in flight: bounds memory whatever the input's size
inline constexpr std::size_t kRecogniseBytes = 64 * 1024;    // what a decoder sees of a file to recognise its format

// Interning
inline constexpr std::size_t kKindsMax = 65'536;             // kinds of events told apart; more are served by the plain evaluator
inline constexpr std::size_t kFieldNamesMax = 1'000'000;     // distinct field names; a hostile log can invent one an event
inline constexpr std::size_t kFieldNameBytesMax = 512;       // longer field names are cut
inline constexpr std::size_t kFieldsPerEventMax = 16'384;    // more fields of one event are dropped with an oddity

// Oddities
inline constexpr std::size_t kOdditiesKeptPerFile = 64;      // further ones of a file are counted, not kept

// YAML (rules, tables)
inline constexpr std::size_t kYamlDepthMax = 64;             // no rule nests deeper than 8
inline constexpr std::size_t kYamlNodesMax = 2'000'000;      // bounds alias expansion
inline constexpr std::size_t kRuleFileBytesMax = 16u << 20;  // the largest public rule has 0.5 MB

}  // namespace bartizan::limits
