// SPDX-License-Identifier: Apache-2.0
#include "source/evidence.h"

#include <dirent.h>
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

// Most file systems say in the listing what an entry is; the others are asked.
unsigned char type_of(const dirent& entry, const std::string& path) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return DT_UNKNOWN;
  return S_ISDIR(status.st_mode) ? DT_DIR : S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
}

// False with errno when the folder cannot be read to its end. std::filesystem would take twice as long for a start's
// thousands of rules.
bool list_folder(const std::string& folder, std::vector<std::string>& files,
                 std::vector<std::string>& folders) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(folder.c_str()), ::closedir);
  if (!listing) return false;
  const std::string before = folder.ends_with('/') ? folder : folder + '/';
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(listing.get());
    if (!entry) return errno == 0;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    std::string path = before;
    path += name;
    const unsigned char type = type_of(*entry, path);
    if (type == DT_DIR) folders.push_back(std::move(path));
    else if (type == DT_REG) files.push_back(std::move(path));
  }
}

}  // namespace

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
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    if (!list_folder(folder, files, folders)) unreadable.push_back({std::strerror(errno), folder});
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
  constexpr std::size_t kStep = 65'536;
  // A start reads thousands of rules: with the size known, each is read at once, and found to end there.
  std::size_t room = std::min<std::size_t>(file.size().value_or(kStep - 1), size_max) + 1;
  std::string text;
  for (;; room = kStep) {
    const std::size_t before = text.size();
    text.resize(before + room);
    TRY(const std::size_t size, file.read({reinterpret_cast<std::uint8_t*>(text.data()) + before, room}));
    text.resize(before + size);
    if (text.size() > size_max) return fail("larger than any rule or table may be", path);
    if (size < room) return text;
  }
}

}  // namespace bartizan
