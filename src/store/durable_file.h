// SPDX-License-Identifier: Apache-2.0
// DurableFile: a file that appears under its name when all of it is on the disk. Until then it is NAME.partial, which is
// removed unless finish() succeeds; after a crash whoever opens the folder next removes it. ReadFile: reads at any place.
// One thread. Fails when the disk does.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bartizan::store {

inline constexpr std::string_view kPartialEnding = ".partial";

class DurableFile {
 public:
  static Result<DurableFile> create(std::string path);
  ~DurableFile();
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&&) = delete;

  Result<void> append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  // On the disk, the name in its folder included.
  Result<void> finish();
  // Many at once, of any folders: each step is done for all before the next, so that the disk has fewer waits. After a failure
  // some may be there and some not, each of them whole or not at all.
  static Result<void> finish(std::span<DurableFile> files);

 private:
  Result<void> sync();
  Result<void> rename();
  std::string folder() const { return path_.substr(0, path_.find_last_of('/')); }
  DurableFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// Makes a folder's entries durable.
Result<void> sync_folder(const std::string& folder);

class ReadFile {
 public:
  static Result<ReadFile> open(const std::string& path);
  ~ReadFile();
  ReadFile(ReadFile&& other) noexcept;
  ReadFile& operator=(ReadFile&&) = delete;
  std::uint64_t size() const { return size_; }
  // All of `out`, or false.
  bool read_at(std::uint64_t offset, std::span<char> out) const;

 private:
  ReadFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace bartizan::store
