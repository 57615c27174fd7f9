// SPDX-License-Identifier: Apache-2.0
#include "store/hunt_record.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

#include "base/descriptor.h"
#include "base/json.h"
#include "store/clickhouse_answer.h"
#include "store/clickhouse_client.h"

namespace bartizan::store {
namespace {

constexpr const char* kFile = "/hunts.jsonl";

// What a run that was killed left without its end must not swallow the next line.
Result<bool> ends_with_line(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  char last = '\n';
  if (size < 0 || (size > 0 && ::pread(file, &last, 1, size - 1) != 1)) return fail(std::strerror(errno));
  return last == '\n';
}

Result<void> append_to_file(const std::string& path, const std::string& text) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (file.number() < 0 || ::flock(file.number(), LOCK_EX) != 0) return fail(std::strerror(errno), path);
  auto is_whole = ends_with_line(file.number());
  if (!is_whole.has_value()) return fail(is_whole.error().message, path);
  const std::string line = (*is_whole ? "" : "\n") + text + "\n";
  const ssize_t written = ::write(file.number(), line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()))
    return fail(written < 0 ? std::strerror(errno) : std::strerror(ENOSPC), path);
  if (::fsync(file.number()) != 0) return fail(std::strerror(errno), path);
  return {};
}

Result<void> read_file(const std::string& path, const std::function<void(const std::string&)>& take) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 && errno == ENOENT) return {};
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(std::strerror(errno), path);
  for (std::string line; std::getline(file, line);) take(line);
  if (file.bad()) return fail(std::strerror(errno), path);
  return {};
}

Result<void> append_to_server(const std::string& place, const std::string& line) {
  TRY(const ClickHouseAddress address, parse_clickhouse_address(place));
  ClickHouseClient client(address);
  TRY_VOID(client.answer_of(
      "CREATE TABLE IF NOT EXISTS hunt_runs (`microseconds` Int64, `line` String) ENGINE = MergeTree() "
      "PARTITION BY tuple() ORDER BY microseconds"));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string row = "{\"microseconds\":" +
                    std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()) +
                    ",\"line\":";
  JsonWriter(row).text(line);
  row += "}\n";
  return client.run({.sql = "INSERT INTO hunt_runs (microseconds, line) FORMAT JSONEachRow",
                     .rows = row,
                     .settings = {{"database", address.database}}});
}

Result<void> read_server(const std::string& place, const std::function<void(const std::string&)>& take) {
  TRY(const ClickHouseAddress address, parse_clickhouse_address(place));
  ClickHouseClient client(address);
  TRY(const std::string known, client.answer_of("EXISTS TABLE hunt_runs"));
  if (!known.starts_with('1')) return {};
  QueryReceiver receiver;
  receiver.row = [&](std::span<const Cell> cells) { return take(std::string(cells[0].text)), true; };
  ClickHouseAnswer answer(receiver, UINT64_MAX);
  TRY_VOID(client.run(
      {.sql = "SELECT line FROM hunt_runs ORDER BY microseconds" + std::string(kClickHouseAnswerFormat),
       .settings = {{"database", address.database}},
       .take = [&](std::string_view piece) { return answer.take(piece); }}));
  if (!answer.problem().empty()) return fail(answer.problem(), address.text());
  return {};
}

}  // namespace

Result<void> append_record(const std::string& store, const std::string& line) {
  return is_clickhouse_address(store) ? append_to_server(store, line) : append_to_file(store + kFile, line);
}

Result<void> read_record(const std::string& store, const std::function<void(const std::string&)>& take) {
  return is_clickhouse_address(store) ? read_server(store, take) : read_file(store + kFile, take);
}

}  // namespace bartizan::store
