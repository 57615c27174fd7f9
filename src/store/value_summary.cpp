// SPDX-License-Identifier: Apache-2.0
#include "store/value_summary.h"

#include <algorithm>
#include <cstring>

#include "store/content_hash.h"
#include "store/durable_file.h"

namespace bartizan::store {
namespace {

constexpr std::string_view kMagic = "BZVALUES";
constexpr std::uint64_t kVersion = 1;  // rises when other numbers stand for the same events

struct Header {
  char magic[8];
  std::uint64_t version, size, checksum;
};

constexpr std::size_t kEntryBytes = sizeof(std::uint64_t) + sizeof(std::uint32_t);

}  // namespace

ValueCollector::Slot& ValueCollector::slot_of(std::uint64_t number) {
  const std::size_t mask = slots_.size() - 1;
  // Addresses are small numbers; their order must not become that of the slots.
  std::size_t at = (number * 0x9e3779b97f4a7c15u >> 20) & mask;
  while (slots_[at].slices != 0 && slots_[at].number != number) at = (at + 1) & mask;
  return slots_[at];
}

void ValueCollector::add(std::uint64_t number, std::uint64_t row) {
  if (size_ * 2 >= slots_.size()) grow();
  Slot& slot = slot_of(number);
  if (slot.slices == 0) slot.number = number, ++size_;
  slot.slices |= 1u << std::min<std::uint64_t>(row / kSliceRows, 31);
}

void ValueCollector::grow() {
  const std::vector<Slot> before = std::move(slots_);
  slots_.assign(before.empty() ? 256 : before.size() * 2, Slot{});
  for (const Slot& slot : before)
    if (slot.slices != 0) slot_of(slot.number) = slot;
}

ValueSummary ValueCollector::summary() const {
  std::vector<Slot> all;
  all.reserve(size_);
  for (const Slot& slot : slots_)
    if (slot.slices != 0) all.push_back(slot);
  std::ranges::sort(all, {}, &Slot::number);
  ValueSummary summary;
  summary.numbers_.reserve(size_), summary.slices_.reserve(size_);
  for (const Slot& slot : all)
    summary.numbers_.push_back(slot.number), summary.slices_.push_back(slot.slices);
  return summary;
}

Result<DurableFile> ValueSummary::prepare(const std::string& path) const {
  const auto bytes_of = [](const auto& list) {
    return std::string_view(reinterpret_cast<const char*>(list.data()), list.size() * sizeof list[0]);
  };
  const std::string body = std::string(bytes_of(numbers_)).append(bytes_of(slices_));
  Header header{{}, kVersion, size(), content_hash(body)};
  kMagic.copy(header.magic, sizeof header.magic);
  TRY(DurableFile file, DurableFile::create(path));
  TRY_VOID(file.append({reinterpret_cast<const char*>(&header), sizeof header}));
  TRY_VOID(file.append(body));
  return file;
}

Result<void> ValueSummary::write(const std::string& path) const {
  TRY(DurableFile file, prepare(path));
  return file.finish();
}

std::optional<ValueSummary> ValueSummary::read(const std::string& path) {
  const auto file = ReadFile::open(path);
  Header header;
  if (!file.has_value() || !file->read_at(0, {reinterpret_cast<char*>(&header), sizeof header}) ||
      std::string_view(header.magic, sizeof header.magic) != kMagic || header.version != kVersion ||
      header.size > file->size() || file->size() != sizeof header + header.size * kEntryBytes)
    return std::nullopt;
  std::string body(header.size * kEntryBytes, '\0');
  if (!file->read_at(sizeof header, body) || content_hash(body) != header.checksum) return std::nullopt;
  ValueSummary summary;
  summary.numbers_.resize(header.size), summary.slices_.resize(header.size);
  const std::size_t numbers_bytes = header.size * sizeof(std::uint64_t);
  if (header.size == 0) return summary;
  std::memcpy(summary.numbers_.data(), body.data(), numbers_bytes);
  std::memcpy(summary.slices_.data(), body.data() + numbers_bytes, body.size() - numbers_bytes);
  return summary;
}

std::uint32_t ValueSummary::slices_of(const NumberRange& range) const {
  std::uint32_t slices = 0;
  for (auto at = std::ranges::lower_bound(numbers_, range.first); at != numbers_.end() && *at <= range.last;
       ++at)
    slices |= slices_[static_cast<std::size_t>(at - numbers_.begin())];
  return slices;
}

std::string summary_path(const std::string& parquet_file) {
  return parquet_file.substr(0, parquet_file.rfind('.')) + ".values";
}

}  // namespace bartizan::store
