// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "app/verbs.h"
#include "base/descriptor.h"
#include "base/limits.h"

namespace bartizan::app {
namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(descriptor, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::unexpected<Error> system_failure(const std::string& where) { return fail(std::strerror(errno), where); }

// What a file made by open() would get, or what the one that is replaced has.
mode_t mode_for(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

// Gathers pieces into writes of some size. The first failure stays.
class DescriptorOutput : public Output {
 public:
  DescriptorOutput(std::string where, int descriptor) : where_(std::move(where)), descriptor_(descriptor) {}

  void write(std::string_view text) override {
    if (error_ != 0) return;
    pending_ += text;
    if (pending_.size() >= limits::kOutputWrittenAtOnceBytes) flush();
  }

 protected:
  Result<void> flushed() {
    flush();
    return error_ == 0 ? Result<void>() : failure();
  }
  std::unexpected<Error> failure(int reason) const { return fail(std::strerror(reason), where_); }
  std::unexpected<Error> failure() const { return failure(error_); }

 private:
  void flush() {
    if (error_ == 0 && !write_all(descriptor_, pending_)) error_ = errno;
    pending_.clear();
  }

  std::string where_, pending_;
  int descriptor_, error_ = 0;
};

class StandardOutput final : public DescriptorOutput {
 public:
  StandardOutput() : DescriptorOutput("standard output", STDOUT_FILENO) {}
  Result<void> finish() override { return flushed(); }
};

// A device or a pipe.
class DirectOutput final : public DescriptorOutput {
 public:
  DirectOutput(const std::string& path, std::unique_ptr<Descriptor> file)
      : DescriptorOutput(path, file->number()), file_(std::move(file)) {}
  Result<void> finish() override {
    TRY_VOID(flushed());
    if (!file_->close()) return failure(errno);
    return {};
  }

 private:
  std::unique_ptr<Descriptor> file_;
};

class RenamedOutput final : public DescriptorOutput {
 public:
  RenamedOutput(std::string target, std::string partial, std::unique_ptr<Descriptor> file)
      : DescriptorOutput(target, file->number()),
        target_(std::move(target)),
        partial_(std::move(partial)),
        file_(std::move(file)) {}
  ~RenamedOutput() override {
    if (!partial_.empty()) ::unlink(partial_.c_str());
  }
  RenamedOutput(const RenamedOutput&) = delete;
  RenamedOutput& operator=(const RenamedOutput&) = delete;

  Result<void> finish() override {
    TRY_VOID(flushed());
    // fsync, because some file systems find out only then that the disk is full.
    const bool is_written = ::fchmod(file_->number(), mode_for(target_)) == 0 &&
                            ::fsync(file_->number()) == 0 && file_->close() &&
                            ::rename(partial_.c_str(), target_.c_str()) == 0;
    if (!is_written) return failure(errno);
    partial_.clear();
    return {};
  }

 private:
  std::string target_, partial_;
  std::unique_ptr<Descriptor> file_;
};

}  // namespace

Result<std::unique_ptr<Output>> Output::open(const std::string& path) {
  if (path.empty() || path == "-") {
    std::fflush(stdout);
    return std::make_unique<StandardOutput>();
  }
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return fail("is a folder; name a file in it", path);
  if (exists && !S_ISREG(status.st_mode)) {
    auto file =
        std::make_unique<Descriptor>(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file->number() < 0) return system_failure(path);
    return std::make_unique<DirectOutput>(path, std::move(file));
  }
  // A symbolic link stays one: what it leads to is replaced.
  char* real = exists ? ::realpath(path.c_str(), nullptr) : nullptr;
  std::string target = real ? real : path;
  std::free(real);
  std::string partial = target + ".partial-XXXXXX";
  auto file = std::make_unique<Descriptor>(::mkostemp(partial.data(), O_CLOEXEC));
  if (file->number() < 0) return system_failure(target);
  return std::make_unique<RenamedOutput>(std::move(target), std::move(partial), std::move(file));
}

Result<void> write_output(const std::string& path, std::string_view text) {
  auto output = Output::open(path);
  if (!output.has_value()) return std::unexpected(output.error());
  (*output)->write(text);
  return (*output)->finish();
}

int finish_standard_output(bool all_read) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fputs("bartizan: cannot write standard output\n", stderr);
    return kExitUnreadable;
  }
  return all_read ? kExitClean : kExitUnreadable;
}

}  // namespace bartizan::app
