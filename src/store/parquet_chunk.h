// SPDX-License-Identifier: Apache-2.0
// One column of one row group as bytes of a Parquet file: an optional page with the dictionary, one page of data, an optional
// Bloom filter, and what the footer says of them. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/column_block.h"
#include "store/thrift.h"

namespace bartizan::store {

inline constexpr int kInt64 = 2, kByteArray = 6;  // Type of parquet.thrift

// ColumnChunk and ColumnMetaData of parquet.thrift.
struct Chunk {
  std::vector<std::string> path;
  int type = kByteArray;
  std::vector<std::int32_t> encodings = {};
  std::int64_t values = 0, nulls = 0, plain_bytes = 0, stored_bytes = 0;
  std::int64_t data_at = 0, dictionary_at = -1, filter_at = -1, filter_bytes = 0;  // -1: none
  std::int64_t page_at = 0;  // of the page's bytes, behind its header
  std::string least = {}, greatest = {};
  bool has_range = false, is_compressed = true;
};
void append_chunk(const Chunk& chunk, ThriftWriter& thrift);

// Rows of a buffer, by number.
using RowNumbers = std::span<const std::uint32_t>;

class ChunkWriter {
 public:
  ChunkWriter();
  ~ChunkWriter();
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;

  // The chunks that follow are appended to `out`, whose first byte stands at `base` in the file.
  void start(std::uint64_t base, std::string& out) { base_ = base, out_ = &out; }

  Chunk write_numbers(std::vector<std::string> path, const NumberColumn& column, RowNumbers rows,
                      bool is_required);
  // As they are: numbers at random do not compress, and read_parquet_ids reads them without a decoder.
  Chunk write_ids(std::vector<std::string> path, const NumberColumn& column, RowNumbers rows);
  Chunk write_texts(std::vector<std::string> path, const TextColumn& column, RowNumbers rows,
                    bool with_filter);
  // Compressed already; a row has one or none.
  Chunk write_bytes(std::vector<std::string> path, const MapColumn& column, RowNumbers rows);
  Chunk write_keys(std::vector<std::string> path, const MapColumn& column, RowNumbers rows);
  Chunk write_values(std::vector<std::string> path, const MapColumn& column, RowNumbers rows);

 private:
  struct Compressor;
  std::int64_t place() const { return static_cast<std::int64_t>(base_ + out_->size()); }
  void write_page(int page_type, std::int64_t values, int encoding, Chunk& chunk);
  // The next place to be written: kNull or that of a text of the column.
  void take_place(const TextColumn& column, std::uint32_t place);
  void forget_places();
  // The texts that were taken into the page at hand, by places in a dictionary page where they repeat.
  int append_text_values(Chunk& chunk, std::string levels);
  void write_filter(Chunk& chunk);

  std::uint64_t base_ = 0;
  std::string* out_ = nullptr;
  std::string page_, compressed_;
  // Of the texts taken: their places in entries_, which has those of this chunk alone; by the column's place, that in entries_.
  std::vector<std::uint32_t> places_, place_here_;
  std::vector<std::string_view> entries_;
  std::vector<std::uint32_t> met_;  // places that are set in place_here_
  std::vector<std::uint32_t> levels_;
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace bartizan::store
