// SPDX-License-Identifier: Apache-2.0
// ParquetWriter: rows of one table into one Parquet file. It writes what any reader of Parquet knows: one page a column and
// row group, texts in a dictionary where they repeat, Zstandard, least and greatest values, and Bloom filters of columns that
// are searched for one value. The file appears under its name once it is finished (durable_file.h), whole or not at all.
//
// Why not a library: docs/design/0007-store.md.
// Before Parquet's footer, where its readers do not look, stands the trailer: where the ids of each row group are, how many
// row groups there are, `BZID`. read_parquet_ids finds it from the end. One thread; owns its partial file and removes it
// unless finished.
// Source: Apache Parquet, parquet.thrift and Encodings.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/durable_file.h"
#include "store/parquet_chunk.h"
#include "store/row_buffer.h"

namespace bartizan::store {

class ParquetWriter {
 public:
  // Columns `time` and `id` come before those of `shape`, which outlives the writer.
  static Result<ParquetWriter> create(std::string path, const TableShape& shape);
  ~ParquetWriter();
  ParquetWriter(ParquetWriter&&) noexcept;
  ParquetWriter& operator=(ParquetWriter&&) = delete;

  // These rows of the buffer become a row group. `chunks` is scratch space that any number of writers may share.
  Result<void> write(const RowBuffer& buffer, RowNumbers rows, ChunkWriter& chunks);
  std::size_t rows() const;
  // Of what the footer will say.
  std::size_t memory_bytes() const;
  // Nothing more will be written: the file, complete but for finish().
  Result<DurableFile> complete() &&;

 private:
  class Impl;
  explicit ParquetWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The ids of a finished file's rows, in their order; and how many they are.
Result<std::vector<std::uint64_t>> read_parquet_ids(const std::string& path);
Result<std::uint64_t> count_parquet_rows(const std::string& path);

}  // namespace bartizan::store
