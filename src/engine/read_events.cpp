// SPDX-License-Identifier: Apache-2.0
#include "engine/read_events.h"

#include <map>

#include "base/limits.h"

namespace bartizan {

Result<FileReport> read_events(const std::string& path, const DecodeOptions& options, const Deliver& deliver) {
  FileReport report;
  std::map<const Format*, std::unique_ptr<Decoder>> decoders;
  EventBatch batch;
  std::shared_ptr<const Log> log;
  OddityList oddities;  // of `log`
  auto note_oddities = [&] {
    report.oddities_total += oddities.total;
    for (const Oddity& oddity : oddities.kept)
      if (report.oddities.size() < limits::kArchiveOdditiesKept)
        report.oddities.push_back(log->file + ": at byte " + std::to_string(oddity.offset) + ": " + oddity.what);
    oddities = {};
  };
  TRY_VOID(read_logs(path, [&](LogPiece& piece) {
    if (log != piece.log) note_oddities(), log = piece.log;
    auto& decoder = decoders[log->format];
    if (!decoder) decoder = log->format->make_decoder(options);
    batch.clear();
    decoder->decode(piece.view(), batch, oddities);
    report.events += batch.size();
    return batch.empty() || deliver(batch, log->file);
  }, report));
  note_oddities();
  return report;
}

}  // namespace bartizan
