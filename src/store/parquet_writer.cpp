// SPDX-License-Identifier: Apache-2.0
#include "store/parquet_writer.h"

#include <algorithm>
#include <cstring>

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

std::vector<SchemaElement> schema_of(const TableShape& shape) {
  const bool has_rest = !shape.rest_name.empty();
  std::vector<SchemaElement> schema{
      {"rows", -1, -1, static_cast<int>(shape.columns.size()) + 2 + (has_rest ? 1 : 0), -1},
      {"time", kInt64, kRequired, -1, kTimestampMicros},
      {"id", kInt64, kRequired, -1, kUint64}};
  for (const ParquetColumn& column : shape.columns) {
    schema.push_back({column.name, column.type == ColumnType::kNumber ? kInt64 : kByteArray, kOptional, -1,
                      column.type == ColumnType::kText ? kUtf8 : -1});
  }
  if (has_rest) {
    schema.push_back({shape.rest_name, -1, kRequired, 1, kMap});
    schema.push_back({"key_value", -1, kRepeated, 2, -1});
    schema.push_back({"key", kByteArray, kRequired, -1, kUtf8});
    schema.push_back({"value", kByteArray, kOptional, -1, kUtf8});
  }
  return schema;
}

// Where the ids of a row group stand.
struct IdsPlace {
  std::uint64_t at = 0, rows = 0;
};

void append_u64(std::uint64_t value, std::string& out) {
  char bytes[8];
  std::memcpy(bytes, &value, 8);
  out.append(bytes, 8);
}

}  // namespace

class ParquetWriter::Impl {
 public:
  Impl(DurableFile file, const TableShape& shape) : file_(std::move(file)), shape_(shape) { out_ = kMagic; }

  Result<void> write(const RowBuffer& buffer, RowNumbers rows, ChunkWriter& chunks) {
    std::vector<Chunk> group;
    chunks.start(file_.size(), out_);
    group.push_back(chunks.write_numbers({"time"}, buffer.times(), rows, true));
    group.push_back(chunks.write_ids({"id"}, buffer.ids(), rows));
    for (std::size_t i = 0; i < shape_.columns.size(); ++i) {
      const ParquetColumn& column = shape_.columns[i];
      const std::vector<std::string> path{std::string(column.name)};
      group.push_back(column.type == ColumnType::kNumber
                          ? chunks.write_numbers(path, buffer.numbers(i), rows, false)
                      : column.type == ColumnType::kBytes
                          ? chunks.write_bytes(path, buffer.bytes(i), rows)
                          : chunks.write_texts(path, buffer.texts(i), rows, column.is_searched));
    }
    if (!shape_.rest_name.empty()) {
      const std::string rest(shape_.rest_name);
      group.push_back(chunks.write_keys({rest, "key_value", "key"}, buffer.rest(), rows));
      group.push_back(chunks.write_values({rest, "key_value", "value"}, buffer.rest(), rows));
    }
    note_group(group, rows.size());
    return flush();
  }

  Result<DurableFile> complete() {
    for (const IdsPlace& place : ids_) append_u64(place.at, out_), append_u64(place.rows, out_);
    append_u64(ids_.size(), out_);
    out_ += kTrailerMagic;
    const std::size_t before = out_.size();
    append_footer();
    const std::uint32_t size = static_cast<std::uint32_t>(out_.size() - before);
    char bytes[4];
    std::memcpy(bytes, &size, 4);
    out_.append(bytes, 4);
    out_ += kMagic;
    TRY_VOID(flush());
    return std::move(file_);
  }

  std::size_t rows() const { return rows_; }
  std::size_t memory_bytes() const { return groups_.size() + ids_.size() * sizeof(IdsPlace); }

 private:
  Result<void> flush() {
    TRY_VOID(file_.append(out_));
    out_.clear();
    return {};
  }

  void note_group(const std::vector<Chunk>& chunks, std::size_t rows) {
    std::int64_t bytes = 0;
    ThriftWriter thrift(groups_);
    thrift.begin_item();
    thrift.begin_list_of_structs(1, chunks.size());
    for (const Chunk& chunk : chunks) append_chunk(chunk, thrift), bytes += chunk.plain_bytes;
    thrift.i64(2, bytes);
    thrift.i64(3, static_cast<std::int64_t>(rows));
    thrift.end_struct();
    ids_.push_back({static_cast<std::uint64_t>(chunks[1].page_at), rows});
    rows_ += rows;
  }

  void append_footer() {
    ThriftWriter thrift(out_);
    thrift.i32(1, 1);  // version
    const std::vector<SchemaElement> schema = schema_of(shape_);
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
    thrift.begin_list_of_structs(4, ids_.size());
    out_ += groups_;
    thrift.text(6, "bartizan");
    thrift.end();
  }

  DurableFile file_;
  const TableShape& shape_;
  std::string out_;     // made and not handed to the file yet
  std::string groups_;  // what the footer says of each
  std::vector<IdsPlace> ids_;
  std::size_t rows_ = 0;
};

ParquetWriter::ParquetWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ParquetWriter::~ParquetWriter() = default;
ParquetWriter::ParquetWriter(ParquetWriter&&) noexcept = default;

Result<ParquetWriter> ParquetWriter::create(std::string path, const TableShape& shape) {
  TRY(DurableFile file, DurableFile::create(std::move(path)));
  return ParquetWriter(std::make_unique<Impl>(std::move(file), shape));
}
Result<void> ParquetWriter::write(const RowBuffer& buffer, RowNumbers rows, ChunkWriter& chunks) {
  return impl_->write(buffer, rows, chunks);
}
std::size_t ParquetWriter::rows() const { return impl_->rows(); }
std::size_t ParquetWriter::memory_bytes() const { return impl_->memory_bytes(); }
Result<DurableFile> ParquetWriter::complete() && { return impl_->complete(); }

namespace {

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
