// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/limits.h"

namespace bartizan::limits {

// Intelligence
inline constexpr std::size_t kIntelValueBytesMax =
    4'096;  // of one value; longer ones are no indicators: URLs that work have some 2,000
inline constexpr std::size_t kIntelShortTextMin =
    4;  // letters of a file name, mutex or user agent: shorter ones stand everywhere
inline constexpr std::size_t kIntelObjectBytesMax =
    64u << 20;  // one JSON object with its parts in memory: a MISP event of 100,000 attributes has some 50 MB
inline constexpr std::size_t kIntelNumberBytesMax = 64;  // no number of intelligence has more than 20 digits
inline constexpr std::size_t kIntelObjectsKept =
    1'000'000;  // relationships and techniques of one file, 100 bytes each
inline constexpr std::size_t kIntelMembersMax = 64;     // of an outer object; known ones have 20
inline constexpr std::size_t kIntelMistakesKept = 100;  // of one file; further ones are counted
inline constexpr std::size_t kIntelLineBytesMax =
    1u << 20;  // of a list or table; tables of feeds have lines of some kB
inline constexpr std::size_t kIntelColumnsMax = 256;    // of a table
inline constexpr std::size_t kIntelBatchMax = 500'000;  // statements sorted before they are written: 200 MB
inline constexpr std::size_t kPatternBytesMax =
    1u << 20;                                        // of one STIX pattern; published ones have some hundred
inline constexpr std::size_t kPatternDepthMax = 64;  // brackets within each other: bounds recursion
inline constexpr std::size_t kPatternTermsMax = 65'536;  // tests, their joints, and constants of one pattern
inline constexpr std::size_t kPatternObservationsMax = 4'096;  // chains of OR of single values are common
inline constexpr std::size_t kPatternJoinedMax =
    64;  // of one that is evaluated: bits of one word say which were seen
inline constexpr unsigned kPatternRepeatsMax = 10'000;  // times kept for REPEATS, 8 bytes each
inline constexpr std::size_t kPatternsFreeMax =
    1'000;  // patterns without a value to wake them, which every event is tested on: some 50 ns each
inline constexpr std::size_t kPatternStatesMax = 65'536;  // half-met patterns kept, one a pattern and host
inline constexpr std::size_t kPatternHitsMax =
    200'000;  // observations of patterns kept until the end, 1 kB each
inline constexpr std::uint64_t kPatternWorkMax = 256;  // looks back, for repeated brackets within each other
inline constexpr std::size_t kIntelKnownMax =
    65'536;  // indicators that were met and whose sources are remembered
inline constexpr std::size_t kIntelTextBytesMax =
    256u << 10;  // of a command line or script looked through for values
inline constexpr std::size_t kIntelTextValuesMax = 4'096;  // values looked up of one such text
inline constexpr std::size_t kIntelMatchesPerEventMax =
    64;  // an event that names more is a list of indicators itself
inline constexpr std::size_t kHarmlessTextsMax =
    10'000;  // substrings and expressions, each tried on every indicator
inline constexpr std::size_t kHarmlessRegexBytesMax = 8u << 20;  // memory of one expression
inline constexpr std::uint64_t kIndicatorsMax = 100'000'000;  // of one index: its places are 32-bit numbers
inline constexpr std::size_t kYaraFileBytesMax =
    256u << 20;                             // looked at of one file: held in memory, a second at 250 MB/s
inline constexpr int kYaraSecondsMax = 60;  // of one file
inline constexpr std::size_t kYaraStringsShownMax = 8;                  // matched strings in a finding
inline constexpr std::size_t kYaraStringBytesShownMax = 96;             // of each
inline constexpr std::size_t kYaraRuleFilesMax = 100'000;               // of one folder
inline constexpr unsigned kIntelPrefix4Min = 8, kIntelPrefix6Min = 16;  // what one registry is given

}  // namespace bartizan::limits
