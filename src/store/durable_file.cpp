// SPDX-License-Identifier: Apache-2.0
#include "store/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

namespace bartizan::store {
namespace {

std::unexpected<Error> system_failure(const std::string& where) { return fail(std::strerror(errno), where); }

}  // namespace

Result<DurableFile> DurableFile::create(std::string path) {
  const std::string partial = path + std::string(kPartialEnding);
  const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return system_failure(partial);
  return DurableFile(std::move(path), descriptor);
}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

DurableFile::~DurableFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink((path_ + std::string(kPartialEnding)).c_str());
}

Result<void> DurableFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_failure(path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> DurableFile::sync() {
  if (::fsync(descriptor_) != 0) return system_failure(path_);
  return {};
}

Result<void> DurableFile::rename() {
  const std::string partial = path_ + std::string(kPartialEnding);
  if (::rename(partial.c_str(), path_.c_str()) != 0) return system_failure(path_);
  ::close(std::exchange(descriptor_, -1));
  return {};
}

Result<void> DurableFile::finish() { return finish({this, 1}); }

Result<void> DurableFile::finish(std::span<DurableFile> files) {
  // The disk may begin with all of them while the first is waited for.
  for (const DurableFile& file : files) ::sync_file_range(file.descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
  for (DurableFile& file : files) TRY_VOID(file.sync());
  for (DurableFile& file : files) TRY_VOID(file.rename());
  std::set<std::string> folders;
  for (const DurableFile& file : files) folders.insert(file.folder());
  for (const std::string& folder : folders) TRY_VOID(sync_folder(folder));
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_failure(folder);
  const bool done = ::fsync(descriptor) == 0;
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  if (!done) return system_failure(folder);
  return {};
}

Result<ReadFile> ReadFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return system_failure(path);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return ::close(descriptor), system_failure(path);
  return ReadFile(descriptor, static_cast<std::uint64_t>(status.st_size));
}

ReadFile::ReadFile(ReadFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

ReadFile::~ReadFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool ReadFile::read_at(std::uint64_t offset, std::span<char> out) const {
  while (!out.empty()) {
    const ssize_t size = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(size));
    offset += static_cast<std::uint64_t>(size);
  }
  return true;
}

}  // namespace bartizan::store
