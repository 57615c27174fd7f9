// SPDX-License-Identifier: Apache-2.0
#include "model/packed_finding.h"

#include <cstring>

#include "base/must.h"

namespace bartizan {
namespace {

constexpr std::size_t kSizeBytes = 4;
constexpr int kSortedBy = 4;  // texts

class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  template <class T>
  void fixed(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) { number(value.size()), out_ += value; }
  template <class T, class PackOne>
  void list(const std::vector<T>& values, PackOne pack_one) {
    number(values.size());
    for (const T& value : values) pack_one(value);
  }
  void texts(const std::vector<std::string>& values) {
    list(values, [this](const std::string& value) { text(value); });
  }

 private:
  std::string& out_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view packed) : rest_(packed) {}
  std::string_view rest() const { return rest_; }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      MUST(!rest_.empty() && shift < 64);
      const auto byte = static_cast<unsigned char>(rest_[0]);
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  }
  template <class T>
  T fixed() {
    MUST(rest_.size() >= sizeof(T));
    T value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    MUST(size <= rest_.size());
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  template <class T, class UnpackOne>
  void list(std::vector<T>& values, UnpackOne unpack_one) {
    values.resize(number());
    for (T& value : values) unpack_one(value);
  }
  void texts(std::vector<std::string>& values) {
    list(values, [this](std::string& value) { value = text(); });
  }

 private:
  std::string_view rest_;
};

std::uint64_t flags_of(const FindingView& view) {
  const bool flags[] = {view.from_command_line, view.is_verified, view.is_joined, view.is_partial,
                        view.is_cut};
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < std::size(flags); ++i) bits |= std::uint64_t{flags[i]} << i;
  return bits;
}

void set_flags(std::uint64_t bits, FindingView& view) {
  bool* flags[] = {&view.from_command_line, &view.is_verified, &view.is_joined, &view.is_partial,
                   &view.is_cut};
  for (std::size_t i = 0; i < std::size(flags); ++i) *flags[i] = bits >> i & 1;
}

void pack_view(const FindingView& view, Packer& out) {
  out.text(view.view), out.number(view.layer), out.text(view.field), out.number(flags_of(view));
  out.number(view.score), out.texts(view.assumptions), out.texts(view.limits);
  out.list(view.chain, [&](const ViewStep& step) {
    out.number(step.layer), out.text(step.sink), out.texts(step.transforms), out.text(step.text);
  });
  out.text(view.text);
}

void unpack_view(Unpacker& in, FindingView& view) {
  view.view = in.text(), view.layer = static_cast<std::uint32_t>(in.number()), view.field = in.text();
  set_flags(in.number(), view);
  view.score = static_cast<std::uint32_t>(in.number()), in.texts(view.assumptions), in.texts(view.limits);
  in.list(view.chain, [&](ViewStep& step) {
    step.layer = static_cast<std::uint32_t>(in.number()), step.sink = in.text(), in.texts(step.transforms);
    step.text = in.text();
  });
  view.text = in.text();
}

}  // namespace

void append_packed(const Finding& finding, std::string& out) {
  const std::size_t at = out.size();
  Packer packer(out);
  packer.fixed(std::uint32_t{0});
  packer.fixed(finding.time.ticks);
  packer.text(finding.file), packer.text(finding.record_id), packer.text(finding.rule_id);
  packer.text(finding.id), packer.text(finding.rule_title);
  packer.number(static_cast<std::uint64_t>(finding.level));
  packer.text(finding.channel), packer.number(finding.event_id), packer.text(finding.host);
  packer.texts(finding.attack), packer.texts(finding.advisory);
  packer.list(finding.why, [&](const FindingReason& reason) {
    packer.text(reason.field), packer.text(reason.predicate), packer.text(reason.pattern);
    packer.text(reason.value);
  });
  packer.list(finding.entities,
              [&](const Entity& entity) { packer.text(entity.type), packer.text(entity.value); });
  packer.text(finding.record);
  packer.number(finding.view.has_value());
  if (finding.view) pack_view(*finding.view, packer);
  const std::size_t size = out.size() - at - kSizeBytes;
  MUST(size <= UINT32_MAX);
  const auto stored = static_cast<std::uint32_t>(size);
  std::memcpy(out.data() + at, &stored, kSizeBytes);
}

std::string_view first_packed(std::string_view bytes) {
  const std::size_t size = Unpacker(bytes).fixed<std::uint32_t>();
  MUST(size <= bytes.size() - kSizeBytes);
  return bytes.substr(0, kSizeBytes + size);
}

Instant time_of_packed(std::string_view packed) {
  return {Unpacker(packed.substr(kSizeBytes)).fixed<std::int64_t>()};
}

bool is_earlier_packed(std::string_view a, std::string_view b) {
  Unpacker left(a.substr(kSizeBytes)), right(b.substr(kSizeBytes));
  const auto left_time = left.fixed<std::int64_t>(), right_time = right.fixed<std::int64_t>();
  if (left_time != right_time) return left_time < right_time;
  for (int i = 0; i < kSortedBy; ++i)
    if (const int order = left.text().compare(right.text()); order != 0) return order < 0;
  return left.rest() < right.rest();
}

void unpack(std::string_view packed, Finding& finding) {
  Unpacker in(packed.substr(kSizeBytes));
  finding.time = {in.fixed<std::int64_t>()};
  finding.file = in.text(), finding.record_id = in.text(), finding.rule_id = in.text();
  finding.id = in.text(), finding.rule_title = in.text();
  finding.level = static_cast<Level>(in.number());
  finding.channel = in.text(), finding.event_id = static_cast<std::uint32_t>(in.number());
  finding.host = in.text();
  in.texts(finding.attack), in.texts(finding.advisory);
  in.list(finding.why, [&](FindingReason& reason) {
    reason.field = in.text(), reason.predicate = in.text(), reason.pattern = in.text();
    reason.value = in.text();
  });
  in.list(finding.entities, [&](Entity& entity) { entity.type = in.text(), entity.value = in.text(); });
  finding.record = in.text();
  if (in.number() == 0) finding.view.reset();
  else unpack_view(in, finding.view.emplace());
}

}  // namespace bartizan
