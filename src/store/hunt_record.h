// SPDX-License-Identifier: Apache-2.0
// The record of saved hunts beside the events they asked about: lines that are only ever appended. In a folder they are
// STORE/hunts.jsonl, one write each, under a lock and synced, so runs of several processes and a kill at any moment leave every
// other line whole; in ClickHouse a table `hunt_runs` on the server that the address names first. Any thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace bartizan::store {

Result<void> append_record(const std::string& store, const std::string& line);
// In the order they were appended; a store that was never hunted has none.
Result<void> read_record(const std::string& store, const std::function<void(const std::string&)>& take);

}  // namespace bartizan::store
