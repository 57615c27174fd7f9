// SPDX-License-Identifier: Apache-2.0
#include "source/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace bartizan {
namespace {

enum class Container { kNone, kCompressed, kZip, k7zip, kTar };

bool has(Bytes head, std::size_t at, std::string_view magic) {
  return head.size() >= at + magic.size() && std::memcmp(head.data() + at, magic.data(), magic.size()) == 0;
}

// The header of a tar from before POSIX has no magic, but the sum of its bytes, the eight of the sum itself taken as blanks,
// stands in it in octal digits.
bool is_old_tar(Bytes head) {
  constexpr std::size_t kHeader = 512, kSumAt = 148, kSumBytes = 8;
  if (head.size() < kHeader || head[0] == 0) return false;
  std::uint32_t sum = 0, written = 0;
  for (std::size_t i = 0; i < kHeader; ++i) sum += i >= kSumAt && i < kSumAt + kSumBytes ? ' ' : head[i];
  std::size_t at = kSumAt, digits = 0;
  while (at < kSumAt + kSumBytes && head[at] == ' ') ++at;
  for (; at < kSumAt + kSumBytes && head[at] >= '0' && head[at] <= '7'; ++at, ++digits)
    written = written * 8 + head[at] - '0';
  return digits > 0 && written == sum;
}

Container recognise(Bytes head) {
  using namespace std::string_view_literals;
  if (has(head, 0, "PK\3\4"sv) || has(head, 0, "PK\5\6"sv)) return Container::kZip;
  if (has(head, 0, "7z\xBC\xAF\x27\x1C"sv)) return Container::k7zip;
  if (has(head, 257, "ustar"sv) || is_old_tar(head)) return Container::kTar;
  if (has(head, 0, "\x1F\x8B"sv) || has(head, 0, "\x28\xB5\x2F\xFD"sv) || has(head, 0, "BZh"sv) ||
      has(head, 0,
          "\xFD"
          "7zXZ\0"sv))
    return Container::kCompressed;
  return Container::kNone;
}

// A nested zip or 7z, whose directory stands at its end.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    std::size_t size = std::min(buffer.size(), bytes_.size() - at_);
    if (size > 0) std::memcpy(buffer.data(), bytes_.data() + at_, size);
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  Result<void> seek(std::uint64_t to) override {
    at_ = static_cast<std::size_t>(std::min<std::uint64_t>(to, bytes_.size()));
    return {};
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

Result<std::vector<std::uint8_t>> read_whole(ByteStream& in, Bytes head, std::size_t size_max) {
  std::vector<std::uint8_t> bytes(head.begin(), head.end());
  for (;;) {
    std::size_t kept = bytes.size();
    if (kept > size_max)
      return fail("a zip or 7z archive inside another is too large for memory; extract it first");
    bytes.resize(kept + limits::kPieceBytes);
    auto size = in.read(std::span(bytes).subspan(kept));
    // What a damaged outer archive still yields may hold whole members.
    bytes.resize(kept + (size.has_value() ? *size : 0));
    if (!size.has_value() || *size < limits::kPieceBytes) return bytes;
  }
}

// What libarchive reads from.
class Source {
 public:
  Source(ByteStream& in, Bytes head) : in_(in), head_(head), block_(limits::kArchiveBlockBytes) {}

  static la_ssize_t read(archive* reader, void* self, const void** block) {
    auto& source = *static_cast<Source*>(self);
    if (!source.head_.empty()) {
      *block = source.head_.data();
      return static_cast<la_ssize_t>(std::exchange(source.head_, {}).size());
    }
    auto size = source.in_.read(source.block_);
    *block = source.block_.data();
    if (size.has_value()) {
      source.at_ += static_cast<la_int64_t>(*size);
      return static_cast<la_ssize_t>(*size);
    }
    archive_set_error(reader, EIO, "%s", size.error().message.c_str());
    return ARCHIVE_FATAL;
  }

  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    auto& source = *static_cast<Source*>(self);
    auto size = static_cast<la_int64_t>(source.in_.size().value_or(0));
    if (whence == SEEK_END) offset = size + std::clamp<la_int64_t>(offset, -size, 0);
    if (whence == SEEK_CUR) offset = source.at_ + std::clamp<la_int64_t>(offset, -source.at_, size);
    if (offset < 0 || offset > size || !source.in_.seek(static_cast<std::uint64_t>(offset)).has_value())
      return ARCHIVE_FATAL;
    return source.at_ = offset;
  }

 private:
  ByteStream& in_;
  Bytes head_;
  std::vector<std::uint8_t> block_;
  la_int64_t at_ = 0;  // kept only where `in_` can seek
};

std::string why(archive* reader) {
  const char* text = archive_error_string(reader);
  return text ? text : "damaged";
}

// The member libarchive stands at. Takes blocks rather than archive_read_data, which drops what it has on an error.
class Member : public ByteStream {
 public:
  Member(archive* reader, archive_entry* entry, ArchiveBudget& budget, std::uint64_t yielded_before)
      : reader_(reader), budget_(budget), yielded_before_(yielded_before) {
    if (archive_entry_is_encrypted(entry)) failure_ = "encrypted; extract it with its password first";
  }

  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    std::size_t done = 0;
    while (done < buffer.size() && failure_.empty()) {
      if (position_ < block_offset_) {  // a hole of a sparse file
        std::size_t size = smaller(buffer.size() - done, block_offset_ - position_);
        std::memset(buffer.data() + done, 0, size);
        advance(size, done);
      } else if (!block_.empty()) {
        std::size_t size = std::min(buffer.size() - done, block_.size());
        std::memcpy(buffer.data() + done, block_.data(), size);
        block_ = block_.subspan(size);
        block_offset_ += size;
        advance(size, done);
      } else if (at_end_ || !next_block()) break;
    }
    if (done == 0 && !failure_.empty()) return fail(failure_);
    return done;
  }

  std::uint64_t yielded() const { return position_; }
  bool failed() const { return !failure_.empty(); }
  bool fatal() const { return fatal_; }
  bool bomb() const { return bomb_; }

 private:
  static std::size_t smaller(std::size_t a, std::uint64_t b) {
    return static_cast<std::size_t>(std::min<std::uint64_t>(a, b));
  }

  void advance(std::size_t size, std::size_t& done) {
    done += size;
    position_ += size;
    budget_.bytes += size;
    if (budget_.bytes > limits::kArchiveBytesMax) {
      failure_ = "the archive expands to more than is read of one file";
      fatal_ = true;
      return;
    }
    std::uint64_t yielded = yielded_before_ + position_;
    if (yielded <= limits::kArchiveRatioFreeBytes) return;
    auto taken = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_filter_bytes(reader_, -1), 1));
    if (yielded / taken < limits::kArchiveRatioMax) return;
    failure_ = "expands more than a thousandfold; not read further";
    bomb_ = true;
  }

  bool next_block() {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int status = archive_read_data_block(reader_, &data, &size, &offset);
    if (status == ARCHIVE_EOF) at_end_ = true;
    else if (status < ARCHIVE_WARN || offset < 0) {
      failure_ = why(reader_);
      fatal_ = status == ARCHIVE_FATAL;
    }
    if (at_end_ || !failure_.empty()) return false;
    block_ = Bytes(static_cast<const std::uint8_t*>(data), size);
    block_offset_ = std::max(static_cast<std::uint64_t>(offset), position_);
    return true;
  }

  archive* reader_;
  ArchiveBudget& budget_;
  std::uint64_t yielded_before_;
  Bytes block_;
  std::uint64_t block_offset_ = 0, position_ = 0;
  std::string failure_;
  bool at_end_ = false, fatal_ = false, bomb_ = false;
};

// `evidence/a.json.gz` holds `a.json`.
std::string inner_name(const std::string& name) {
  std::string base = name.substr(name.find_last_of("/!") + 1);
  for (std::string_view suffix : {".gz", ".zst", ".bz2", ".xz"})
    if (base.size() > suffix.size() && base.ends_with(suffix))
      return base.substr(0, base.size() - suffix.size());
  return base;
}

// Names come from the archive: long ones are cut and control characters do not reach a terminal.
std::string member_name(archive* reader, archive_entry* entry, const std::string& outer) {
  if (archive_format(reader) == ARCHIVE_FORMAT_RAW) return inner_name(outer);
  const char* text = archive_entry_pathname_utf8(entry);
  if (!text) text = archive_entry_pathname(entry);
  std::string name = text ? std::string(text, strnlen(text, limits::kArchiveNameBytesMax)) : "(no name)";
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return name;
}

struct Free {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, Free>;

// Only what the magic bytes promise is switched on: fewer parsers see hostile bytes, and a zip within a gzip comes out
// as a member that can be buffered rather than as a zip that cannot seek.
Result<Reader> open_reader(Container container, Source& source, bool can_seek) {
  Reader reader(archive_read_new());
  if (!reader) return fail("out of memory");
  archive* it = reader.get();
  if (container == Container::kZip) archive_read_support_format_zip(it);
  if (container == Container::k7zip) archive_read_support_format_7zip(it);
  if (container == Container::kTar || container == Container::kCompressed)
    archive_read_support_format_tar(it);
  if (container == Container::kCompressed) {
    archive_read_support_format_raw(it);
    archive_read_support_format_empty(it);
    archive_read_support_filter_gzip(it);
    archive_read_support_filter_zstd(it);
    archive_read_support_filter_bzip2(it);
    archive_read_support_filter_xz(it);
  }
  archive_read_set_callback_data(it, &source);
  archive_read_set_read_callback(it, Source::read);
  if (can_seek) archive_read_set_seek_callback(it, Source::seek);
  if (archive_read_open1(it) < ARCHIVE_WARN) return fail(why(it));
  return reader;
}

Result<void> visit_members(archive* reader, const std::string& name, ArchiveBudget& budget,
                           const VisitMember& visit) {
  std::uint64_t yielded = 0;
  std::vector<std::uint8_t> rest(limits::kArchiveBlockBytes);
  for (;;) {
    archive_entry* entry = nullptr;
    int status = archive_read_next_header(reader, &entry);
    if (status == ARCHIVE_EOF) return {};
    if (status < ARCHIVE_WARN) return fail(why(reader));
    if (++budget.members > limits::kArchiveMembersMax) return fail("more members than are read of one file");
    if (archive_entry_filetype(entry) != AE_IFREG && archive_format(reader) != ARCHIVE_FORMAT_RAW) continue;
    Member member(reader, entry, budget, yielded);
    if (!visit(member_name(reader, entry, name), member)) return {};
    // Only a zip can step over a member; elsewhere the rest is decompressed, and here it is counted.
    bool is_zip = (archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP;
    bool failed_before = member.failed();
    while (!is_zip && !member.failed()) {
      auto size = member.read(rest);
      if (!size.has_value() || *size < rest.size()) break;
    }
    if (member.failed() && !failed_before) {
      auto failure = member.read(rest);
      return fail(failure.has_value() ? "damaged" : failure.error().message);
    }
    if (member.fatal() || (member.bomb() && !is_zip)) {
      if (archive_format(reader) == ARCHIVE_FORMAT_RAW) return {};  // there is no other member
      return fail("the members after this failure cannot be reached");
    }
    if (!member.bomb()) yielded += member.yielded();
  }
}

}  // namespace

bool looks_like_archive(Bytes head) { return recognise(head) != Container::kNone; }

Result<void> for_each_member(ByteStream& in, Bytes head, const std::string& name, ArchiveBudget& budget,
                             const VisitMember& visit) {
  Container container = recognise(head);
  if (budget.depth >= limits::kArchiveDepthMax) return fail("archives within each other too deep");
  bool wants_seek = container == Container::kZip || container == Container::k7zip;
  if (wants_seek && !in.size()) {
    TRY(std::vector<std::uint8_t> bytes, read_whole(in, head, limits::kArchiveBufferMax - budget.buffered));
    std::uint64_t size = bytes.size();
    MemoryStream memory(std::move(bytes));
    budget.buffered += std::min<std::uint64_t>(size, limits::kArchiveBufferMax - budget.buffered);
    std::uint64_t before = budget.buffered;
    auto done = for_each_member(memory, head, name, budget, visit);
    budget.buffered = before - std::min(before, size);
    return done;
  }
  if (in.size()) {
    auto rewound = in.seek(0);
    if (!rewound.has_value()) return rewound;
  }
  Source source(in, in.size() ? Bytes{} : head);
  TRY(Reader reader, open_reader(container, source, in.size().has_value()));
  ++budget.depth;
  auto done = visit_members(reader.get(), name, budget, visit);
  --budget.depth;
  return done;
}

}  // namespace bartizan
