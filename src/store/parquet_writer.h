// SPDX-License-Identifier: Apache-2.0
// ParquetWriter: rows of one table into one Parquet file. It writes what any reader of Parquet knows: one page a column and
// row group, texts in a dictionary where they repeat, Zstandard, least and greatest values, and Bloom filters of columns that
// are searched for one value. The file appears under its name when finish() says so, whole and on the disk, or not at all.
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
#include "store/row.h"

namespace bartizan::store {

enum class ColumnType : std::uint8_t { kText, kNumber };

struct ParquetColumn {
  std::string_view name;
  ColumnType type = ColumnType::kText;
  bool is_searched = false;  // gets a Bloom filter
};

class ParquetWriter {
 public:
  // Columns `time` and `id` come before `columns`, the map `rest_name` after them unless it is empty.
  static Result<ParquetWriter> create(std::string path, std::vector<ParquetColumn> columns,
                                      std::string_view rest_name);
  ~ParquetWriter();
  ParquetWriter(ParquetWriter&&) noexcept;
  ParquetWriter& operator=(ParquetWriter&&) = delete;

  Result<void> add(const Row& row);
  std::size_t rows() const;
  // Held by rows that are not written yet.
  std::size_t memory_bytes() const;
  // Writes the rows that wait as a row group, and so gives their memory back.
  Result<void> write_waiting();
  // All is on the disk under its name. With no rows, no file.
  Result<void> finish();

 private:
  class Impl;
  explicit ParquetWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The ids of a finished file's rows, in their order; and how many they are.
Result<std::vector<std::uint64_t>> read_parquet_ids(const std::string& path);
Result<std::uint64_t> count_parquet_rows(const std::string& path);

}  // namespace bartizan::store
