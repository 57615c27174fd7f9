// SPDX-License-Identifier: Apache-2.0
// IntelStore: what is known, kept in SQLite: sources, indicators, who says what about them, sightings, harmless values, removals.
// An import is one transaction: it counts as a whole or not at all. The file may be read by others meanwhile; one writer at a
// time. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "intel/curate.h"
#include "intel/import.h"

namespace bartizan::intel {

struct Source {
  std::string name;
  int confidence = kConfidenceUnsaid;  // where a statement says none
  bool keep_valid = false;             // what was right counts although the file has mistakes
  bool replaces = false;               // what the source said before no longer counts
};

struct SourceFacts {
  std::string name, format;
  Instant imported;
  std::uint64_t statements = 0;
};

class IntelStore {
 public:
  static constexpr const char* kMemory = ":memory:";
  // The file is made when it is not there.
  static Result<IntelStore> open(const std::string& path);
  IntelStore(IntelStore&&) noexcept;
  IntelStore& operator=(IntelStore&&) noexcept;
  ~IntelStore();

  // Several files of one source: begin once, import each, end. `end` answers whether the import counts.
  Result<void> begin(const Source& source, Instant now);
  void import(const ReadBytes& read, const ImportOptions& options, ImportReport& report);
  Result<bool> end(const ImportReport& report);

  // Every indicator, of one kind if given, in the order it was first seen; false ends it.
  Result<void> for_each(const std::function<bool(const Known&)>& visit, std::optional<Kind> kind = {}) const;
  Result<std::optional<Known>> find(const Indicator& indicator) const;
  Result<std::optional<Known>> find(std::uint32_t id) const;
  Result<std::vector<SourceFacts>> sources() const;
  // Adds what lists said is harmless.
  Result<void> load_harmless(HarmlessList& list) const;

  // Marked, so that a later import does not bring it back; false: it is not there.
  Result<bool> remove(const Indicator& indicator, std::string_view reason);
  // What one source said; indicators that no other names go with it. The number of statements.
  Result<std::uint64_t> remove_source(std::string_view name);

  // Rises with every change.
  Result<std::int64_t> version() const;

 private:
  class Statements;
  IntelStore();
  std::unique_ptr<Statements> statements_;
};

}  // namespace bartizan::intel
