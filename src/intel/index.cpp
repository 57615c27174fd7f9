// SPDX-License-Identifier: Apache-2.0
#include "intel/index.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "base/limits.h"

namespace bartizan::intel {
namespace {

constexpr char kMagic[8] = {'B', 'Z', 'N', 'I', 'N', 'D', 'X', '1'};
constexpr std::uint8_t kOfPattern = 0x80;  // in Record::kind
constexpr std::size_t kKeysPerBucket = 4;
constexpr std::size_t kAlign = 64;

struct Record {
  std::uint32_t id;
  std::int32_t first, last, until;  // minutes since 1970; kNoTime: none
  std::uint16_t key_size;
  std::uint8_t kind, confidence;
};
static_assert(sizeof(Record) == 20);

constexpr std::int32_t kNoTime = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kTicksPerMinute = 60 * kTicksPerSecond;

// Ends are rounded up, so that nothing ends early.
std::int32_t minutes_of(Instant time, bool up) {
  if (time == Instant{}) return kNoTime;
  const std::int64_t minutes = time.ticks / kTicksPerMinute + (up && time.ticks > 0 ? 1 : 0);
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(minutes, kNoTime + 1, std::numeric_limits<std::int32_t>::max()));
}
Instant time_of(std::int32_t minutes) {
  return minutes == kNoTime ? Instant{} : Instant{minutes * kTicksPerMinute};
}

std::unexpected<Error> damaged(const std::string& name) {
  return fail("is no index of indicators, or a damaged one; `bartizan intel import` writes it anew", name);
}

}  // namespace

IndexBuilder::IndexBuilder(std::FILE* file, std::uint64_t seed) : file_(file) {
  std::memcpy(header_.magic, kMagic, sizeof(kMagic));
  header_.seed = seed;
}

Result<IndexBuilder> IndexBuilder::begin(std::FILE* file, std::uint64_t seed) {
  IndexBuilder builder(file, seed);
  TRY_VOID(builder.write(&builder.header_, sizeof(IndexHeader)));
  TRY_VOID(builder.align(kAlign));
  builder.header_.records_at = builder.at_;
  return builder;
}

Result<void> IndexBuilder::write(const void* bytes, std::size_t size) {
  if (std::fwrite(bytes, 1, size, file_) != size) return fail(std::strerror(errno));
  at_ += size;
  return {};
}

Result<void> IndexBuilder::align(std::size_t to) {
  constexpr char kZeros[kAlign] = {};
  return write(kZeros, (to - at_ % to) % to);
}

Result<void> IndexBuilder::add(Kind kind, std::string_view key, const IndexEntry& entry) {
  if (header_.entries >= limits::kIndicatorsMax)
    return fail("more than " + std::to_string(limits::kIndicatorsMax) + " indicators");
  if (key.size() > limits::kIntelValueBytesMax) return {};
  const auto number = static_cast<std::size_t>(kind);
  if (kind == Kind::kNetwork && !key.empty()) {
    const auto length = static_cast<unsigned char>(key[0]);
    if (key.size() == 5) header_.lengths4 |= std::uint64_t{1} << (length & 63);
    else header_.lengths6[length / 64 % 3] |= std::uint64_t{1} << (length & 63);
  }
  const Record record{entry.id,
                      minutes_of(entry.worth.first, false),
                      minutes_of(entry.worth.last, false),
                      minutes_of(entry.worth.until, true),
                      static_cast<std::uint16_t>(key.size()),
                      static_cast<std::uint8_t>(number | (entry.is_of_pattern ? kOfPattern : 0)),
                      static_cast<std::uint8_t>(std::clamp(entry.worth.confidence, 0, 100))};
  slots_.push_back(
      {key_hash(kind, key, header_.seed), static_cast<std::uint32_t>((at_ - header_.records_at) / 4)});
  ++header_.entries;
  ++header_.kinds[number];
  TRY_VOID(write(&record, sizeof(record)));
  TRY_VOID(write(key.data(), key.size()));
  return align(4);
}

Result<void> IndexBuilder::finish(std::uint64_t version) {
  header_.version = version;
  header_.records_size = at_ - header_.records_at;
  std::sort(slots_.begin(), slots_.end(), [](const Slot& a, const Slot& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.place < b.place;
  });
  header_.bucket_bits = std::bit_width(std::max<std::uint64_t>(1, slots_.size() / kKeysPerBucket)) - 1u;
  TRY_VOID(align(kAlign));
  header_.slots_at = at_;
  for (const Slot& slot : slots_) {
    const std::uint32_t written[2] = {static_cast<std::uint32_t>(slot.hash), slot.place};
    TRY_VOID(write(written, sizeof(written)));
  }
  TRY_VOID(align(kAlign));
  header_.buckets_at = at_;
  std::size_t slot = 0;
  for (std::uint64_t bucket = 0; bucket <= std::uint64_t{1} << header_.bucket_bits; ++bucket) {
    while (slot < slots_.size() &&
           (header_.bucket_bits == 0 ? 0 : slots_[slot].hash >> (64 - header_.bucket_bits)) < bucket)
      ++slot;
    const auto start = static_cast<std::uint32_t>(slot);
    TRY_VOID(write(&start, sizeof(start)));
  }
  TRY_VOID(align(kAlign));
  header_.filter_at = at_;
  std::vector<FilterBlock> filter(SplitBlockFilter::blocks_for(slots_.size()));
  for (const Slot& one : slots_) SplitBlockFilter::add(filter, one.hash);
  header_.filter_blocks = filter.size();
  TRY_VOID(write(filter.data(), filter.size() * sizeof(FilterBlock)));
  header_.file_size = at_;
  if (std::fseek(file_, 0, SEEK_SET) != 0) return fail(std::strerror(errno));
  TRY_VOID(write(&header_, sizeof(header_)));
  if (std::fflush(file_) != 0) return fail(std::strerror(errno));
  slots_ = {};
  return {};
}

IndicatorIndex::IndicatorIndex(IndicatorIndex&& other) noexcept { *this = std::move(other); }
IndicatorIndex& IndicatorIndex::operator=(IndicatorIndex&& other) noexcept {
  std::swap(header_, other.header_);
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  std::swap(slots_, other.slots_);
  std::swap(buckets_, other.buckets_);
  std::swap(filter_, other.filter_);
  return *this;
}
IndicatorIndex::~IndicatorIndex() {
  if (bytes_) munmap(const_cast<char*>(bytes_), size_);
}

Result<IndicatorIndex> IndicatorIndex::open(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return fail(std::strerror(errno), path);
  return open(file.get(), path);
}

Result<IndicatorIndex> IndicatorIndex::open(std::FILE* file, const std::string& name) {
  IndicatorIndex index;
  TRY_VOID(index.map(fileno(file), name));
  return index;
}

Result<void> IndicatorIndex::map(int descriptor, const std::string& name) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) return fail(std::strerror(errno), name);
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ < sizeof(IndexHeader)) return damaged(name);
  void* mapped = mmap(nullptr, size_, PROT_READ, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) return fail(std::strerror(errno), name);
  bytes_ = static_cast<const char*>(mapped);
  std::memcpy(&header_, bytes_, sizeof(header_));
  const IndexHeader& h = header_;
  const auto is_within = [&](std::uint64_t at, std::uint64_t count, std::uint64_t each) {
    return at % 4 == 0 && at <= size_ && count <= (size_ - at) / each;
  };
  const bool is_sound = std::equal(kMagic, kMagic + 8, h.magic) && h.file_size == size_ &&
                        h.bucket_bits < 32 && h.entries <= limits::kIndicatorsMax &&
                        is_within(h.records_at, h.records_size, 1) &&
                        is_within(h.slots_at, h.entries, sizeof(Slot)) && h.filter_blocks > 0 &&
                        is_within(h.buckets_at, (std::uint64_t{1} << h.bucket_bits) + 1, 4) &&
                        is_within(h.filter_at, h.filter_blocks, sizeof(FilterBlock));
  if (!is_sound) return damaged(name);
  slots_ = {reinterpret_cast<const Slot*>(bytes_ + h.slots_at), h.entries};
  buckets_ = {reinterpret_cast<const std::uint32_t*>(bytes_ + h.buckets_at),
              (std::size_t{1} << h.bucket_bits) + 1};
  filter_ = {reinterpret_cast<const FilterBlock*>(bytes_ + h.filter_at), h.filter_blocks};
  // The filter is asked for every value, the records hardly ever.
  madvise(mapped, size_, MADV_RANDOM);
  const std::size_t page = 4096, hot = h.buckets_at / page * page;
  madvise(static_cast<char*>(mapped) + hot, size_ - hot, MADV_WILLNEED);
  return {};
}

bool IndicatorIndex::read(std::uint32_t place, Kind kind, std::string_view key, IndexEntry& entry) const {
  const std::uint64_t at = std::uint64_t{place} * 4;
  if (at + sizeof(Record) > header_.records_size) return false;
  Record record;
  const char* begin = bytes_ + header_.records_at + at;
  std::memcpy(&record, begin, sizeof(record));
  if (record.key_size != key.size() || at + sizeof(Record) + key.size() > header_.records_size) return false;
  if ((record.kind & ~kOfPattern) != static_cast<std::uint8_t>(kind)) return false;
  if (std::memcmp(begin + sizeof(Record), key.data(), key.size()) != 0) return false;
  entry.id = record.id;
  entry.is_of_pattern = record.kind & kOfPattern;
  entry.worth = {record.confidence, time_of(record.first), time_of(record.last), time_of(record.until)};
  return true;
}

}  // namespace bartizan::intel
