// SPDX-License-Identifier: Apache-2.0
// Intelligence: what a scan compares events with: the store, the index of what is kept, the patterns, the harmless values. Opened
// from a folder that `intel import` keeps, or from files as others hand them out, which are read anew each time. After opening,
// everything but the store is immutable; `known` may be called from several threads.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/intel_files.h"
#include "intel/build_index.h"
#include "intel/pattern_watch.h"

namespace bartizan {

class Intelligence {
 public:
  static constexpr const char* kStoreName = "intel.db";
  static constexpr const char* kIndexName = "indicators.index";

  // Of a folder or files. What is wrong with files, or with patterns, is in `diagnostics`; files with errors count not at all.
  // `harmless`: our own list.
  static Result<std::unique_ptr<Intelligence>> open(const std::vector<std::string>& paths,
                                                    const std::string& harmless,
                                                    std::vector<Diagnostic>& diagnostics);
  // Only what came after the indicator of that number, for matching the past with it.
  static Result<std::unique_ptr<Intelligence>> open_newer(const std::vector<std::string>& paths,
                                                          const std::string& harmless, std::uint32_t after,
                                                          std::vector<Diagnostic>& diagnostics);
  // Writes the index of a folder's store when it is not up to date.
  static Result<intel::IndicatorIndex> refresh_index(const std::string& folder,
                                                     const intel::IntelStore& store,
                                                     const intel::HarmlessList& harmless,
                                                     std::uint64_t version);
  // Our own list and those that were imported, and a number that changes with them.
  static Result<intel::HarmlessList> load_harmless(const intel::IntelStore& store, const std::string& file,
                                                   std::uint64_t& version,
                                                   std::vector<Diagnostic>& diagnostics);

  const intel::IndicatorIndex& index() const { return index_; }
  const intel::PatternSet& patterns() const { return patterns_; }
  const intel::HarmlessList& harmless() const { return harmless_; }
  const intel::IntelStore& store() const { return store_; }
  // Indicators up to this number were left out.
  std::uint32_t after() const { return after_; }
  // Kinds of values that are looked up.
  intel::KindSet kinds() const { return kinds_; }
  // Null: not there any more.
  std::shared_ptr<const intel::Known> known(std::uint32_t id) const;

 private:
  Intelligence(intel::IntelStore store, intel::IndicatorIndex index)
      : store_(std::move(store)), index_(std::move(index)) {}
  // The store of a folder, or one in memory of what the files say.
  static Result<intel::IntelStore> open_store(const std::vector<std::string>& paths,
                                              std::vector<Diagnostic>& diagnostics);
  void note_kinds();
  Result<void> load_patterns(std::vector<Diagnostic>& diagnostics);

  intel::IntelStore store_;
  intel::IndicatorIndex index_;
  intel::PatternSet patterns_;
  intel::HarmlessList harmless_;
  intel::KindSet kinds_ = 0;
  std::uint32_t after_ = 0;
  mutable std::mutex mutex_;  // guards the store and what is remembered of it
  mutable std::unordered_map<std::uint32_t, std::shared_ptr<const intel::Known>> remembered_;
};

}  // namespace bartizan
