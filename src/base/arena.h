// SPDX-License-Identifier: Apache-2.0
// Arena: memory handed out in order and taken back all at once, for the text of many short-lived events. What it hands
// out stays in place until clear(), which keeps the blocks for the next round. Only trivially destructible values may
// live in it. One thread at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace bartizan {

class Arena {
 public:
  // Room for `size` bytes, aligned for any field. give_back() returns what the last reserve() did not need.
  char* reserve(std::size_t size) {
    if (static_cast<std::size_t>(end_ - next_) < size) open_block(size);
    return next_;
  }
  // Keeps the first `size` bytes of the last reserve().
  std::string_view take(std::size_t size) {
    const std::string_view taken(next_, size);
    next_ += size;
    return taken;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {"", 0};
    std::memcpy(reserve(text.size()), text.data(), text.size());
    return take(text.size());
  }
  template <class T>
    requires std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>
  std::span<const T> copy(std::span<const T> values) {
    if (values.empty()) return {};
    char* room = reserve(values.size_bytes() + alignof(T));
    const std::size_t gap = (alignof(T) - reinterpret_cast<std::uintptr_t>(room) % alignof(T)) % alignof(T);
    (void)take(gap);
    std::memcpy(next_, values.data(), values.size_bytes());
    const T* first = reinterpret_cast<const T*>(next_);
    (void)take(values.size_bytes());
    return {first, values.size()};
  }

  void clear() {
    current_ = 0;
    next_ = blocks_.empty() ? nullptr : blocks_.front().bytes.get();
    end_ = blocks_.empty() ? nullptr : next_ + blocks_.front().size;
    drop_spare_blocks();
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  // Fits the second-level cache. One batch of hostile events may need much more; clear() gives that back.
  static constexpr std::size_t kBlockBytes = 256 * 1024;
  static constexpr std::size_t kBlocksKept = 16;

  void open_block(std::size_t size) {
    if (!blocks_.empty()) ++current_;
    while (current_ < blocks_.size() && blocks_[current_].size < size) ++current_;
    if (current_ >= blocks_.size()) {
      const std::size_t bytes = size > kBlockBytes ? size : kBlockBytes;
      blocks_.push_back({std::make_unique_for_overwrite<char[]>(bytes), bytes});
      current_ = blocks_.size() - 1;
    }
    next_ = blocks_[current_].bytes.get();
    end_ = next_ + blocks_[current_].size;
  }
  void drop_spare_blocks() {
    if (blocks_.size() > kBlocksKept) blocks_.resize(kBlocksKept);
  }

  std::vector<Block> blocks_;
  std::size_t current_ = 0;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace bartizan
