// SPDX-License-Identifier: Apache-2.0
#include "store/open_store.h"

#include "store/clickhouse_store.h"
#include "store/parquet_store.h"

namespace bartizan::store {

Result<std::unique_ptr<Store>> open_store(const std::string& place, Access access) {
  if (is_clickhouse_address(place)) {
    TRY(const ClickHouseAddress address, parse_clickhouse_address(place));
    return ClickHouseStore::open(address, access);
  }
  return ParquetStore::open(place, access);
}

std::string shown_place(const std::string& place) {
  if (!is_clickhouse_address(place)) return place;
  const auto address = parse_clickhouse_address(place);
  return address.has_value() ? address->text() : "a store in ClickHouse";
}

}  // namespace bartizan::store
