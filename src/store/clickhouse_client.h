// SPDX-License-Identifier: Apache-2.0
// ClickHouseClient: one HTTP connection to a ClickHouse server, to the next of its cluster when that cannot be reached. No
// proxy, no redirection; user and password go in a header and stand in no message. One thread; owns its connection.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/clickhouse_address.h"

namespace bartizan::store {

struct ClickHouseRequest {
  std::string sql;
  std::string_view rows = {};               // behind the statement, when it is an INSERT
  std::span<const std::uint64_t> ids = {};  // a table `ids (id UInt64)` for this question
  std::vector<std::pair<std::string, std::string>> settings = {};  // `readonly` last: it forbids the others
  std::string query_id = {};
  int seconds = 600;                                // then the connection is given up
  std::function<bool(std::string_view)> take = {};  // the answer, in pieces; false: no more, please
  std::function<bool()> go_on = {};                 // asked every second; false: give up
};

// How an exchange ended.
struct ClickHouseReply {
  bool is_done = false;  // the server did it, and its answer came whole or as far as it was taken
  bool is_temporary =
      false;     // may go well when it is tried again; without is_done, it may have been done nevertheless
  int code = 0;  // of the server's exception, 0: none came
  Error error;
};

class ClickHouseClient {
 public:
  explicit ClickHouseClient(ClickHouseAddress address);
  ~ClickHouseClient();
  ClickHouseClient(ClickHouseClient&&) noexcept;
  ClickHouseClient& operator=(ClickHouseClient&&) noexcept;

  const ClickHouseAddress& address() const { return address_; }
  ClickHouseReply exchange(const ClickHouseRequest& request);
  // Once; an error is an error.
  Result<void> run(const ClickHouseRequest& request);
  // Tab-separated, all of it; for small answers.
  Result<std::string> answer_of(const std::string& sql);
  // The place in address().servers that is asked first from now on.
  void use_server(std::size_t server) { server_ = server; }

 private:
  class Connection;
  ClickHouseAddress address_;
  std::size_t server_ = 0;
  std::unique_ptr<Connection> connection_;
};

}  // namespace bartizan::store
