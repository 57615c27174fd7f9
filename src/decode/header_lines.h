// SPDX-License-Identifier: Apache-2.0
// Logs whose lines beginning with # say what the columns are (Zeek, W3C extended) and may change it in the
// middle of a file, as happens when rotated logs are joined. HeaderLines keeps the newest line of each key;
// HeaderCutter hands them to the pieces as context, so that each piece can be read on its own. One thread;
// lines longer than limits::kHeaderLineBytesMax are not headers.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "decode/lines.h"

namespace bartizan {

class HeaderLines {
 public:
  // `keys`: the words behind # that matter, without it. They must outlive this.
  explicit HeaderLines(std::span<const std::string_view> keys) : keys_(keys), lines_(keys.size()) {}

  // True: the line is a header and was kept.
  bool take(std::string_view line) {
    if (line.size() > limits::kHeaderLineBytesMax) return false;
    for (std::size_t i = 0; i < keys_.size(); ++i)
      if (line.substr(1).starts_with(keys_[i])) return lines_[i] = line, true;
    return false;
  }
  // What stands behind the key; empty when there was none.
  std::string_view value(std::size_t key) const {
    return lines_[key].empty() ? std::string_view()
                               : std::string_view(lines_[key]).substr(1 + keys_[key].size());
  }
  std::string text() const {
    std::string all;
    for (const std::string& line : lines_)
      if (!line.empty()) all.append(line).append(1, '\n');
    return all;
  }

 private:
  std::span<const std::string_view> keys_;
  std::vector<std::string> lines_;
};

class HeaderCutter final : public Cutter {
 public:
  explicit HeaderCutter(std::span<const std::string_view> keys) : lines_(keys) {}

  std::size_t cut(Bytes buffer, bool at_end) override {
    const std::size_t size = line_cutter_.cut(buffer, at_end);
    if (size == 0) return 0;
    context_ = lines_.text();
    std::string_view text = as_text(buffer.first(size));
    const std::size_t mark = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    text.remove_prefix(mark);
    if (text.starts_with('#')) take_line(text, 0);
    for (const char* at = text.data();;) {
      at = static_cast<const char*>(
          memmem(at, static_cast<std::size_t>(text.data() + text.size() - at), "\n#", 2));
      if (!at) break;
      take_line(text, static_cast<std::size_t>(++at - text.data()));
    }
    return size;
  }
  std::string context() const override { return context_; }

 private:
  void take_line(std::string_view text, std::size_t begin) {
    std::string_view line = text.substr(begin, limits::kHeaderLineBytesMax + 1);
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    (void)lines_.take(line);
  }

  LineCutter line_cutter_;
  HeaderLines lines_;
  std::string context_;
};

}  // namespace bartizan
