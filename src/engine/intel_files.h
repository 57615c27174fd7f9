// SPDX-License-Identifier: Apache-2.0
// Files of intelligence, also in archives and folders (pages of a TAXII collection, a MISP feed), into an IntelStore. Each path is
// one source and one import: it counts as a whole or not at all. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "intel/intel_store.h"

namespace bartizan {

struct IntelFile {
  std::string file;  // or `archive!member`
  intel::ImportReport report;
};

struct IntelImport {
  std::string source;
  std::vector<IntelFile> files;
  std::vector<Diagnostic> warnings;  // pages and events that are announced and missing
  std::vector<std::string> unreadable;
  std::uint64_t mistakes = 0;
  bool is_kept = false;
};

// `source.name` empty: the name of the file or folder.
Result<IntelImport> import_intel_path(intel::IntelStore& store, const std::string& path, intel::Source source,
                                      const intel::ImportOptions& options, Instant now);

}  // namespace bartizan
