// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/sorted_runs.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "base/limits.h"

namespace bartizan::identity {
namespace {

// A record: a bit for each field that is not 0, seven bits a byte, the lowest first; then those fields the same way. Time,
// sequence and record number stand as the difference to the record before.
constexpr std::size_t kFields = 37, kBytesMax = (kFields + 1) * 10;

template <class Record, class Visit>
void each_field(Record& a, const Visit& visit) {
  const auto all = [&](auto&... fields) { (visit(fields), ...); };
  all(a.time.ticks, a.sequence, a.record, a.file, a.observer, a.event_id, a.act, a.package, a.logon_type);
  all(a.platform, a.forwarded, a.acts_for, a.short_realm, a.account, a.realm, a.sid, a.domain, a.by,
      a.by_sid);
  all(a.address, a.workstation, a.service, a.service_realm, a.outbound, a.object, a.attribute, a.value);
  all(a.presented, a.returned, a.authtime, a.end, a.renew, a.status, a.options, a.offered, a.encryption,
      a.preauth);
}

void put_number(std::uint64_t number, std::uint8_t*& out) {
  for (; number >= 0x80; number >>= 7) *out++ = static_cast<std::uint8_t>(number | 0x80);
  *out++ = static_cast<std::uint8_t>(number);
}

std::uint64_t take_number(const std::uint8_t*& in) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = *in++;
    number |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) break;
  }
  return number;
}

// Differences of either sign as small numbers.
std::uint64_t folded_sign(std::uint64_t number) {
  return number << 1 ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(number) >> 63);
}
std::uint64_t unfolded_sign(std::uint64_t number) { return number >> 1 ^ (0 - (number & 1)); }

using Numbers = std::array<std::uint64_t, kFields>;

constexpr std::size_t kDifferences = 3, kSigned = kFields - 2;  // the last two may be -1

std::uint8_t* encode(const Authentication& a, Numbers& before, std::uint8_t* out) {
  Numbers numbers{};
  std::size_t count = 0;
  each_field(a, [&](const auto& field) { numbers[count++] = static_cast<std::uint64_t>(field); });
  const Numbers now = numbers;
  for (std::size_t i = 0; i < kDifferences; ++i) numbers[i] = folded_sign(now[i] - before[i]);
  for (std::size_t i = kSigned; i < kFields; ++i) numbers[i] = folded_sign(now[i]);
  before = now;
  std::uint64_t present = 0;
  for (std::size_t i = 0; i < count; ++i) present |= std::uint64_t{numbers[i] != 0} << i;
  put_number(present, out);
  for (std::uint64_t left = present; left != 0; left &= left - 1)
    put_number(numbers[static_cast<std::size_t>(std::countr_zero(left))], out);
  return out;
}

Authentication decode(const std::uint8_t*& in, Numbers& before) {
  Numbers numbers{};
  for (std::uint64_t left = take_number(in); left != 0; left &= left - 1)
    if (const auto i = static_cast<std::size_t>(std::countr_zero(left)); i < kFields)
      numbers[i] = take_number(in);
  for (std::size_t i = 0; i < kDifferences; ++i) numbers[i] = before[i] += unfolded_sign(numbers[i]);
  for (std::size_t i = kSigned; i < kFields; ++i) numbers[i] = unfolded_sign(numbers[i]);
  Authentication a;
  std::size_t i = 0;
  each_field(
      a, [&](auto& field) { field = static_cast<std::remove_reference_t<decltype(field)>>(numbers[i++]); });
  return a;
}

}  // namespace

Result<void> SortedRuns::add(std::span<const Authentication* const> sorted) {
  bytes_.resize(sorted.size() * 64 + kBytesMax);
  Numbers before{};
  std::size_t used = 0;
  for (const Authentication* a : sorted) {
    if (bytes_.size() - used < kBytesMax) bytes_.resize(bytes_.size() * 2);
    used = static_cast<std::size_t>(encode(*a, before, bytes_.data() + used) - bytes_.data());
  }
  const std::uint64_t from = file_.size();
  if (from + used > limits::kIdentityScratchBytesMax) return fail("is full", "scratch file");
  TRY_VOID(file_.append(std::span(bytes_).first(used)));
  runs_.push_back({from, file_.size()});
  return {};
}

// Reads one run a window at a time.
class SortedRuns::Reader {
 public:
  Reader(const ScratchFile& file, Run run, std::size_t window) : file_(file), run_(run), window_(window) {}

  // False at the end.
  Result<bool> next() {
    if (at_ + kBytesMax > bytes_.size() && run_.from < run_.to) TRY_VOID(fill());
    if (at_ == bytes_.size()) return false;
    const std::uint8_t* in = bytes_.data() + at_;
    now = decode(in, before_);
    at_ = static_cast<std::size_t>(in - bytes_.data());
    return true;
  }
  Authentication now;

 private:
  Result<void> fill() {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    const std::size_t had = bytes_.size();
    const std::size_t more = static_cast<std::size_t>(std::min<std::uint64_t>(window_, run_.to - run_.from));
    bytes_.resize(had + more);
    TRY_VOID(file_.read(run_.from, std::span(bytes_).subspan(had)));
    run_.from += more;
    return {};
  }

  const ScratchFile& file_;
  Run run_;
  std::size_t window_, at_ = 0;
  std::vector<std::uint8_t> bytes_;
  Numbers before_{};
};

Result<void> SortedRuns::merge(const std::function<void(const Authentication&)>& take) const {
  if (runs_.empty()) return {};
  const std::size_t window =
      std::clamp<std::size_t>(limits::kIdentityMergeBytesMax / runs_.size(), 2 * kBytesMax, 256 * 1024);
  std::vector<Reader> readers;
  readers.reserve(runs_.size());
  for (const Run& run : runs_) readers.emplace_back(file_, run, window);
  const auto later = [](const Reader* a, const Reader* b) {
    return std::tie(a->now.time, a->now.sequence) > std::tie(b->now.time, b->now.sequence);
  };
  std::vector<Reader*> heap;
  for (Reader& reader : readers) {
    TRY(const bool any, reader.next());
    if (any) heap.push_back(&reader);
  }
  std::ranges::make_heap(heap, later);
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, later);
    take(heap.back()->now);
    TRY(const bool more, heap.back()->next());
    if (more) std::ranges::push_heap(heap, later);
    else heap.pop_back();
  }
  return {};
}

}  // namespace bartizan::identity
