// SPDX-License-Identifier: Apache-2.0
// IndicatorIndex: every kept indicator in one immutable file, which is mapped, not read. A look-up costs one cache line for a value
// nobody knows, and always ends at the whole key, so that no answer rests on a hash. IndexBuilder writes it in one pass; its
// memory is 16 bytes an indicator.
//   header | records, 4-aligned: {id, first, last, until, key size, kind, confidence} key | slots {tag, record / 4} sorted by hash |
//   bucket starts, by the upper bits of the hash | filter
// A file is trusted no more than any other: every place in it is checked before it is used. Reading is safe from any thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intel/curate.h"
#include "intel/filter.h"
#include "intel/indicator.h"
#include "intel/key_hash.h"

namespace bartizan::intel {

struct IndexEntry {
  std::uint32_t id = 0;        // in the IntelStore
  bool is_of_pattern = false;  // the value wakes pattern `id`; it says nothing alone
  Worth worth;
};

// The numbers that tell a reader how to ask.
struct IndexHeader {
  char magic[8];
  std::uint64_t version, seed, entries;
  std::uint64_t records_at, records_size, slots_at, buckets_at, bucket_bits, filter_at, filter_blocks,
      file_size;
  std::uint64_t kinds[kKinds];          // entries of each
  std::uint64_t lengths4, lengths6[3];  // prefix lengths of networks, a bit each
};

class IndexBuilder {
 public:
  // Writes to `file`, from its start; it must be empty and open for reading as well.
  static Result<IndexBuilder> begin(std::FILE* file, std::uint64_t seed);
  Result<void> add(Kind kind, std::string_view key, const IndexEntry& entry);
  // `version`: of the store it was built from.
  Result<void> finish(std::uint64_t version);

 private:
  struct Slot {
    std::uint64_t hash;
    std::uint32_t place;
  };
  IndexBuilder(std::FILE* file, std::uint64_t seed);
  Result<void> write(const void* bytes, std::size_t size);
  Result<void> align(std::size_t to);

  std::FILE* file_;
  IndexHeader header_{};
  std::uint64_t at_ = 0;
  std::vector<Slot> slots_;
};

class IndicatorIndex {
 public:
  static Result<IndicatorIndex> open(const std::string& path);
  static Result<IndicatorIndex> open(std::FILE* file, const std::string& name);
  IndicatorIndex(IndicatorIndex&& other) noexcept;
  IndicatorIndex& operator=(IndicatorIndex&& other) noexcept;
  ~IndicatorIndex();

  std::uint64_t version() const { return header_.version; }
  std::uint64_t size() const { return header_.entries; }
  std::uint64_t bytes() const { return size_; }
  bool has(Kind kind) const { return header_.kinds[static_cast<std::size_t>(kind)] != 0; }
  // Whether networks of `length` bits around addresses of `bytes` bytes are known.
  bool has_networks(std::size_t bytes, unsigned length) const {
    return bytes == 4 ? header_.lengths4 >> length & 1 : header_.lengths6[length / 64] >> (length % 64) & 1;
  }

  // Calls `found(entry)` for each entry of the key: indicator and patterns.
  template <class Found>
  void find(Kind kind, std::string_view key, Found&& found) const {
    const std::uint64_t hash = key_hash(kind, key, header_.seed);
    if (!SplitBlockFilter::may_have(filter_, hash)) return;
    const std::uint64_t bucket = header_.bucket_bits == 0 ? 0 : hash >> (64 - header_.bucket_bits);
    const auto end = static_cast<std::uint32_t>(std::min<std::uint64_t>(buckets_[bucket + 1], slots_.size()));
    IndexEntry entry;
    for (std::uint32_t i = buckets_[bucket]; i < end; ++i)
      if (slots_[i].tag == static_cast<std::uint32_t>(hash) && read(slots_[i].place, kind, key, entry))
        found(entry);
  }

 private:
  struct Slot {
    std::uint32_t tag, place;
  };
  IndicatorIndex() = default;
  Result<void> map(int descriptor, const std::string& name);
  bool read(std::uint32_t place, Kind kind, std::string_view key, IndexEntry& entry) const;

  IndexHeader header_{};
  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::span<const Slot> slots_;
  std::span<const std::uint32_t> buckets_;
  std::span<const FilterBlock> filter_;
};

}  // namespace bartizan::intel
