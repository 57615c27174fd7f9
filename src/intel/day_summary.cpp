// SPDX-License-Identifier: Apache-2.0
#include "intel/day_summary.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "intel/key_hash.h"

namespace bartizan::intel {
namespace {

constexpr char kMagic[8] = {'B', 'Z', 'N', 'D', 'A', 'Y', 'S', '1'};
constexpr std::uint64_t kSeed =
    0x2545f4914f6cdd1du;  // the same for all days, so that an indicator is hashed once
constexpr unsigned kLengths4[] = {8, 16, 24}, kLengths6[] = {16, 32, 48, 64};
constexpr unsigned kExpandedBitsMax = 8;  // a network is asked for by at most 256 longer prefixes

struct Header {
  char magic[8];
  std::uint64_t values, blocks;
};

std::span<const unsigned> lengths_of(std::size_t address_bytes) {
  return address_bytes == 4 ? std::span<const unsigned>(kLengths4) : std::span<const unsigned>(kLengths6);
}

Address address_of(std::string_view bytes) {
  Address address;
  address.size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

}  // namespace

void DaySummaryBuilder::add(const Event& event) {
  for (const Field& field : event.fields)
    if (const FieldRole role = role_of_field(field.name); role != FieldRole::kNone)
      observed_.read(role, field.value, *this);
}

void DaySummaryBuilder::add(Kind kind, std::string_view key) {
  hashes_.push_back(key_hash(kind, key, kSeed));
  if (kind == Kind::kAddress && (key.size() == 4 || key.size() == 16)) {
    std::string network;
    for (const unsigned length : lengths_of(key.size())) {
      network_key(address_of(key), length, network);
      hashes_.push_back(key_hash(Kind::kNetwork, network, kSeed));
    }
  }
  if (hashes_.size() >= sift_at_) sift();
}

// Most values come again and again: what is held stays within twice what is different.
void DaySummaryBuilder::sift() {
  std::sort(hashes_.begin(), hashes_.end());
  hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
  sift_at_ = std::max<std::size_t>(1u << 16, hashes_.size() * 2);
}

std::string DaySummaryBuilder::finish() {
  sift();
  std::vector<FilterBlock> blocks(SplitBlockFilter::blocks_for(hashes_.size()));
  for (const std::uint64_t hash : hashes_) SplitBlockFilter::add(blocks, hash);
  Header header{{}, hashes_.size(), blocks.size()};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  std::string out(sizeof(Header) + blocks.size() * sizeof(FilterBlock), '\0');
  std::memcpy(out.data(), &header, sizeof(header));
  std::memcpy(out.data() + sizeof(header), blocks.data(), blocks.size() * sizeof(FilterBlock));
  hashes_ = {};
  return out;
}

Result<DaySummary> DaySummary::open(Bytes bytes) {
  ByteReader reader(bytes);
  const auto header = reader.read<Header>();
  if (reader.failed() || !std::equal(kMagic, kMagic + 8, header.magic) || header.blocks == 0 ||
      header.blocks != reader.remaining() / sizeof(FilterBlock) ||
      reader.remaining() % sizeof(FilterBlock) != 0)
    return fail("is no summary of a day, or a damaged one");
  DaySummary summary;
  summary.values_ = header.values;
  const std::uint8_t* begin = bytes.data() + sizeof(Header);
  if (reinterpret_cast<std::uintptr_t>(begin) % alignof(FilterBlock) == 0) {
    summary.blocks_ = {reinterpret_cast<const FilterBlock*>(begin), header.blocks};
  } else {
    summary.copied_.resize(header.blocks);
    std::memcpy(summary.copied_.data(), begin, header.blocks * sizeof(FilterBlock));
    summary.blocks_ = summary.copied_;
  }
  return summary;
}

bool DaySummary::may_have(const Indicator& indicator) const {
  if (indicator.kind == Kind::kPattern) return true;
  if (indicator.kind == Kind::kNetwork) return may_have_network(indicator.key);
  return SplitBlockFilter::may_have(blocks_, key_hash(indicator.kind, indicator.key, kSeed));
}

bool DaySummary::may_have_network(std::string_view key) const {
  if (key.size() != 5 && key.size() != 17) return false;
  const auto length = static_cast<unsigned char>(key[0]);
  Address address = address_of(key.substr(1));
  std::string network;
  // The shortest kept length that is not shorter; else the longest kept, which is around it.
  const auto lengths = lengths_of(address.size);
  const auto at = std::find_if(lengths.begin(), lengths.end(), [&](unsigned kept) { return kept >= length; });
  const unsigned kept = at == lengths.end() ? lengths.back() : *at;
  const unsigned bits = kept > length ? kept - length : 0;
  if (bits > kExpandedBitsMax) return true;
  for (unsigned i = 0; i < 1u << bits; ++i) {
    // The bits between `length` and `kept` lie in one byte or end on its edge: kept lengths are multiples of eight.
    Address one = address;
    const unsigned last = kept / 8 - 1;
    const unsigned value = bits == 8 ? i : (one.bytes[last] | i);
    one.bytes[last] = static_cast<std::uint8_t>(value);
    network_key(one, kept, network);
    if (SplitBlockFilter::may_have(blocks_, key_hash(Kind::kNetwork, network, kSeed))) return true;
  }
  return false;
}

Result<std::vector<PastSighting>> match_past(std::span<const Day> days, std::span<const Indicator> indicators,
                                             const ReadDay& read_day, PastFacts& facts) {
  std::vector<PastSighting> met;
  std::vector<std::uint32_t> possible;
  for (const Day& day : days) {
    ++facts.days;
    possible.clear();
    for (std::uint32_t i = 0; i < indicators.size(); ++i)
      if (!day.summary || day.summary->may_have(indicators[i])) possible.push_back(i);
    if (possible.empty()) continue;
    ++facts.days_read;
    TRY_VOID(read_day(day, possible, met));
  }
  std::sort(met.begin(), met.end(),
            [](const PastSighting& a, const PastSighting& b) { return a.indicator < b.indicator; });
  std::vector<PastSighting> joined;
  for (const PastSighting& one : met) {
    if (joined.empty() || joined.back().indicator != one.indicator) {
      joined.push_back(one);
      continue;
    }
    PastSighting& known = joined.back();
    known.first = std::min(known.first, one.first);
    known.last = std::max(known.last, one.last);
    known.events += one.events;
  }
  return joined;
}

}  // namespace bartizan::intel
