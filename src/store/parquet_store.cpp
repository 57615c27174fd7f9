// SPDX-License-Identifier: Apache-2.0
#include "store/parquet_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>

#include "base/limits.h"
#include "store/answer_row.h"
#include "store/database.h"
#include "store/durable_file.h"
#include "store/parquet_writer.h"
#include "store/retention.h"
#include "store/value_summary.h"

namespace bartizan::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMark = "bartizan-store";  // holds the version of the layout
constexpr std::string_view kVersion = "1\n";

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::string table_folder(const std::string& folder, TableName table) {
  return folder + "/" + std::string(shape_of(table).name);
}

Result<void> write_mark(const std::string& folder) {
  TRY(DurableFile mark, DurableFile::create(folder + "/" + std::string(kMark)));
  TRY_VOID(mark.append(kVersion));
  return mark.finish();
}

Result<void> check_mark(const std::string& folder) {
  auto mark = ReadFile::open(folder + "/" + std::string(kMark));
  if (!mark.has_value()) return fail("is no store; `bartizan scan --store` makes one", folder);
  char version[2] = {};
  if (!mark->read_at(0, version) || std::string_view(version, 2) != kVersion)
    return fail("is a store of another version of Bartizan", folder);
  return {};
}

// A new folder, or one that is empty, becomes a store; one with other things in it does not.
Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(error.message(), folder);
  if (fs::exists(folder + "/" + std::string(kMark), error)) return check_mark(folder);
  for (const std::string& name : names_in(folder))
    if (name != "lock" && !name.ends_with(kPartialEnding))
      return fail("holds other files and is no store", folder);
  return write_mark(folder);
}

std::uint64_t number_of(const std::string& name) {
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

}  // namespace

std::vector<std::string> parquet_files(const std::string& folder, TableName table,
                                       const std::string& first_day, const std::string& last_day) {
  std::vector<std::string> files;
  const std::string below = table_folder(folder, table);
  for (const std::string& day : names_in(below)) {
    if (day < first_day || (!last_day.empty() && day > last_day)) continue;
    for (const std::string& name : names_in(below + "/" + day))
      if (name.ends_with(".parquet")) files.push_back(below + "/" + day + "/" + name);
  }
  return files;
}

// Rows of all days wait in one buffer; when it is full, those of each day become a row group of its file.
class ParquetStore::ParquetAppender final : public Appender {
 public:
  ParquetAppender(ParquetStore& store, TableName table)
      : store_(store), table_(table), waiting_(shape_of(table)) {}
  ~ParquetAppender() override { store_.files_open_ -= open_; }

  Result<void> append(std::span<const Row> rows) override {
    if (!failed_.empty()) return fail(failed_);
    return note(append_all(rows));
  }

  Result<void> flush() override {
    if (!failed_.empty()) return fail(failed_);
    return note(finish_all());
  }

  AppendCounts counts() const override { return counts_; }

 private:
  struct Day {
    std::string name, path;
    KnownIds::Day* known = nullptr;
    std::vector<std::uint32_t> rows = {};  // in the buffer
    std::optional<ParquetWriter> writer = std::nullopt;
    std::optional<ValueCollector> values = std::nullopt;  // while all rows of the file have them

    std::size_t file_rows() const { return rows.size() + (writer ? writer->rows() : 0); }
  };

  Result<void> append_all(std::span<const Row> rows) {
    for (const Row& row : rows) {
      TRY(Day* const day, day_at(row.time));
      const bool is_new = day->known->insert(row.id);
      ++(is_new ? counts_.added : counts_.known);
      if (!is_new) continue;
      note_values(*day, row);
      day->rows.push_back(static_cast<std::uint32_t>(waiting_.rows()));
      waiting_.add(row);
      if (waiting_.rows() >= limits::kStoreRowGroupRows ||
          waiting_.memory_bytes() >= shape_of(table_).waiting_bytes)
        TRY_VOID(write_waiting());
    }
    return {};
  }

  void note_values(Day& day, const Row& row) {
    if (table_ == TableName::kEvents && day.file_rows() == 0) day.values.emplace();
    if (!day.values) return;
    if (!row.values) {
      values_ -= day.values->size();
      return day.values.reset();
    }
    const std::size_t before = day.values->size();
    for (const std::uint64_t number : *row.values) day.values->add(number, day.file_rows());
    values_ += day.values->size() - before;
  }

  // Most rows are of the day of the one before.
  Result<Day*> day_at(Instant time) {
    const std::int64_t number = time.ticks / (86'400 * kTicksPerSecond);
    if (last_ && time.ticks >= 0 && number == last_number_) return last_;
    std::string name = day_of(time);
    Day& day = days_[name];
    if (!day.known) {
      TRY(day.known, store_.known(table_).at(name));
      day.name = std::move(name);
    }
    last_ = &day, last_number_ = number;
    return last_;
  }

  // Days with few rows wait on, for a row group costs some kilobytes; unless they are most of what waits.
  Result<void> write_waiting() {
    std::size_t memory = values_ * ValueCollector::kBytesEach, few = 0;
    for (const auto& [name, day] : days_)
      if (day.rows.size() < limits::kStoreRowGroupRowsMin) few += day.rows.size();
    const bool writes_all = few * 4 > waiting_.rows() * 3;
    for (auto& [name, day] : days_) {
      if (writes_all || day.rows.size() >= limits::kStoreRowGroupRowsMin) TRY_VOID(write_rows(day));
      if (day.writer) memory += day.writer->memory_bytes();
      if (day.file_rows() >= limits::kStoreFileRows) TRY_VOID(complete(day));
    }
    forget_written_rows();
    const bool is_much = memory > limits::kStoreOpenBytes || store_.files_open_ > limits::kStoreFilesOpenMax;
    return is_much ? finish_all() : finish_files();
  }

  void forget_written_rows() {
    RowBuffer left(shape_of(table_));
    for (auto& [name, day] : days_)
      for (std::uint32_t& row : day.rows) {
        const auto number = static_cast<std::uint32_t>(left.rows());
        left.add_from(waiting_, row);
        row = number;
      }
    waiting_ = std::move(left);
  }

  Result<void> write_rows(Day& day) {
    if (day.rows.empty()) return {};
    if (!day.writer) {
      TRY(day.path, store_.next_path(table_, day.name));
      TRY(ParquetWriter writer, ParquetWriter::create(day.path, shape_of(table_)));
      day.writer.emplace(std::move(writer));
      ++open_, ++store_.files_open_;
    }
    TRY_VOID(day.writer->write(waiting_, day.rows, chunks_));
    day.rows.clear();
    return {};
  }

  // What is left of the day's file is done by finish_files().
  Result<void> complete(Day& day) {
    TRY_VOID(write_rows(day));
    if (!day.writer) return {};
    TRY(DurableFile file, std::move(*std::exchange(day.writer, std::nullopt)).complete());
    --open_, --store_.files_open_;
    complete_.push_back(std::move(file));
    if (day.values) {
      const ValueCollector values = *std::exchange(day.values, std::nullopt);
      values_ -= values.size();
      TRY(DurableFile summary, values.summary().prepare(summary_path(day.path)));
      complete_.push_back(std::move(summary));
    }
    return complete_.size() >= limits::kStoreFilesAtOnce ? finish_files() : Result<void>();
  }

  Result<void> finish_files() {
    TRY_VOID(DurableFile::finish(complete_));
    complete_.clear();
    return {};
  }

  Result<void> finish_all() {
    for (auto& [name, day] : days_) TRY_VOID(complete(day));
    days_.clear();
    waiting_.clear();
    last_ = nullptr;
    return finish_files();
  }

  Result<void> note(Result<void> done) {
    if (!done.has_value())
      failed_ = done.error().text(), days_.clear(), complete_.clear(), waiting_.clear(), last_ = nullptr;
    return done;
  }

  ParquetStore& store_;
  TableName table_;
  RowBuffer waiting_;
  ChunkWriter chunks_;
  std::map<std::string, Day> days_;
  Day* last_ = nullptr;
  std::int64_t last_number_ = 0;
  std::size_t open_ = 0;    // of the days' files
  std::size_t values_ = 0;  // of all of them
  std::vector<DurableFile> complete_;
  AppendCounts counts_;
  std::string failed_;  // why nothing more is taken; empty: all is well
};

ParquetStore::ParquetStore(std::string folder, int lock)
    : folder_(std::move(folder)),
      lock_(lock),
      known_{ids_of(TableName::kEvents), ids_of(TableName::kFindings), ids_of(TableName::kRaw)} {}

KnownIds ParquetStore::ids_of(TableName table) {
  return KnownIds([this, table](const std::string& day, std::vector<std::uint64_t>& ids) {
    return load_ids(table, day, ids);
  });
}

ParquetStore::~ParquetStore() {
  if (lock_ >= 0) ::close(lock_);
}

Result<std::unique_ptr<ParquetStore>> ParquetStore::open(const std::string& folder, Access access) {
  if (access == Access::kRead) {
    TRY_VOID(check_mark(folder));
    return std::unique_ptr<ParquetStore>(new ParquetStore(folder, -1));
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(error.message(), folder);
  const std::string path = folder + "/lock";
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock < 0) return fail(std::strerror(errno), path);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail("another process writes to this store", folder);
  }
  std::unique_ptr<ParquetStore> store(new ParquetStore(folder, lock));
  TRY_VOID(make_folder(folder));
  std::uint64_t last = 0;
  for (const TableName table : kTables)
    for (const std::string& day : names_in(table_folder(folder, table)))
      for (const std::string& name : names_in(table_folder(folder, table) + "/" + day)) {
        last = std::max(last, number_of(name));
        if (name.ends_with(kPartialEnding))
          fs::remove(table_folder(folder, table) + "/" + day + "/" + name, error);
      }
  store->next_number_ = last + 1;
  return store;
}

Result<std::unique_ptr<Appender>> ParquetStore::make_appender(TableName table) {
  if (lock_ < 0) return fail("the store is open to read only", folder_);
  return std::make_unique<ParquetAppender>(*this, table);
}

Result<std::string> ParquetStore::next_path(TableName table, const std::string& day) {
  const std::string below = table_folder(folder_, table) + "/" + day;
  std::error_code error;
  if (fs::create_directories(below, error)) {
    TRY_VOID(sync_folder(table_folder(folder_, table)));
    TRY_VOID(sync_folder(folder_));
  }
  if (error) return fail(error.message(), below);
  std::string number = std::to_string(next_number_++);
  if (number.size() < 8) number.insert(0, 8 - number.size(), '0');
  return below + "/" + number + ".parquet";
}

Result<void> ParquetStore::load_ids(TableName table, const std::string& day,
                                    std::vector<std::uint64_t>& ids) const {
  for (const std::string& file : parquet_files(folder_, table, day, day)) {
    TRY(const std::vector<std::uint64_t> more, read_parquet_ids(file));
    ids.insert(ids.end(), more.begin(), more.end());
  }
  return {};
}

Result<std::vector<DayUse>> ParquetStore::days(TableName table) {
  std::map<std::string, DayUse> uses;
  for (const std::string& file : parquet_files(folder_, table)) {
    const std::string day = fs::path(file).parent_path().filename().string();
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file, error);
    if (error) continue;  // pruned meanwhile
    TRY(const std::uint64_t rows, count_parquet_rows(file));
    DayUse& use = uses[day];
    use.day = day, use.rows += rows, use.bytes += bytes;
    if (const std::uintmax_t more = fs::file_size(summary_path(file), error); !error) use.bytes += more;
  }
  std::vector<DayUse> out;
  for (auto& [day, use] : uses) out.push_back(std::move(use));
  return out;
}

Result<std::vector<std::string>> ParquetStore::prune(const Retention& retention, Instant now) {
  if (lock_ < 0) return fail("the store is open to read only", folder_);
  std::vector<DayUse> uses;
  for (const TableName table : kTables) {
    TRY(const std::vector<DayUse> more, days(table));
    uses.insert(uses.end(), more.begin(), more.end());
  }
  std::vector<std::string> gone = days_to_remove(uses, retention, now);
  for (const TableName table : kTables)
    for (const std::string& day : gone) {
      std::error_code error;
      fs::remove_all(table_folder(folder_, table) + "/" + day, error);
      if (error) return fail(error.message(), table_folder(folder_, table) + "/" + day);
    }
  return gone;
}

namespace {

std::string scan_sql(const TableShape& shape) {
  std::string sql = "SELECT epoch_us(time), id";
  for (const ParquetColumn& column : shape.columns) sql += ", " + std::string(column.name);
  if (!shape.rest_name.empty())
    sql += ", array_to_string(list_transform(map_entries(" + std::string(shape.rest_name) +
           "), lambda e: e.key || chr(31) || coalesce('=' || e.value, '')), chr(30))";
  return sql + " FROM " + std::string(shape.name);
}

}  // namespace

Result<void> ParquetStore::scan(TableName table, const std::string& first_day, const std::string& last_day,
                                const TakeRow& take) {
  const TableShape& shape = shape_of(table);
  std::string day_before;
  for (const std::string& file : parquet_files(folder_, table, first_day, last_day)) {
    const std::string day = fs::path(file).parent_path().filename().string();
    if (day == day_before) continue;
    day_before = day;
    DatabaseOptions options{.budget = {.rows_max = UINT32_MAX}, .first_day = day, .last_day = day};
    TRY(const std::unique_ptr<Database> database, Database::open(folder_, options));
    std::vector<Cell> cells;
    std::vector<NamedText> rest;
    bool going = true;
    QueryReceiver receiver;
    receiver.row = [&](std::span<const Cell> answer) {
      Row row;
      read_answer_row(answer, shape, cells, rest, row);
      return going = take(row);
    };
    TRY_VOID(database->query(scan_sql(shape), receiver));
    if (!going) break;
  }
  return {};
}

}  // namespace bartizan::store
