// SPDX-License-Identifier: Apache-2.0
// StoreTap: keeps every event of a scan, and the bytes of the records where the store has room for them. Each piece of a log is
// decoded once more, with all of its fields, and appended; that is done by the worker that looks for findings in it. take() may be called by several threads, each with a number of its
// own; finish() afterwards by one. After a failure nothing more is appended and finish() says why; what was acknowledged stays.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "decode/decoder.h"
#include "engine/event_rows.h"
#include "engine/log_decoders.h"
#include "engine/log_reader.h"
#include "engine/observed_numbers.h"
#include "model/findings.h"
#include "store/raw_pieces.h"

namespace bartizan {

class StoreTap {
 public:
  // All must outlive the tap.
  StoreTap(store::Store& store, const LogsourceTable& table, const DecodeOptions& options, bool keeps_raw)
      : store_(store), table_(table), options_(options), keeps_raw_(keeps_raw && store.keeps_raw()) {
    options_.projection = nullptr;
  }

  void take(std::size_t worker, const LogPiece& piece);

  struct Counts {
    store::AppendCounts events, findings;
  };
  // Keeps the findings as well and acknowledges everything.
  Result<Counts> finish(const Findings& findings);

 private:
  struct Worker {
    std::unique_ptr<LogDecoders> decoders;
    std::unique_ptr<EventRows> rows;
    std::unique_ptr<ObservedNumbers> values;
    std::unique_ptr<store::Appender> appender;
    std::unique_ptr<store::Appender> raw_appender;  // with keeps_raw_
    store::RawRows raw;
    std::string failed;
  };
  Worker& worker_at(std::size_t number);
  Result<void> keep(Worker& worker, const LogPiece& piece);
  // `last`: when its last record was.
  Result<void> keep_raw(Worker& worker, const LogPiece& piece, Instant last);
  void flush_workers();

  store::Store& store_;
  const LogsourceTable& table_;
  DecodeOptions options_;
  const bool keeps_raw_;
  std::mutex mutex_;  // guards the map, not the workers
  std::map<std::size_t, Worker> workers_;
};

// A finding as a row of the findings' table; `texts` owns what it views.
store::Row finding_row(const Finding& finding, std::vector<std::string>& texts,
                       std::vector<store::Cell>& cells);

}  // namespace bartizan
