// SPDX-License-Identifier: Apache-2.0
// Arena: memory for the text of one batch of events. Everything handed out lives until reset(), which keeps the blocks
// for the next batch, so a running worker allocates nothing per event (first touch of fresh memory is the dearest thing
// these machines do). One owner, one thread.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace bartizan {

class Arena {
 public:
  // `size` uninitialised bytes, unaligned: text only.
  char* allocate(std::size_t size) {
    if (size > end_ - used_) grow(size);
    char* start = block_ + used_;
    used_ += size;
    return start;
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {"", 0};
    char* start = allocate(text.size());
    std::memcpy(start, text.data(), text.size());
    return {start, text.size()};
  }
  // Gives back the unused tail of the latest allocation.
  void shrink_last(const char* new_end) { used_ = static_cast<std::size_t>(new_end - block_); }

  void reset() {
    next_ = 0, used_ = 0, end_ = 0, block_ = nullptr;
    if (!blocks_.empty()) use(blocks_[0]), next_ = 1;
  }
  std::size_t capacity() const {
    std::size_t sum = 0;
    for (const Block& block : blocks_) sum += block.size;
    return sum;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> memory;
    std::size_t size;
  };
  static constexpr std::size_t kBlockBytes = 256 * 1024;

  void use(Block& block) { block_ = block.memory.get(), used_ = 0, end_ = block.size; }
  void grow(std::size_t size) {
    while (next_ < blocks_.size()) {
      Block& block = blocks_[next_++];
      if (block.size >= size) return use(block);
    }
    std::size_t wanted = size > kBlockBytes ? size : kBlockBytes;
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(wanted), wanted});
    next_ = blocks_.size();
    use(blocks_.back());
  }

  std::vector<Block> blocks_;
  std::size_t next_ = 0;  // the first block not used since reset()
  char* block_ = nullptr;
  std::size_t used_ = 0, end_ = 0;
};

}  // namespace bartizan
