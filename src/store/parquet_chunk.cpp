// SPDX-License-Identifier: Apache-2.0
#include "store/parquet_chunk.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/limits.h"
#include "base/must.h"
#include "store/run_lengths.h"

namespace bartizan::store {
namespace {

// parquet.thrift: Encoding, CompressionCodec, PageType
constexpr int kPlain = 0, kRle = 3, kRleDictionary = 8;
constexpr int kUncompressed = 0, kZstd = 6;
constexpr int kDataPage = 0, kDictionaryPage = 2;
constexpr std::size_t kCompressedMin = 64;  // bytes of a page; a day of few events has many small ones

void append_u32(std::size_t value, std::string& out) {
  const auto number = static_cast<std::uint32_t>(value);
  char bytes[4];
  std::memcpy(bytes, &number, 4);
  out.append(bytes, 4);
}

void append_levels(std::span<const std::uint32_t> levels, unsigned bits, std::string& out) {
  const std::size_t at = out.size();
  append_u32(0, out);
  append_run_lengths(levels, bits, out);
  const auto size = static_cast<std::uint32_t>(out.size() - at - 4);
  std::memcpy(out.data() + at, &size, 4);
}

void append_plain(std::string_view text, std::string& out) {
  append_u32(text.size(), out);
  out.append(text);
}

void append_i64(std::int64_t value, std::string& out) {
  char bytes[8];
  std::memcpy(bytes, &value, 8);
  out.append(bytes, 8);
}

std::string bytes_of(std::int64_t value) {
  std::string out;
  append_i64(value, out);
  return out;
}

// Repetition and definition levels of a map's keys (required) or values (optional): where rows begin, which have no entry, which
// values are null.
std::string levels_of(const MapColumn& column, RowNumbers rows, bool of_values, Chunk& chunk) {
  std::vector<std::uint32_t> repetition, definition;
  const std::uint32_t value_level = of_values ? 2 : 1;
  for (const std::uint32_t row : rows) {
    const std::uint32_t first = column.first_entry[row], end = column.first_entry[row + 1];
    if (first == end) repetition.push_back(0), definition.push_back(0), ++chunk.nulls;
    for (std::uint32_t entry = first; entry < end; ++entry) {
      const bool nothing = of_values && column.values.is_null(entry);
      repetition.push_back(entry == first ? 0 : 1);
      definition.push_back(nothing ? 1 : value_level);
      chunk.nulls += nothing;
    }
  }
  chunk.values = static_cast<std::int64_t>(repetition.size());
  std::string levels;
  append_levels(repetition, 1, levels);
  append_levels(definition, bits_for(value_level), levels);
  return levels;
}

}  // namespace

struct ChunkWriter::Compressor {
  Compressor() : context(ZSTD_createCCtx()) {
    MUST(context != nullptr);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, limits::kStoreZstdLevel);
  }
  ~Compressor() { ZSTD_freeCCtx(context); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ZSTD_CCtx* context;
};

void append_chunk(const Chunk& chunk, ThriftWriter& thrift) {
  thrift.begin_item();
  thrift.i64(2, chunk.dictionary_at >= 0 ? chunk.dictionary_at : chunk.data_at);
  thrift.begin_struct(3);
  thrift.i32(1, chunk.type);
  thrift.begin_list_of_i32(2, chunk.encodings.size());
  for (const std::int32_t encoding : chunk.encodings) thrift.item_i32(encoding);
  thrift.begin_list_of_texts(3, chunk.path.size());
  for (const std::string& part : chunk.path) thrift.item_text(part);
  thrift.i32(4, chunk.is_compressed ? kZstd : kUncompressed);
  thrift.i64(5, chunk.values);
  thrift.i64(6, chunk.plain_bytes);
  thrift.i64(7, chunk.stored_bytes);
  thrift.i64(9, chunk.data_at);
  if (chunk.dictionary_at >= 0) thrift.i64(11, chunk.dictionary_at);
  thrift.begin_struct(12);
  thrift.i64(3, chunk.nulls);
  if (chunk.has_range) thrift.text(5, chunk.greatest), thrift.text(6, chunk.least);
  thrift.end_struct();
  if (chunk.filter_at >= 0) {
    thrift.i64(14, chunk.filter_at);
    thrift.i32(15, static_cast<std::int32_t>(chunk.filter_bytes));
  }
  thrift.end_struct();
  thrift.end_struct();
}

ChunkWriter::ChunkWriter() : compressor_(std::make_unique<Compressor>()) {}
ChunkWriter::~ChunkWriter() = default;

// Compresses page_ and appends it behind its header.
void ChunkWriter::write_page(int page_type, std::int64_t values, int encoding, Chunk& chunk) {
  std::string_view stored = page_;
  if (page_type == kDataPage && page_.size() < kCompressedMin && chunk.dictionary_at < 0)
    chunk.is_compressed = false;
  if (chunk.is_compressed) {
    compressed_.resize(ZSTD_compressBound(page_.size()));
    const std::size_t size = ZSTD_compress2(compressor_->context, compressed_.data(), compressed_.size(),
                                            page_.data(), page_.size());
    MUST(!ZSTD_isError(size));
    stored = std::string_view(compressed_.data(), size);
  }
  const std::int64_t start = place();
  ThriftWriter thrift(*out_);
  thrift.i32(1, page_type);
  thrift.i32(2, static_cast<std::int32_t>(page_.size()));
  thrift.i32(3, static_cast<std::int32_t>(stored.size()));
  thrift.begin_struct(page_type == kDataPage ? 5 : 7);
  thrift.i32(1, static_cast<std::int32_t>(values));
  thrift.i32(2, encoding);
  if (page_type == kDataPage) thrift.i32(3, kRle), thrift.i32(4, kRle);
  thrift.end_struct();
  thrift.end();
  const std::int64_t header = place() - start;
  chunk.page_at = place();
  out_->append(stored);
  (page_type == kDataPage ? chunk.data_at : chunk.dictionary_at) = start;
  chunk.plain_bytes += header + static_cast<std::int64_t>(page_.size());
  chunk.stored_bytes += header + static_cast<std::int64_t>(stored.size());
  if (std::ranges::find(chunk.encodings, encoding) == chunk.encodings.end())
    chunk.encodings.push_back(encoding);
}

Chunk ChunkWriter::write_numbers(std::vector<std::string> path, const NumberColumn& column, RowNumbers rows,
                                 bool is_required) {
  Chunk chunk{.path = std::move(path), .type = kInt64, .encodings = {kRle}};
  chunk.values = static_cast<std::int64_t>(rows.size());
  levels_.clear();
  std::int64_t least = INT64_MAX, greatest = INT64_MIN;
  for (const std::uint32_t row : rows) {
    const bool has_value = column.has_value(row);
    levels_.push_back(has_value);
    if (has_value) least = std::min(least, column.at(row)), greatest = std::max(greatest, column.at(row));
    else ++chunk.nulls;
  }
  if (least <= greatest)
    chunk.least = bytes_of(least), chunk.greatest = bytes_of(greatest), chunk.has_range = true;
  page_.clear();
  if (!is_required) append_levels(levels_, 1, page_);
  for (const std::uint32_t row : rows)
    if (column.has_value(row)) append_i64(column.at(row), page_);
  write_page(kDataPage, chunk.values, kPlain, chunk);
  return chunk;
}

Chunk ChunkWriter::write_ids(std::vector<std::string> path, const NumberColumn& column, RowNumbers rows) {
  Chunk chunk{.path = std::move(path), .type = kInt64, .encodings = {kRle}};
  chunk.is_compressed = false;
  chunk.values = static_cast<std::int64_t>(rows.size());
  page_.clear();
  for (const std::uint32_t row : rows) append_i64(column.at(row), page_);
  write_page(kDataPage, chunk.values, kPlain, chunk);
  return chunk;
}

void ChunkWriter::take_place(const TextColumn& column, std::uint32_t place) {
  if (place == TextColumn::kNull) return places_.push_back(TextColumn::kNull);
  if (place >= place_here_.size()) place_here_.resize(column.entries().size() + 1, TextColumn::kNull);
  std::uint32_t& here = place_here_[place];
  if (here == TextColumn::kNull) {
    entries_.push_back(column.entries()[place - 1]);
    here = static_cast<std::uint32_t>(entries_.size());
    met_.push_back(place);
  }
  places_.push_back(here);
}

void ChunkWriter::forget_places() {
  for (const std::uint32_t place : met_) place_here_[place] = TextColumn::kNull;
  met_.clear(), places_.clear(), entries_.clear();
}

int ChunkWriter::append_text_values(Chunk& chunk, std::string levels) {
  const auto filled =
      places_.size() - static_cast<std::size_t>(std::ranges::count(places_, TextColumn::kNull));
  // A dictionary costs its places besides the texts: it has to save some.
  if (entries_.empty() || entries_.size() * 2 > filled) {
    page_ = std::move(levels);
    for (const std::uint32_t place : places_)
      if (place != TextColumn::kNull) append_plain(entries_[place - 1], page_);
    return kPlain;
  }
  page_.clear();
  for (const std::string_view entry : entries_) append_plain(entry, page_);
  write_page(kDictionaryPage, static_cast<std::int64_t>(entries_.size()), kPlain, chunk);
  std::erase(places_, TextColumn::kNull);
  for (std::uint32_t& place : places_) --place;
  const unsigned bits = std::max(1u, bits_for(static_cast<std::uint32_t>(entries_.size() - 1)));
  page_ = std::move(levels);
  page_.push_back(static_cast<char>(bits));
  append_run_lengths(places_, bits, page_);
  return kRleDictionary;
}

Chunk ChunkWriter::write_texts(std::vector<std::string> path, const TextColumn& column, RowNumbers rows,
                               bool with_filter) {
  Chunk chunk{.path = std::move(path), .encodings = {kRle}};
  chunk.values = static_cast<std::int64_t>(rows.size());
  forget_places();
  levels_.clear();
  for (const std::uint32_t row : rows) {
    const std::uint32_t place = column.at(row);
    take_place(column, place);
    levels_.push_back(place == TextColumn::kNull ? 0 : 1);
    chunk.nulls += place == TextColumn::kNull;
  }
  if (!entries_.empty()) {
    const auto [least, greatest] = std::ranges::minmax(entries_);
    chunk.has_range = std::max(least.size(), greatest.size()) <= limits::kStoreRangeBytesMax;
    if (chunk.has_range) chunk.least = least, chunk.greatest = greatest;
  }
  std::string levels;
  append_levels(levels_, 1, levels);
  const int encoding = append_text_values(chunk, std::move(levels));
  write_page(kDataPage, chunk.values, encoding, chunk);
  if (with_filter && !entries_.empty()) write_filter(chunk);
  return chunk;
}

Chunk ChunkWriter::write_bytes(std::vector<std::string> path, const MapColumn& column, RowNumbers rows) {
  Chunk chunk{.path = std::move(path), .encodings = {kRle}};
  chunk.is_compressed = false;
  chunk.values = static_cast<std::int64_t>(rows.size());
  levels_.clear();
  for (const std::uint32_t row : rows) {
    levels_.push_back(column.first_entry[row + 1] - column.first_entry[row]);
    chunk.nulls += levels_.back() == 0;
  }
  page_.clear();
  append_levels(levels_, 1, page_);
  for (const std::uint32_t row : rows) page_.append(column.bytes_of(row));
  write_page(kDataPage, chunk.values, kPlain, chunk);
  return chunk;
}

Chunk ChunkWriter::write_keys(std::vector<std::string> path, const MapColumn& column, RowNumbers rows) {
  Chunk chunk{.path = std::move(path), .encodings = {kRle}};
  forget_places();
  for (const std::uint32_t row : rows)
    for (std::uint32_t entry = column.first_entry[row]; entry < column.first_entry[row + 1]; ++entry)
      take_place(column.keys, column.keys.at(entry));
  const int encoding = append_text_values(chunk, levels_of(column, rows, false, chunk));
  write_page(kDataPage, chunk.values, encoding, chunk);
  return chunk;
}

Chunk ChunkWriter::write_values(std::vector<std::string> path, const MapColumn& column, RowNumbers rows) {
  Chunk chunk{.path = std::move(path), .encodings = {kRle}};
  page_ = levels_of(column, rows, true, chunk);
  for (const std::uint32_t row : rows) page_.append(column.bytes_of(row));
  write_page(kDataPage, chunk.values, kPlain, chunk);
  return chunk;
}

// A split-block Bloom filter (BloomFilter.md of Apache Parquet) with ten bits for each distinct text.
void ChunkWriter::write_filter(Chunk& chunk) {
  static constexpr std::uint32_t kSalt[8] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                             0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
  const std::size_t blocks = entries_.size() * 10 / 256 + 1;
  std::vector<std::uint32_t> words(blocks * 8);
  for (const std::string_view entry : entries_) {
    const std::uint64_t hash = XXH64(entry.data(), entry.size(), 0);
    const std::size_t block = static_cast<std::size_t>((hash >> 32) * blocks >> 32);
    for (std::size_t i = 0; i < 8; ++i)
      words[block * 8 + i] |= 1u << ((static_cast<std::uint32_t>(hash) * kSalt[i]) >> 27);
  }
  chunk.filter_at = place();
  ThriftWriter thrift(*out_);
  thrift.i32(1, static_cast<std::int32_t>(words.size() * 4));
  for (int field = 2; field <= 4;
       ++field) {  // split block, XXH64, not compressed: unions of empty structures
    thrift.begin_struct(field);
    thrift.begin_struct(1);
    thrift.end_struct();
    thrift.end_struct();
  }
  thrift.end();
  out_->append(reinterpret_cast<const char*>(words.data()), words.size() * 4);
  chunk.filter_bytes = place() - chunk.filter_at;
}

}  // namespace bartizan::store
