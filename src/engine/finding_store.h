// SPDX-License-Identifier: Apache-2.0
// FindingStore: keeps the findings of a run and gives them back in the order of reports, by time, file, record, rule, id,
// whatever the order they came in. Memory is bounded: what exceeds limits::kFindingsInMemoryBytes is sorted and moved to a
// scratch file (base/scratch_file.h), and merged from there. When that file cannot be written, memory
// grows instead: nothing is lost, and problem() says so. One thread; findings().write_each() works with as many as it may.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/scratch_file.h"
#include "model/findings.h"

namespace bartizan {

class FindingStore {
 public:
  explicit FindingStore(std::size_t memory_bytes);

  void set_threads(std::size_t threads) { threads_ = threads; }

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
  void merge(const std::function<void(std::string_view packed)>& visit);
  void write_each(const Findings::Append& append, const Findings::Write& write);

  std::size_t memory_bytes_;
  std::size_t threads_ = 1;
  std::string block_;
  std::vector<Entry> entries_;
  std::vector<Run> runs_;
  std::uint64_t size_ = 0;
  std::unique_ptr<ScratchFile> file_;  // where it stays when the store moves
  std::string problem_;
};

}  // namespace bartizan
