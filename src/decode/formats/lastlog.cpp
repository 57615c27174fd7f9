// SPDX-License-Identifier: Apache-2.0
// lastlog: the last logon of each user number, as glibc's struct lastlog (bits/utmp.h) lays it out; the place
// in the file is the number. Most of it is a hole. One in which no system account ever logged on begins with
// zeros and cannot be recognised.
//   0 seconds u32   4 line[32]   36 host[256]
#include <algorithm>
#include <string>

#include "decode/decoder.h"

namespace bartizan {
namespace {

constexpr std::size_t kRecordBytes = 292, kLineAt = 4, kLineBytes = 32, kHostAt = 36, kHostBytes = 256;

bool is_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string_view text_at(Bytes record, std::size_t at, std::size_t size) {
  const std::string_view text = as_text(slice(record, at, size));
  return text.substr(0, text.find('\0'));
}

// Printable text, and at least one zero behind it.
bool is_padded_text(Bytes bytes) {
  const std::string_view text = text_at(bytes, 0, bytes.size());
  return text.size() < bytes.size() &&
         std::all_of(
             text.begin(), text.end(),
             [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }) &&
         is_zero(bytes.subspan(text.size()));
}

bool is_plausible(Bytes record) {
  constexpr std::uint32_t kSecondsMin = 315'532'800;  // 1980
  return ByteReader(record).u32() >= kSecondsMin && !text_at(record, kLineAt, kLineBytes).empty() &&
         is_padded_text(record.subspan(kLineAt, kLineBytes)) &&
         is_padded_text(record.subspan(kHostAt, kHostBytes));
}

class LastlogCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    return at_end ? buffer.size() : buffer.size() / kRecordBytes * kRecordBytes;
  }
};

class LastlogDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    for (std::size_t at = 0; at < piece.bytes.size(); at += kRecordBytes) {
      const Bytes record = slice(piece.bytes, at, kRecordBytes);
      const std::uint64_t offset = piece.offset + at;
      if (record.size() < kRecordBytes) return oddities.add("record is cut short", offset);
      if (is_zero(record)) continue;
      if (!is_plausible(record)) oddities.add("record with values out of range", offset);
      Event& event = out.start();
      event.offset = offset;
      event.time = {std::int64_t{ByteReader(record).u32()} * kTicksPerSecond};
      event.product = "linux", event.service = "utmp";
      out.add("Action", "logon");
      out.add("Result", "success");
      out.add("Uid", out.keep(std::to_string(offset / kRecordBytes)));
      out.add("Terminal", out.keep(text_at(record, kLineAt, kLineBytes)));
      if (const std::string_view host = text_at(record, kHostAt, kHostBytes); !host.empty())
        out.add("SourceHostname", out.keep(host));
      out.commit();
    }
  }
};

int recognise(Bytes head) {
  std::size_t plausible = 0;
  for (std::size_t at = 0; at + kRecordBytes <= head.size(); at += kRecordBytes) {
    const Bytes record = head.subspan(at, kRecordBytes);
    if (is_zero(record)) continue;
    if (!is_plausible(record)) return 0;
    ++plausible;
  }
  return plausible > 0 && (head.size() >= kHeadBytes || head.size() % kRecordBytes == 0) ? 60 : 0;
}

}  // namespace

const Format& lastlog_format() {
  static constexpr Format kFormat{
      "lastlog",
      "Last logon of each user: lastlog",
      "linux: utmp",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<LastlogCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<LastlogDecoder>(); }};
  return kFormat;
}

}  // namespace bartizan
