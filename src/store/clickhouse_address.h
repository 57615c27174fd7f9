// SPDX-License-Identifier: Apache-2.0
// Where a store in ClickHouse is: clickhouse://[USER[:PASSWORD]@]HOST[:PORT][,HOST…][/DATABASE][?cluster=NAME&tls=1]. Ports are
// those of the HTTP interface. Several servers are the shards of one cluster. Values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bartizan::store {

struct ClickHouseAddress {
  struct Server {
    std::string host;  // an IPv6 address in brackets
    std::uint16_t port = 0;
  };
  std::vector<Server> servers;  // at least one
  std::string database = "bartizan";
  std::string cluster;         // of the server's configuration; empty: one server has all
  std::string user, password;  // of the address, else BARTIZAN_CLICKHOUSE_USER and …_PASSWORD
  bool is_tls = false;

  // For messages: neither user nor password.
  std::string text() const;
};

bool is_clickhouse_address(std::string_view store);
Result<ClickHouseAddress> parse_clickhouse_address(std::string_view store);

}  // namespace bartizan::store
