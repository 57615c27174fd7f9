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

namespace bartizan::app {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  // The last chance to hear of an error.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

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

Result<void> write_directly(const std::string& path, std::string_view text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.number() < 0 || !write_all(file.number(), text) || !file.close()) return system_failure(path);
  return {};
}

// What a file made by open() would get, or what the one that is replaced has.
mode_t mode_for(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) return status.st_mode & 07777;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

Result<void> write_and_rename(const std::string& path, std::string_view text) {
  std::string partial = path + ".partial-XXXXXX";
  Descriptor file(::mkostemp(partial.data(), O_CLOEXEC));
  if (file.number() < 0) return system_failure(path);
  // fsync, because some file systems find out only then that the disk is full.
  const bool written = write_all(file.number(), text) && ::fchmod(file.number(), mode_for(path)) == 0 &&
                       ::fsync(file.number()) == 0 && file.close() &&
                       ::rename(partial.c_str(), path.c_str()) == 0;
  if (written) return {};
  const int reason = errno;
  ::unlink(partial.c_str());
  errno = reason;
  return system_failure(path);
}

}  // namespace

Result<void> write_output(const std::string& path, std::string_view text) {
  if (path.empty() || path == "-") {
    std::fflush(stdout);
    if (!write_all(STDOUT_FILENO, text)) return system_failure("standard output");
    return {};
  }
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return fail("is a folder; name a file in it", path);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, text);
  // A symbolic link stays one: what it leads to is replaced.
  char* real = exists ? ::realpath(path.c_str(), nullptr) : nullptr;
  const std::string target = real ? real : path;
  std::free(real);
  return write_and_rename(target, text);
}

int finish_standard_output(bool all_read) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fputs("bartizan: cannot write standard output\n", stderr);
    return kExitUnreadable;
  }
  return all_read ? kExitClean : kExitUnreadable;
}

}  // namespace bartizan::app
