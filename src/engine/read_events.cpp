// SPDX-License-Identifier: Apache-2.0
#include "engine/read_events.h"

#include <map>

#include "base/limits.h"
#include "engine/log_decoders.h"

namespace bartizan {
namespace {

// The oddities of one log after another, as lines of the report.
class OddityNotes {
 public:
  explicit OddityNotes(FileReport& report) : report_(report) {}
  ~OddityNotes() { note(); }
  OddityNotes(const OddityNotes&) = delete;
  OddityNotes& operator=(const OddityNotes&) = delete;

  // True when the piece is the first of its log.
  bool begin(const LogPiece& piece) {
    if (log_ == piece.log) return false;
    note();
    log_ = piece.log;
    return true;
  }
  OddityList& list() { return list_; }

 private:
  void note() {
    report_.oddities_total += list_.total;
    for (const Oddity& oddity : list_.kept)
      if (report_.oddities.size() < limits::kArchiveOdditiesKept)
        report_.oddities.push_back(log_->file + ": at byte " + std::to_string(oddity.offset) + ": " +
                                   oddity.what);
    list_ = {};
  }

  FileReport& report_;
  std::shared_ptr<const Log> log_;
  OddityList list_;
};

}  // namespace

Result<FileReport> read_events(const std::string& path, const DecodeOptions& options,
                               const Deliver& deliver) {
  FileReport report;
  LogDecoders decoders(options);
  {
    OddityNotes oddities(report);
    TRY_VOID(read_logs(path,
                       [&](LogPiece& piece) {
                         (void)oddities.begin(piece);
                         const EventBatch& batch = decoders.decode(piece, oddities.list());
                         report.events += batch.size();
                         return batch.empty() || deliver(batch, piece.log->file);
                       },
                       report, {.carve = options.carve, .zone = options.zone, .capture = {}}));
  }
  return report;
}

Result<FileReport> render_records(const std::string& path, const DecodeOptions& options, Rendering form,
                                  const TakeRecord& take) {
  FileReport report;
  {
    OddityNotes oddities(report);
    TRY_VOID(read_logs(path,
                       [&](LogPiece& piece) {
                         const bool is_first = oddities.begin(piece);
                         if (const auto render = piece.log->format->render)
                           return render(piece.view(), options, form, take, oddities.list());
                         if (is_first)
                           report.errors.push_back(
                               piece.log->file +
                               ": only Windows event logs have an XML form, and the JSON made of it");
                         return true;
                       },
                       report, {.carve = options.carve, .zone = options.zone, .capture = {}}));
  }
  return report;
}

}  // namespace bartizan
