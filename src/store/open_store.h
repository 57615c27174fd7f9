// SPDX-License-Identifier: Apache-2.0
// The store at a place: a folder, or clickhouse://… (clickhouse_address.h).
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace bartizan::store {

// To write: made when it is not there.
Result<std::unique_ptr<Store>> open_store(const std::string& place, Access access);
// The place as messages may show it: without a password.
std::string shown_place(const std::string& place);

}  // namespace bartizan::store
