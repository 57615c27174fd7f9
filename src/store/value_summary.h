// SPDX-License-Identifier: Apache-2.0
// ValueSummary: which observed values stand in a file of events, and in which slices of it (kSliceRows rows each), so
// that files and slices without a value need not be read. Values are numbers whose meaning is the caller's (intel/value_number.h).
// It stands beside the file as NUMBER.values; without one, or with a damaged one, nothing can be ruled out.
//   "BZVALUES" | version of the numbers | how many | checksum of what follows | numbers, ascending | slices, a bit each (32 bits)
// Values; a ValueCollector belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/durable_file.h"

namespace bartizan::store {

// A third of a row group, so that a reader can skip; a file has no more than 32.
inline constexpr std::uint32_t kSliceRows = 40'960;

// First and last of numbers that are looked for.
struct NumberRange {
  std::uint64_t first = 0, last = 0;
};

class ValueSummary {
 public:
  // Nothing when it is missing, damaged, or of another version.
  static std::optional<ValueSummary> read(const std::string& path);
  // On the disk; or complete but for finish().
  Result<void> write(const std::string& path) const;
  Result<DurableFile> prepare(const std::string& path) const;

  // The slices in which some number of the range stands.
  std::uint32_t slices_of(const NumberRange& range) const;
  std::size_t size() const { return numbers_.size(); }

 private:
  friend class ValueCollector;
  std::vector<std::uint64_t> numbers_;  // ascending
  std::vector<std::uint32_t> slices_;
};

class ValueCollector {
 public:
  static constexpr std::size_t kBytesEach = 64;  // of memory, at most: a slot of 16 bytes, one in four taken

  void add(std::uint64_t number, std::uint64_t row);
  std::size_t size() const { return size_; }
  ValueSummary summary() const;

 private:
  struct Slot {
    std::uint64_t number;
    std::uint32_t slices;  // 0: free
  };
  Slot& slot_of(std::uint64_t number);
  void grow();
  std::vector<Slot> slots_;  // open addressing
  std::size_t size_ = 0;
};

// Of a Parquet file.
std::string summary_path(const std::string& parquet_file);

}  // namespace bartizan::store
