// SPDX-License-Identifier: Apache-2.0
// Where evidence comes from: files and folders given on the command line, `-` for standard input. Knows no format.
// Folders are walked in the order of their names so that runs are repeatable; symbolic links inside folders are not
// followed (evidence must not lead out of itself), and only regular files are read.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "source/byte_stream.h"

namespace bartizan {

// All regular files under `path` (or the file itself), each as the path given plus the way below it.
// A folder that cannot be opened is reported in `unreadable`, the rest is still listed.
std::vector<std::string> list_evidence(const std::string& path, std::vector<Error>& unreadable);

// The whole of a small text file (a rule, a table); larger than `size_max` is an error.
Result<std::string> read_text_file(const std::string& path, std::size_t size_max);

// Sequential reading into a buffer of the caller's.
class EvidenceFile : public ByteStream {
 public:
  // `-` is standard input.
  static Result<EvidenceFile> open(const std::string& path);
  // Fills `buffer` as far as the file goes; fewer bytes than asked only at its end.
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;
  std::optional<std::uint64_t> size() const override { return size_; }
  Result<void> seek(std::uint64_t to) override;
  // When the file was last written; zero where that is not known.
  Instant modified() const { return modified_; }
  // All bytes handed out so far; an archive that is read from its end may take more than the file has.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  std::optional<std::uint64_t> size_;  // empty: a pipe or a device
  Instant modified_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace bartizan
