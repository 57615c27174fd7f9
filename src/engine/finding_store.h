// SPDX-License-Identifier: Apache-2.0
// FindingStore: keeps the findings of a run and gives them back in the order of reports, by time, file, record, rule, id,
// whatever the order they came in. Memory is bounded: what exceeds limits::kFindingsInMemoryBytes is sorted and moved to a
// temporary file without a name (in $TMPDIR, else /tmp), and merged from there. When that file cannot be written, memory
// grows instead: nothing is lost, and problem() says so. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/findings.h"

namespace bartizan {

class FindingStore {
 public:
  explicit FindingStore(std::size_t memory_bytes);
  ~FindingStore();
  FindingStore(FindingStore&& other) noexcept;
  FindingStore& operator=(FindingStore&&) = delete;
  FindingStore(const FindingStore&) = delete;
  FindingStore& operator=(const FindingStore&) = delete;

  void add(const Finding& finding);
  // Findings packed one behind the other.
  void add_packed(std::string_view findings);
  std::uint64_t size() const { return size_; }
  // In order. Valid while the store is, and until the next add.
  Findings findings();
  // Why memory is not bounded, or why findings could not be read back; empty: all is well.
  const std::string& problem() const { return problem_; }

 private:
  // Findings of one moment have to be compared by more.
  struct Entry {
    std::int64_t time = 0;
    std::size_t at = 0;  // in block_
  };
  struct Run {
    std::uint64_t begin = 0, end = 0;  // in the file
  };
  class Source;

  void sort();
  void spill();
  bool open_file();
  bool write(std::string_view bytes);
  void merge(const Findings::Visit& visit);

  std::size_t memory_bytes_;
  std::string block_;
  std::vector<Entry> entries_;
  std::vector<Run> runs_;
  std::uint64_t size_ = 0, file_size_ = 0;
  int file_ = -1;
  std::string problem_;
};

}  // namespace bartizan
