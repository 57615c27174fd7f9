// SPDX-License-Identifier: Apache-2.0
// `--store DIR` of scan: the store that events and findings go to. One thread.
#pragma once

#include <memory>
#include <string>

#include "app/options.h"
#include "engine/scan.h"
#include "engine/store_tap.h"
#include "store/open_store.h"

namespace bartizan::app {

inline constexpr Option kStoreOption =
    option("Output", "--store", "DIR",
           "keep every event and finding in this store, a folder or clickhouse://HOST, for bartizan hunt "
           "(docs/user/store.md); what it has already is not kept twice");

inline constexpr Option kNoRawOption =
    flag("Output", "--no-raw",
         "with --store: do not keep the bytes of the records, which take as much room as the events; "
         "`bartizan store record` then has nothing to show");

class ScanStore {
 public:
  // Opens the store and has `options` feed it. Null when none was asked for.
  static Result<std::unique_ptr<ScanStore>> open(const std::string& place, const RuleSet& rules,
                                                 ScanOptions& options, bool keeps_raw);
  // Acknowledges everything and says on standard error what was kept. False: the world failed, and that was said.
  bool finish(const Findings& findings);

 private:
  ScanStore() = default;
  std::string place_;  // as messages show it
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<StoreTap> tap_;
};

}  // namespace bartizan::app
