// SPDX-License-Identifier: Apache-2.0
// wtmp, btmp and utmp: fixed records of logons, as glibc's struct utmp (bits/utmp.h) lays them out. On most
// machines 384 bytes; where the times have 64 bits (aarch64 and others), 400. The offsets of the second form
// stand in brackets.
//   0 type u16   4 pid u32   8 line[32]   40 id[4]   44 user[32]   76 host[256]   332 exit u16 ×2
//   336 session u32 [u64]   340 [344] seconds u32 [u64]   344 [352] microseconds   348 [360] address, 16
//   bytes
#include <algorithm>
#include <charconv>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/logon_record.h"

namespace bartizan {
namespace {

constexpr std::size_t kSmallBytes = 384, kLargeBytes = 400;

struct Layout {
  std::size_t record, seconds, address;
  bool wide;
};
constexpr Layout kSmall{kSmallBytes, 340, 348, false}, kLarge{kLargeBytes, 344, 360, true};

std::string_view text_at(Bytes record, std::size_t at, std::size_t size) {
  const std::string_view text = as_text(slice(record, at, size));
  return text.substr(0, text.find('\0'));
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

bool is_plausible(Bytes record, const Layout& layout) {
  constexpr std::uint16_t kTypeMax = 9;
  constexpr std::uint64_t kSecondsMin = 315'532'800, kSecondsMax = 0xffffffff,
                          kMicrosecondsEnd = 1'000'000;  // since 1980
  ByteReader head(record), time(record, layout.seconds);
  if (head.u16() > kTypeMax || head.u16() != 0) return false;
  const std::uint64_t seconds = layout.wide ? time.u64() : time.u32(),
                      micro = layout.wide ? time.u64() : time.u32();
  if (time.failed() || seconds < kSecondsMin || seconds > kSecondsMax || micro >= kMicrosecondsEnd)
    return false;
  for (const auto& [at, size] : {std::pair{8u, 32u}, std::pair{44u, 32u}, std::pair{76u, 256u}})
    if (!is_printable(text_at(record, at, size))) return false;
  const Bytes unused = slice(record, layout.address + 16, 20);
  return unused.size() == 20 &&
         std::all_of(unused.begin(), unused.end(), [](std::uint8_t byte) { return byte == 0; });
}

// Every record of the head must be one; empty records (type 0, all zero) may stand between them.
bool fits(Bytes head, const Layout& layout) {
  std::size_t plausible = 0;
  for (std::size_t at = 0; at + layout.record <= head.size(); at += layout.record) {
    const Bytes record = head.subspan(at, layout.record);
    const bool empty = std::all_of(record.begin(), record.end(), [](std::uint8_t byte) { return byte == 0; });
    if (!empty && !is_plausible(record, layout)) return false;
    plausible += !empty;
  }
  return plausible > 0;
}

const Layout* layout_of(Bytes head) {
  return fits(head, kSmall) ? &kSmall : fits(head, kLarge) ? &kLarge : nullptr;
}

// A file shorter than a head is known whole, so it must end with a record.
int recognise(Bytes head) {
  const Layout* layout = layout_of(head);
  return layout && (head.size() >= kHeadBytes || head.size() % layout->record == 0) ? 80 : 0;
}

class UtmpCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (!layout_) layout_ = layout_of(slice(buffer, 0, kHeadBytes));
    if (!layout_) layout_ = &kSmall;
    return at_end ? buffer.size() : buffer.size() / layout_->record * layout_->record;
  }
  std::string context() const override { return layout_ && layout_->wide ? "wide" : ""; }

 private:
  const Layout* layout_ = nullptr;
};

std::string address_text(Bytes bytes) {
  std::string text;
  if (std::all_of(bytes.begin() + 4, bytes.end(), [](std::uint8_t byte) { return byte == 0; })) {
    if (std::all_of(bytes.begin(), bytes.begin() + 4, [](std::uint8_t byte) { return byte == 0; }))
      return text;
    for (std::size_t i = 0; i < 4; ++i) text += (i ? "." : "") + std::to_string(bytes[i]);
    return text;
  }
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, bytes[i] << 8 | bytes[i + 1], 16).ptr;
    text.append(i ? ":" : "").append(digits, end);
  }
  return text;
}

class UtmpDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const Layout& layout = piece.context == "wide" ? kLarge : kSmall;
    for (std::size_t at = 0; at < piece.bytes.size(); at += layout.record) {
      const Bytes record = slice(piece.bytes, at, layout.record);
      if (record.size() < layout.record) return oddities.add("record is cut short", piece.offset + at);
      if (std::all_of(record.begin(), record.end(), [](std::uint8_t byte) { return byte == 0; })) continue;
      if (!is_plausible(record, layout)) oddities.add("record with values out of range", piece.offset + at);
      add_record(record, layout, piece.offset + at, out);
    }
  }

 private:
  static void add_record(Bytes record, const Layout& layout, std::uint64_t offset, EventBatch& out) {
    ByteReader head(record), time(record, layout.seconds);
    const std::uint16_t type = head.u16();
    head.skip(2);
    const std::uint32_t pid = head.u32();
    const std::uint64_t seconds = layout.wide ? time.u64() : time.u32(),
                        micro = layout.wide ? time.u64() : time.u32();
    Event& event = out.start();
    event.offset = offset;
    if (seconds <= 0xffffffff)
      event.time = {static_cast<std::int64_t>(seconds) * kTicksPerSecond +
                    static_cast<std::int64_t>(micro % 1'000'000) * 10};
    add_logon_record(
        {type, out.keep(text_at(record, 44, 32)), out.keep(text_at(record, 8, 32)),
         out.keep(text_at(record, 76, 256)), out.keep(address_text(slice(record, layout.address, 16))),
         out.keep(std::to_string(pid))},
        out);
    out.commit();
  }
};

}  // namespace

const Format& utmp_format() {
  static constexpr Format kFormat{
      "utmp",
      "Logon records of Unix: wtmp, btmp, utmp",
      "linux: utmp",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<UtmpCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<UtmpDecoder>(); }};
  return kFormat;
}

}  // namespace bartizan
