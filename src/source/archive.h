// SPDX-License-Identifier: Apache-2.0
// Members of archives (zip, 7z, tar) and of compressed files (gzip, zstd, bzip2, xz), read in memory: nothing is ever
// written to disk, so a member's name cannot lead anywhere. Knows no log format; an archive inside an archive is a
// member like any other, and the caller opens it with the same budget, which is what bounds nesting and bombs.
// One thread per call. A member that is encrypted, damaged or expands without measure fails in its own read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "source/byte_stream.h"

namespace bartizan {

// What one evidence file has used up, over all archives within it; the bounds are in base/limits.h.
struct ArchiveBudget {
  std::uint64_t depth = 0, members = 0, bytes = 0, buffered = 0;
};

// By content; `head` is the first bytes of a file (512 are enough).
bool looks_like_archive(Bytes head);

// Calls `visit` for each regular file of the archive `in`, whose first bytes `head` were read already. `visit` may
// leave a member partly read and may answer false to stop. `name` is the archive's own: what a compressed file without
// a name of its own inside is called after. An Error means that the members not yet visited cannot be reached.
using VisitMember = std::function<bool(const std::string& name, ByteStream& member)>;
Result<void> for_each_member(ByteStream& in, Bytes head, const std::string& name, ArchiveBudget& budget,
                             const VisitMember& visit);

}  // namespace bartizan
