// SPDX-License-Identifier: Apache-2.0
// One column of one row group as bytes of a Parquet file: an optional page with the dictionary, one page of data, an optional
// Bloom filter, and what the footer says of them. One thread.
#pragma once

#include <cstdint>
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

class ChunkWriter {
 public:
  // Appends to `out`, whose first byte stands at `base` in the file.
  ChunkWriter(std::uint64_t base, std::string& out);
  ~ChunkWriter();
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;

  Chunk write_numbers(std::vector<std::string> path, const NumberColumn& column, bool is_required);
  // As they are: numbers at random do not compress, and read_parquet_ids reads them without a decoder.
  Chunk write_ids(std::vector<std::string> path, const NumberColumn& column);
  Chunk write_texts(std::vector<std::string> path, const TextColumn& column, bool with_filter);
  // Keys and values of a map of which row i has counts[i] entries.
  Chunk write_keys(std::vector<std::string> path, const TextColumn& column,
                   const std::vector<std::uint32_t>& counts);
  Chunk write_values(std::vector<std::string> path, const PlainColumn& column,
                     const std::vector<std::uint32_t>& counts);

 private:
  struct Compressor;
  std::int64_t place() const { return static_cast<std::int64_t>(base_ + out_.size()); }
  void write_page(int page_type, std::int64_t values, int encoding, Chunk& chunk);
  // The texts into the page at hand, by places in a dictionary page where they repeat.
  int append_text_values(const TextColumn& column, Chunk& chunk, std::string levels);
  void write_filter(const TextColumn& column, Chunk& chunk);

  std::uint64_t base_;
  std::string& out_;
  std::string page_, compressed_;
  std::unique_ptr<Compressor> compressor_;
};

}  // namespace bartizan::store
