// SPDX-License-Identifier: Apache-2.0
// Bounds of the store and of hunts, each with its reason; the rest stands in base/limits.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bartizan::limits {

// Stored events
inline constexpr std::size_t kStoreRowGroupRows = 122'880;     // sixty of the 2,048 rows readers take at once
inline constexpr std::size_t kStoreRowGroupBytes = 64u << 20;  // of texts: a page is read as a whole
inline constexpr std::size_t kStoreFileRows = 1'228'800;  // ten row groups; 100 million events are 100 files
inline constexpr std::size_t kStoreWaitingBytes = 192u << 20;  // of rows not written yet, a thread
inline constexpr std::size_t kStoreDaysOpenMax = 200;  // half-written files at once; a process may have 1,024
inline constexpr std::size_t kStoreRangeBytesMax = 64;  // longer least and greatest texts help no search
inline constexpr int kStoreZstdLevel = 3;  // measured: 1 is no faster by much, 9 five times slower
inline constexpr std::size_t kStoreNamesMax =
    65'536;  // field names remembered; hostile JSON can make any number
inline constexpr std::size_t kStoreTextBytesMax =
    1u << 20;  // longer texts of one field are cut; logs have 64 KiB

// Hunts
inline constexpr std::size_t kHuntLineBytesMax =
    64u << 10;                                        // a search line; a list of 1,000 addresses has 20 KiB
inline constexpr unsigned kHuntDepthMax = 64;         // parentheses within each other; bounds recursion
inline constexpr std::size_t kHuntFilesMax = 10'000;  // saved hunts of one folder
inline constexpr std::uint64_t kHuntRowsShown = 10'000;  // of an answer, unless --rows says otherwise

}  // namespace bartizan::limits
