// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/learned_context.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"
#include "base/limits.h"

namespace bartizan::identity {
namespace {

// The block: 8 bytes of kMagic (the last is the version), the number of pairs in 8, the pairs (key 8, first and last day 2
// each, count 4; little-endian, by rising key), and 64 hexadecimal digits of the SHA-256 of all before.
constexpr std::string_view kMagic("BZLOGON\x01", 8);
constexpr std::size_t kHead = 16, kPair = 16, kChecksum = 64;

std::uint16_t day_of(Instant time) {
  const std::int64_t day = time.ticks / (24 * 3600 * kTicksPerSecond);
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(day, 1, 0xfffe));
}

void append(std::uint64_t number, std::size_t bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(number >> 8 * i & 0xff);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << 8 * i;
  return number;
}

}  // namespace

std::uint64_t LearnedContext::key_of(Pair pair, std::string_view a, std::string_view b) {
  std::uint64_t hash = 0xcbf29ce484222325u ^ static_cast<std::uint64_t>(pair);
  const auto take = [&](std::string_view text) {
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;  // no byte of UTF-8
  };
  take(a), take(b);
  hash ^= hash >> 29, hash *= 0xbf58476d1ce4e5b9u, hash ^= hash >> 32;
  return hash ? hash : 1;
}

std::size_t LearnedContext::slot_of(std::uint64_t key) const {
  std::size_t at = key & (slots_.size() - 1);
  while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
  return at;
}

void LearnedContext::grow() {
  std::vector<Seen> before(slots_.size() * 2);
  before.swap(slots_);
  for (const Seen& seen : before)
    if (seen.key != 0) slots_[slot_of(seen.key)] = seen;
}

void LearnedContext::put(const Seen& seen) {
  if (used_ >= limits::kIdentityContextMax) return void(full_ = true);
  if (used_ * 3 >= slots_.size() * 2) grow();
  slots_[slot_of(seen.key)] = seen;
  ++used_;
  first_day_ = std::min(first_day_, seen.first), last_day_ = std::max(last_day_, seen.last);
}

void LearnedContext::note(std::uint64_t key, Instant time) {
  const std::uint16_t day = day_of(time);
  Seen& seen = slots_[slot_of(key)];
  if (seen.key == 0) return put({key, day, day, 1});
  seen.first = std::min(seen.first, day), seen.last = std::max(seen.last, day);
  if (seen.count != 0xffffffff) ++seen.count;
  first_day_ = std::min(first_day_, seen.first), last_day_ = std::max(last_day_, seen.last);
}

bool LearnedContext::knew(std::uint64_t key, Instant time) const {
  const Seen& seen = slots_[slot_of(key)];
  return seen.key != 0 && seen.first < day_of(time);
}

std::uint32_t LearnedContext::days_learned(Instant time) const {
  const std::uint16_t day = day_of(time);
  return used_ == 0 || day < first_day_ ? 0u : static_cast<std::uint32_t>(day - first_day_);
}

std::string LearnedContext::bytes() const {
  std::vector<Seen> kept;
  for (const Seen& seen : slots_)
    if (seen.key != 0 && seen.last + limits::kIdentityContextDays >= last_day_) kept.push_back(seen);
  std::ranges::sort(kept, {}, &Seen::key);
  std::string out(kMagic);
  append(kept.size(), 8, out);
  for (const Seen& seen : kept)
    append(seen.key, 8, out), append(seen.first, 2, out), append(seen.last, 2, out),
        append(seen.count, 4, out);
  return out + sha256_hex(out);
}

Result<void> LearnedContext::parse(std::string_view bytes) {
  if (bytes.size() < kHead + kChecksum || !bytes.starts_with(kMagic.substr(0, kMagic.size() - 1)))
    return fail("is no file of learned logons");
  if (!bytes.starts_with(kMagic)) return fail("has another version");
  const std::string_view content = bytes.substr(0, bytes.size() - kChecksum);
  const std::uint64_t count = number_at(bytes, 8, 8);
  if (count > limits::kIdentityContextMax || content.size() != kHead + count * kPair ||
      bytes.substr(content.size()) != sha256_hex(content))
    return fail("is damaged");
  *this = LearnedContext();
  for (std::size_t at = kHead; at < content.size(); at += kPair) {
    const Seen seen{number_at(bytes, at, 8), static_cast<std::uint16_t>(number_at(bytes, at + 8, 2)),
                    static_cast<std::uint16_t>(number_at(bytes, at + 10, 2)),
                    static_cast<std::uint32_t>(number_at(bytes, at + 12, 4))};
    if (seen.key != 0 && slots_[slot_of(seen.key)].key == 0) put(seen);
  }
  return {};
}

}  // namespace bartizan::identity
