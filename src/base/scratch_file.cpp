// SPDX-License-Identifier: Apache-2.0
#include "base/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace bartizan {
namespace {

std::string folder() {
  const char* given = std::getenv("TMPDIR");
  return given && *given ? given : "/var/tmp";
}

}  // namespace

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> ScratchFile::open() {
  std::string path = folder() + "/bartizan-XXXXXX";
  descriptor_ = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor_ < 0) return fail(std::strerror(errno), folder());
  ::unlink(path.c_str());
  return {};
}

Result<void> ScratchFile::append(std::span<const std::uint8_t> bytes) {
  if (descriptor_ < 0) TRY_VOID(open());
  std::uint64_t end = size_;
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(end));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(std::strerror(errno), "a temporary file in " + folder());
    end += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  size_ = end;
  return {};
}

Result<void> ScratchFile::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(std::strerror(errno), "a temporary file in " + folder());
    if (count == 0) return fail("ends too early", "a temporary file in " + folder());
    offset += static_cast<std::uint64_t>(count);
    out = out.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace bartizan
