// SPDX-License-Identifier: Apache-2.0
#include "engine/store_tap.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "base/text.h"
#include "model/jsonl.h"
#include "store/content_hash.h"

namespace bartizan {

StoreTap::Worker& StoreTap::worker_at(std::size_t number) {
  const std::lock_guard lock(mutex_);
  return workers_[number];
}

void StoreTap::take(std::size_t worker, const LogPiece& piece) {
  Worker& mine = worker_at(worker);
  if (!mine.failed.empty()) return;
  if (auto kept = keep(mine, piece); !kept.has_value()) mine.failed = kept.error().text();
}

Result<void> StoreTap::keep(Worker& worker, const LogPiece& piece) {
  if (!worker.appender) {
    TRY(worker.appender, store_.make_appender(store::TableName::kEvents));
    worker.rows = std::make_unique<EventRows>(table_);
    worker.values = std::make_unique<ObservedNumbers>(table_);
  }
  if (!worker.decoders) worker.decoders = std::make_unique<LogDecoders>(options_);
  OddityList oddities;  // the detector reports them
  std::optional<Instant> last;
  for (const Event& event : worker.decoders->decode(piece, oddities)) {
    last = std::max(last.value_or(event.time), event.time);
    store::Row row = worker.rows->make(event, piece.log->file);
    row.values = worker.values->read(event);
    TRY_VOID(worker.appender->append({&row, 1}));
  }
  return keeps_raw_ && last ? keep_raw(worker, piece, *last) : Result<void>();
}

Result<void> StoreTap::keep_raw(Worker& worker, const LogPiece& piece, Instant last) {
  if (!worker.raw_appender) {
    TRY(worker.raw_appender, store_.make_appender(store::TableName::kRaw));
  }
  const Log& log = *piece.log;
  const store::Row row = worker.raw.make(
      {log.file, log.format->name, piece.context, piece.offset, log.modified}, piece.view().bytes, last);
  return worker.raw_appender->append({&row, 1});
}

void StoreTap::flush_workers() {
  std::vector<std::jthread> threads;
  for (auto& [number, worker] : workers_)
    threads.emplace_back([&worker] {
      for (store::Appender* appender : {worker.raw_appender.get(), worker.appender.get()}) {
        if (!worker.failed.empty() || !appender) continue;
        if (auto flushed = appender->flush(); !flushed.has_value()) worker.failed = flushed.error().text();
      }
    });
}

Result<StoreTap::Counts> StoreTap::finish(const Findings& findings) {
  Counts counts;
  std::string failed;
  flush_workers();
  for (auto& [number, worker] : workers_) {
    if (failed.empty()) failed = worker.failed;
    if (!worker.appender) continue;
    counts.events.added += worker.appender->counts().added;
    counts.events.known += worker.appender->counts().known;
  }
  if (!failed.empty()) return fail(failed);
  TRY(const std::unique_ptr<store::Appender> appender, store_.make_appender(store::TableName::kFindings));
  std::vector<std::string> texts;
  std::vector<store::Cell> cells;
  Result<void> appended;
  findings.for_each([&](const Finding& finding) {
    if (!appended.has_value()) return;
    const store::Row row = finding_row(finding, texts, cells);
    appended = appender->append({&row, 1});
  });
  TRY_VOID(std::move(appended));
  TRY_VOID(appender->flush());
  counts.findings = appender->counts();
  return counts;
}

store::Row finding_row(const Finding& finding, std::vector<std::string>& texts,
                       std::vector<store::Cell>& cells) {
  std::string entities, json;
  for (const Entity& entity : finding.entities)
    entities += (entities.empty() ? "" : "\n") + entity.type + " " + entity.value;
  append_finding_json(finding, json);
  texts = {finding.id,
           finding.rule_id,
           finding.rule_title,
           level_name(finding.level),
           finding.host,
           finding.channel,
           finding.record_id,
           finding.file,
           joined(finding.attack, " "),
           joined(finding.advisory, " "),
           std::move(entities),
           std::move(json)};
  cells.clear();
  for (const std::string& text : texts) {
    cells.emplace_back(std::string_view(text));
    if (cells.size() == 6) cells.emplace_back(std::int64_t{finding.event_id});
  }
  return {finding.time, store::content_hash(finding.id), cells, {}};
}

}  // namespace bartizan
