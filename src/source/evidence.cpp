// SPDX-License-Identifier: Apache-2.0
#include "source/evidence.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace bartizan {
namespace fs = std::filesystem;
namespace {
constexpr std::string_view kStandardInput = "-";
}

std::vector<std::string> list_evidence(const std::string& path, std::vector<Error>& unreadable) {
  std::error_code error;
  if (path == kStandardInput) return {path};
  fs::file_status status = fs::status(path, error);
  if (error || status.type() == fs::file_type::not_found) {
    unreadable.push_back({error ? error.message() : "no such file or folder", path});
    return {};
  }
  if (status.type() != fs::file_type::directory) return {path};
  std::vector<std::string> files;
  std::vector<std::string> folders{path};
  while (!folders.empty()) {
    std::string folder = std::move(folders.back());
    folders.pop_back();
    fs::directory_iterator entries(folder, error);
    if (error) {
      unreadable.push_back({error.message(), folder});
      continue;
    }
    for (; entries != fs::directory_iterator(); entries.increment(error)) {
      fs::file_type type = entries->symlink_status(error).type();
      if (type == fs::file_type::directory) folders.push_back(entries->path().string());
      else if (type == fs::file_type::regular) files.push_back(entries->path().string());
      if (error) break;
    }
    if (error) unreadable.push_back({error.message(), folder});
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<EvidenceFile> EvidenceFile::open(const std::string& path) {
  EvidenceFile file;
  file.path_ = path;
  if (path == kStandardInput) {
    const int copy = dup(STDIN_FILENO);
    if (copy >= 0) file.file_.reset(fdopen(copy, "rb"));
  } else {
    file.file_.reset(std::fopen(path.c_str(), "rb"));
  }
  if (!file.file_) return fail(std::strerror(errno), path);
  std::setvbuf(file.file_.get(), nullptr, _IONBF, 0);  // reads are large already
  struct stat status{};
  if (fstat(fileno(file.file_.get()), &status) != 0) return fail(std::strerror(errno), path);
  if (S_ISREG(status.st_mode)) {
    file.size_ = static_cast<std::uint64_t>(status.st_size);
    file.modified_ = {status.st_mtim.tv_sec * kTicksPerSecond + status.st_mtim.tv_nsec / 100};
  }
  return file;
}

Result<std::size_t> EvidenceFile::read(std::span<std::uint8_t> buffer) {
  std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file_.get());
  if (size < buffer.size() && std::ferror(file_.get())) return fail(std::strerror(errno), path_);
  bytes_read_ += size;
  return size;
}

Result<void> EvidenceFile::seek(std::uint64_t to) {
  if (fseeko(file_.get(), static_cast<off_t>(to), SEEK_SET) != 0) return fail(std::strerror(errno), path_);
  return {};
}

Result<std::string> read_text_file(const std::string& path, std::size_t size_max) {
  TRY(EvidenceFile file, EvidenceFile::open(path));
  std::string text;
  std::uint8_t block[65'536];
  for (;;) {
    TRY(std::size_t size, file.read(block));
    text.append(reinterpret_cast<const char*>(block), size);
    if (text.size() > size_max) return fail("larger than any rule or table may be", path);
    if (size < sizeof(block)) return text;
  }
}

}  // namespace bartizan
