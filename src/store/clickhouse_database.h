// SPDX-License-Identifier: Apache-2.0
// Questions over a store in ClickHouse; see database.h.
#pragma once

#include "store/clickhouse_address.h"
#include "store/database.h"

namespace bartizan::store {

Result<std::unique_ptr<Database>> open_clickhouse(const std::string& place, const DatabaseOptions& options);

}  // namespace bartizan::store
