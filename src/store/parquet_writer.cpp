// SPDX-License-Identifier: Apache-2.0
#include "store/parquet_writer.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "store/column_block.h"
#include "store/durable_file.h"
#include "store/parquet_chunk.h"
#include "store/thrift.h"

namespace bartizan::store {
namespace {

constexpr std::string_view kMagic = "PAR1", kTrailerMagic = "BZID";
// ConvertedType of parquet.thrift
constexpr int kUtf8 = 0, kMap = 1, kTimestampMicros = 10, kUint64 = 14;
constexpr int kRequired = 0, kOptional = 1, kRepeated = 2;

struct SchemaElement {
  std::string_view name;
  int type, repetition, children, converted;  // -1: none
};

std::vector<SchemaElement> schema_of(const std::vector<ParquetColumn>& columns, std::string_view rest_name) {
  const bool has_rest = !rest_name.empty();
  std::vector<SchemaElement> schema{
      {"rows", -1, -1, static_cast<int>(columns.size()) + 2 + (has_rest ? 1 : 0), -1},
      {"time", kInt64, kRequired, -1, kTimestampMicros},
      {"id", kInt64, kRequired, -1, kUint64}};
  for (const ParquetColumn& column : columns) {
    const bool is_text = column.type == ColumnType::kText;
    schema.push_back({column.name, is_text ? kByteArray : kInt64, kOptional, -1, is_text ? kUtf8 : -1});
  }
  if (has_rest) {
    schema.push_back({rest_name, -1, kRequired, 1, kMap});
    schema.push_back({"key_value", -1, kRepeated, 2, -1});
    schema.push_back({"key", kByteArray, kRequired, -1, kUtf8});
    schema.push_back({"value", kByteArray, kOptional, -1, kUtf8});
  }
  return schema;
}

std::int64_t micros_of(Instant time) {
  return time.ticks >= 0 ? time.ticks / 10 : (time.ticks - 9) / 10;  // towards the past
}

struct RowGroup {
  std::vector<Chunk> chunks;
  std::int64_t rows = 0;
};

void append_u64(std::uint64_t value, std::string& out) {
  char bytes[8];
  std::memcpy(bytes, &value, 8);
  out.append(bytes, 8);
}

}  // namespace

class ParquetWriter::Impl {
 public:
  Impl(DurableFile file, std::vector<ParquetColumn> columns, std::string_view rest_name)
      : file_(std::move(file)), columns_(std::move(columns)), rest_name_(rest_name) {
    texts_.resize(columns_.size());
    numbers_.resize(columns_.size());
    out_ = kMagic;
  }

  Result<void> add(const Row& row) {
    times_.add(micros_of(row.time));
    ids_.add(static_cast<std::int64_t>(row.id));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Cell& cell = row.cells[i];
      if (columns_[i].type == ColumnType::kNumber)
        cell.is_null ? numbers_[i].add_null() : numbers_[i].add(cell.number);
      else cell.is_null ? texts_[i].add_null() : texts_[i].add(cell.text);
    }
    if (!rest_name_.empty()) add_rest(row.rest);
    waiting_bytes_ += 64;
    for (const Cell& cell : row.cells) waiting_bytes_ += 4 + cell.text.size();
    if (times_.values.size() >= limits::kStoreRowGroupRows || waiting_bytes_ >= limits::kStoreRowGroupBytes)
      return write_waiting();
    return {};
  }

  Result<void> write_waiting() {
    if (times_.values.empty()) return {};
    RowGroup group;
    group.rows = static_cast<std::int64_t>(times_.values.size());
    ChunkWriter writer(file_.size(), out_);
    group.chunks.push_back(writer.write_numbers({"time"}, times_, true));
    group.chunks.push_back(writer.write_ids({"id"}, ids_));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::vector<std::string> path{std::string(columns_[i].name)};
      group.chunks.push_back(columns_[i].type == ColumnType::kNumber
                                 ? writer.write_numbers(path, numbers_[i], false)
                                 : writer.write_texts(path, texts_[i], columns_[i].is_searched));
    }
    if (!rest_name_.empty()) {
      const std::string rest(rest_name_);
      group.chunks.push_back(writer.write_keys({rest, "key_value", "key"}, keys_, counts_));
      group.chunks.push_back(writer.write_values({rest, "key_value", "value"}, values_, counts_));
    }
    rows_written_ += ids_.values.size();
    groups_.push_back(std::move(group));
    clear_waiting();
    return flush();
  }

  Result<void> finish() {
    TRY_VOID(write_waiting());
    if (groups_.empty()) return {};
    for (const RowGroup& group : groups_) {
      append_u64(static_cast<std::uint64_t>(group.chunks[1].page_at), out_);
      append_u64(static_cast<std::uint64_t>(group.rows), out_);
    }
    append_u64(groups_.size(), out_);
    out_ += kTrailerMagic;
    const std::size_t before = out_.size();
    append_footer();
    const std::uint32_t size = static_cast<std::uint32_t>(out_.size() - before);
    char bytes[4];
    std::memcpy(bytes, &size, 4);
    out_.append(bytes, 4);
    out_ += kMagic;
    TRY_VOID(flush());
    return file_.finish();
  }

  std::size_t rows() const { return rows_written_ + times_.values.size(); }
  std::size_t memory_bytes() const { return waiting_bytes_; }

 private:
  void add_rest(std::span<const NamedText> rest) {
    for (const NamedText& entry : rest) {
      keys_.add(entry.name);
      entry.is_null ? values_.add_null() : values_.add(entry.text);
      waiting_bytes_ += entry.text.size() + 8;
    }
    counts_.push_back(static_cast<std::uint32_t>(rest.size()));
  }

  void clear_waiting() {
    times_.clear(), ids_.clear(), keys_.clear(), values_.clear(), counts_.clear();
    for (TextColumn& column : texts_) column.clear();
    for (NumberColumn& column : numbers_) column.clear();
    waiting_bytes_ = 0;
  }

  Result<void> flush() {
    TRY_VOID(file_.append(out_));
    out_.clear();
    return {};
  }

  void append_footer() {
    ThriftWriter thrift(out_);
    thrift.i32(1, 1);  // version
    const std::vector<SchemaElement> schema = schema_of(columns_, rest_name_);
    thrift.begin_list_of_structs(2, schema.size());
    for (const SchemaElement& element : schema) {
      thrift.begin_item();
      if (element.type >= 0) thrift.i32(1, element.type);
      if (element.repetition >= 0) thrift.i32(3, element.repetition);
      thrift.text(4, element.name);
      if (element.children >= 0) thrift.i32(5, element.children);
      if (element.converted >= 0) thrift.i32(6, element.converted);
      thrift.end_struct();
    }
    thrift.i64(3, static_cast<std::int64_t>(rows()));
    thrift.begin_list_of_structs(4, groups_.size());
    for (const RowGroup& group : groups_) append_group(group, thrift);
    thrift.text(6, "bartizan");
    thrift.end();
  }

  static void append_group(const RowGroup& group, ThriftWriter& thrift) {
    std::int64_t bytes = 0;
    thrift.begin_item();
    thrift.begin_list_of_structs(1, group.chunks.size());
    for (const Chunk& chunk : group.chunks) append_chunk(chunk, thrift), bytes += chunk.plain_bytes;
    thrift.i64(2, bytes);
    thrift.i64(3, group.rows);
    thrift.end_struct();
  }

  DurableFile file_;
  std::vector<ParquetColumn> columns_;
  std::string_view rest_name_;
  std::string out_;  // made and not handed to the file yet
  NumberColumn times_, ids_;
  std::vector<TextColumn> texts_;  // by column; those of numbers stay empty
  std::vector<NumberColumn> numbers_;
  TextColumn keys_;
  PlainColumn values_;
  std::vector<std::uint32_t> counts_;  // of entries, a row
  std::size_t waiting_bytes_ = 0;
  std::size_t rows_written_ = 0;
  std::vector<RowGroup> groups_;
};

ParquetWriter::ParquetWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ParquetWriter::~ParquetWriter() = default;
ParquetWriter::ParquetWriter(ParquetWriter&&) noexcept = default;

Result<ParquetWriter> ParquetWriter::create(std::string path, std::vector<ParquetColumn> columns,
                                            std::string_view rest_name) {
  TRY(DurableFile file, DurableFile::create(std::move(path)));
  return ParquetWriter(std::make_unique<Impl>(std::move(file), std::move(columns), rest_name));
}
Result<void> ParquetWriter::add(const Row& row) { return impl_->add(row); }
std::size_t ParquetWriter::rows() const { return impl_->rows(); }
std::size_t ParquetWriter::memory_bytes() const { return impl_->memory_bytes(); }
Result<void> ParquetWriter::write_waiting() { return impl_->write_waiting(); }
Result<void> ParquetWriter::finish() { return impl_->finish(); }

namespace {

// Where the ids of a row group stand.
struct IdsPlace {
  std::uint64_t at = 0, rows = 0;
};

// From the end: `PAR1`, the size of the footer, the footer, and before it the trailer.
Result<std::vector<IdsPlace>> read_trailer(const ReadFile& file, const std::string& path) {
  const auto broken = [&] { return fail("is no file of this store, or not all of it", path); };
  char end[8], trailer[12];
  if (file.size() < sizeof end || !file.read_at(file.size() - 8, end)) return broken();
  std::uint32_t footer = 0;
  std::memcpy(&footer, end, 4);
  const std::uint64_t trailer_end = file.size() - 8 - std::min<std::uint64_t>(footer, file.size() - 8);
  if (trailer_end < sizeof trailer || !file.read_at(trailer_end - 12, trailer) ||
      std::string_view(trailer + 8, 4) != kTrailerMagic)
    return broken();
  std::uint64_t groups = 0;
  std::memcpy(&groups, trailer, 8);
  if (groups > (trailer_end - 12) / sizeof(IdsPlace)) return broken();
  std::vector<IdsPlace> places(groups);
  if (!file.read_at(trailer_end - 12 - groups * sizeof(IdsPlace),
                    std::span(reinterpret_cast<char*>(places.data()), groups * sizeof(IdsPlace))))
    return broken();
  for (const IdsPlace& place : places)
    if (place.at > file.size() || place.rows > (file.size() - place.at) / 8) return broken();
  return places;
}

}  // namespace

Result<std::vector<std::uint64_t>> read_parquet_ids(const std::string& path) {
  TRY(const ReadFile file, ReadFile::open(path));
  TRY(const std::vector<IdsPlace> places, read_trailer(file, path));
  std::vector<std::uint64_t> ids;
  for (const IdsPlace& place : places) {
    const std::size_t before = ids.size();
    ids.resize(before + place.rows);
    if (!file.read_at(place.at, std::span(reinterpret_cast<char*>(ids.data() + before), place.rows * 8)))
      return fail("cannot be read", path);
  }
  return ids;
}

Result<std::uint64_t> count_parquet_rows(const std::string& path) {
  TRY(const ReadFile file, ReadFile::open(path));
  TRY(const std::vector<IdsPlace> places, read_trailer(file, path));
  std::uint64_t rows = 0;
  for (const IdsPlace& place : places) rows += place.rows;
  return rows;
}

}  // namespace bartizan::store
