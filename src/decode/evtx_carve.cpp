// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_carve.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "decode/evtx_binxml.h"

namespace bartizan {
namespace {

constexpr std::string_view kChunkMagic{"ElfChnk\0", 8};
constexpr std::string_view kRecordMagic{"**\0\0", 4};
constexpr std::string_view kFragmentHeader{"\x0f\x01\x01\0", 4};
constexpr std::size_t kChunkHeaderBytes = 512, kHeaderSizeAt = 40, kFreeSpaceAt = 48;
constexpr std::uint32_t kHeaderSize = 128;
// Magic, size, number, time; then BinXml, which begins with a fragment header and, as a rule, a template
// instance.
constexpr std::size_t kRecordHeaderBytes = 24, kFirstTokenAt = 28;
constexpr std::size_t kRecordBytesMin = kFirstTokenAt + 4;
constexpr std::size_t kRecordBytesMax = kEvtxChunkBytes - kChunkHeaderBytes;

std::uint32_t u32_at(Bytes bytes, std::size_t offset) { return ByteReader(bytes, offset).u32(); }
bool stands_at(Bytes bytes, std::size_t offset, std::string_view what) {
  return as_text(slice(bytes, offset, what.size())) == what;
}

std::size_t find(Bytes bytes, std::size_t at, std::string_view what) {
  if (at >= bytes.size()) return bytes.size();
  const void* found = memmem(bytes.data() + at, bytes.size() - at, what.data(), what.size());
  return found ? static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data())
               : bytes.size();
}

bool is_chunk_header(Bytes bytes, std::size_t at) {
  if (!stands_at(bytes, at, kChunkMagic) || bytes.size() - at <= kChunkHeaderBytes) return false;
  const std::size_t free_space = u32_at(bytes, at + kFreeSpaceAt);
  return u32_at(bytes, at + kHeaderSizeAt) == kHeaderSize && free_space >= kChunkHeaderBytes &&
         free_space <= kEvtxChunkBytes;
}

// How the BinXml of the record at `at` begins.
struct Beginning {
  bool has_template = false;
  std::uint32_t template_id = 0;
  std::uint32_t definition = 0;  // of the template, or else of the first element's name; in its chunk
  std::size_t next = 0;          // the place a definition has that was not written before
};

Beginning beginning_of(Bytes bytes, std::size_t at) {
  ByteReader reader(bytes, at + kFirstTokenAt);
  const std::uint8_t token = reader.u8();
  Beginning beginning;
  if (token == 0x0c) {  // unknown u8, id u32, offset of the definition u32
    reader.skip(1);
    beginning.has_template = true;
    beginning.template_id = reader.u32();
  } else {  // an element: dependency u16, size u32, offset of the name u32
    reader.skip(6);
  }
  beginning.definition = reader.u32();
  beginning.next = reader.offset();
  return beginning;
}

// Next definition u32, GUID, whose first four bytes are the id.
bool is_template(Bytes bytes, std::size_t at, std::uint32_t id) {
  ByteReader reader(bytes, at);
  reader.skip(4);
  return reader.u32() == id && !reader.failed();
}

// Next name u32, hash u16, units u16, the units and a NUL unit.
bool is_name(Bytes bytes, std::size_t at) {
  ByteReader reader(bytes, at);
  reader.skip(6);
  const std::size_t units = reader.u16();
  reader.skip(units * 2);
  return units > 0 && units < 256 && reader.u16() == 0 && !reader.failed();
}

class Carver {
 public:
  Carver(const CarveWindow& window, bool strict, OddityList& oddities, const VisitEvtxRecord& visit)
      : in_(window), bytes_(window.bytes), strict_(strict), oddities_(oddities), visit_(visit) {}

  void run() {
    for (std::size_t at = find_carved_chunk(bytes_.first(in_.from), 0); at < in_.from;
         at = find_carved_chunk(bytes_.first(in_.from), at + kChunkHeaderBytes))
      note_base(static_cast<std::int64_t>(at));
    std::size_t chunk = in_.from, record = in_.from;
    bool known = false;  // `chunk` and `record` have been looked for
    for (std::size_t at = in_.from; at < bytes_.size();) {
      const std::size_t slot = next_slot(at);
      if (slot == at) {
        at = walk_slot(at);
        continue;
      }
      if (!known || chunk < at) chunk = find_carved_chunk(bytes_, at);
      if (!known || record < at) record = find_carved_record(bytes_, at);
      known = true;
      const std::size_t next = std::min(chunk, record);
      if (next >= slot) at = slot;
      else if (next == chunk) at = walk_found_chunk(chunk);
      else at = std::min({record + lone_record(record), chunk, slot});
    }
  }

 private:
  // Where the next chunk in its place of a log begins; it may be here.
  std::size_t next_slot(std::size_t at) const {
    if (!in_.is_log) return bytes_.size();
    const std::uint64_t offset = in_.offset + at;
    const std::uint64_t past =
        offset <= kEvtxHeaderBytes ? 0 : (offset - kEvtxHeaderBytes + kEvtxChunkBytes - 1) / kEvtxChunkBytes;
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(kEvtxHeaderBytes + past * kEvtxChunkBytes - in_.offset, bytes_.size()));
  }

  bool is_copy(std::size_t at) const { return std::ranges::binary_search(in_.copies, in_.offset + at); }

  void note_base(std::int64_t base) {
    if (std::ranges::find(bases_, base) != bases_.end()) return;
    if (bases_.size() == limits::kCarvedBasesMax) bases_.erase(bases_.begin());
    bases_.push_back(base);
  }

  // A chunk in its place. Where it does not begin with its signature, another may begin inside.
  std::size_t walk_slot(std::size_t at) {
    std::size_t end = std::min(at + kEvtxChunkBytes, bytes_.size());
    if (!stands_at(bytes_, at, kChunkMagic)) end = find_carved_chunk(bytes_.first(end), at);
    const Bytes chunk = slice(bytes_, at, end - at);
    note_base(static_cast<std::int64_t>(at));
    std::vector<std::size_t> in_place;
    for_each_evtx_record(chunk, in_.offset + at, strict_, oddities_, [&](const EvtxRecord& record) {
      in_place.push_back(static_cast<std::size_t>(record.offset - in_.offset) - at);
      visit_(record);
    });
    walk_chunk(at, chunk, in_place, 0);
    return end;
  }

  // A chunk at any other place. Where its bytes are not its own any more, another may begin inside.
  std::size_t walk_found_chunk(std::size_t at) {
    const std::size_t end = find_carved_chunk(bytes_.first(std::min(at + kEvtxChunkBytes, bytes_.size())),
                                              at + kChunkHeaderBytes);
    note_base(static_cast<std::int64_t>(at));
    walk_chunk(at, slice(bytes_, at, end - at), {}, u32_at(bytes_, at + kFreeSpaceAt));
    return end;
  }

  // The records that are not among those `in_place`; from `free_space` on they are slack.
  void walk_chunk(std::size_t chunk_at, Bytes chunk, const std::vector<std::size_t>& in_place,
                  std::size_t free_space) {
    auto known = in_place.begin();
    for (std::size_t at = kChunkHeaderBytes; at < chunk.size();) {
      while (known != in_place.end() && *known < at) ++known;
      const bool is_known = known != in_place.end() && *known == at;
      const std::size_t size = is_known ? u32_at(chunk, at + 4) : carved_record_size(chunk, at);
      if (!is_known && size > 0 && !is_copy(chunk_at + at))
        hand_over(chunk, at, size, chunk_at + at, at < free_space ? "chunk" : "slack");
      at += std::max<std::size_t>((size + 7) & ~std::size_t{7}, 8);
    }
  }

  // Its size, which the walk goes on behind.
  std::size_t lone_record(std::size_t at) {
    const std::size_t size = carved_record_size(bytes_, at);
    if (is_copy(at)) return size;
    const Beginning beginning = beginning_of(bytes_, at);
    const auto place = static_cast<std::int64_t>(at);
    const auto fits = [&](std::int64_t base) {
      return place - base >= static_cast<std::int64_t>(kChunkHeaderBytes) &&
             place - base + static_cast<std::int64_t>(size) <= static_cast<std::int64_t>(kEvtxChunkBytes);
    };
    const std::int64_t own =
        static_cast<std::int64_t>(beginning.next) - static_cast<std::int64_t>(beginning.definition);
    const bool defines = beginning.has_template ? is_template(bytes_, beginning.next, beginning.template_id)
                                                : is_name(bytes_, beginning.next);
    if (defines && fits(own)) {
      note_base(own);
      read_lone(at, size, own);
      return size;
    }
    for (auto base = bases_.rbegin(); base != bases_.rend(); ++base) {
      const Bytes chunk = fits(*base) ? chunk_at(*base) : Bytes{};
      if (beginning.has_template ? is_template(chunk, beginning.definition, beginning.template_id)
                                 : is_name(chunk, beginning.definition)) {
        read_lone(at, size, *base);
        return size;
      }
    }
    oddities_.add("event record outside of a chunk, and the template it needs is lost", in_.offset + at);
    return size;
  }

  void read_lone(std::size_t at, std::size_t size, std::int64_t base) {
    hand_over(chunk_at(base), static_cast<std::size_t>(static_cast<std::int64_t>(at) - base), size, at,
              "record");
  }

  // A chunk that began before the window is rebuilt from what the window has of it.
  Bytes chunk_at(std::int64_t base) {
    if (base >= 0) return slice(bytes_, static_cast<std::size_t>(base), kEvtxChunkBytes);
    if (rebuilt_base_ != base) {
      const auto missing = static_cast<std::size_t>(-base);
      const Bytes rest = slice(bytes_, 0, kEvtxChunkBytes - missing);
      rebuilt_.assign(missing, 0);
      rebuilt_.insert(rebuilt_.end(), rest.begin(), rest.end());
      rebuilt_base_ = base;
      chunk_ = {};  // the reader may have read what was there before
    }
    return rebuilt_;
  }

  // The record at `at` of the chunk, `place` in the window. One reader for all, so that many small chunks cannot grow to
  // more than the window may.
  void hand_over(Bytes chunk, std::size_t at, std::size_t size, std::size_t place, std::string_view where) {
    if (reader_.is_exhausted()) return;
    if (chunk.data() != chunk_.data() || chunk.size() != chunk_.size()) {
      reader_.move_to(chunk);
      chunk_ = chunk;
    }
    ByteReader header(chunk, at + 8);
    const std::uint64_t record_id = header.u64();
    const Instant time = instant_from_filetime(header.u64());
    const std::vector<evtx::Element>& elements = reader_.read(at + kRecordHeaderBytes, at + size - 4);
    const bool is_whole = reader_.problem().empty();
    const std::uint64_t offset = in_.offset + place;
    if (!is_whole) oddities_.add("carved event record: " + std::string(reader_.problem()), offset);
    if (elements.front().first_child != evtx::kNone) {
      visit_({record_id, time, offset, elements, where, is_whole});
    }
  }

  const CarveWindow& in_;
  Bytes bytes_;
  bool strict_;
  OddityList& oddities_;
  const VisitEvtxRecord& visit_;
  std::vector<std::int64_t> bases_;  // where chunks begin, in the window; negative: before it
  evtx::BinXmlReader reader_{Bytes{}, false};
  Bytes chunk_;  // what reader_ reads
  std::vector<std::uint8_t> rebuilt_;
  std::int64_t rebuilt_base_ = 0;
};

}  // namespace

std::size_t carved_record_size(Bytes bytes, std::size_t at) {
  if (!stands_at(bytes, at, kRecordMagic)) return 0;
  const std::size_t size = u32_at(bytes, at + 4);
  if (size < kRecordBytesMin || size > kRecordBytesMax || size > bytes.size() - at) return 0;
  return u32_at(bytes, at + size - 4) == size && stands_at(bytes, at + kRecordHeaderBytes, kFragmentHeader)
             ? size
             : 0;
}

std::size_t find_carved_record(Bytes bytes, std::size_t at) {
  for (at = find(bytes, at, kRecordMagic); at < bytes.size(); at = find(bytes, at + 1, kRecordMagic))
    if (carved_record_size(bytes, at) > 0) return at;
  return bytes.size();
}

std::size_t find_carved_chunk(Bytes bytes, std::size_t at) {
  for (at = find(bytes, at, kChunkMagic); at < bytes.size(); at = find(bytes, at + 1, kChunkMagic))
    if (is_chunk_header(bytes, at)) return at;
  return bytes.size();
}

std::uint64_t carved_record_key(Bytes bytes, std::size_t at, std::size_t size) {
  return std::hash<std::string_view>()(as_text(slice(bytes, at + 8, size - 12)));
}

void carve_records(const CarveWindow& window, bool strict, OddityList& oddities,
                   const VisitEvtxRecord& visit) {
  Carver(window, strict, oddities, visit).run();
}

}  // namespace bartizan
