// SPDX-License-Identifier: Apache-2.0
// The last resort: lines that begin with a time, of a program nobody taught us. The event is the line; rules
// without a log source, those of applications (content/mapping/application.yml) and searches by word apply. Lines without a time of their own belong to the one
// before (stack traces).
#include <optional>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/json.h"
#include "decode/lines.h"
#include "decode/rule_out.h"
#include "decode/written_time.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

// `2026-03-10 07:30:00`, `[2026-03-10T07:30:00Z]`, `Mar 10 07:30:00`, `10/Mar/2026:07:30:00`, `2026/03/10
// 07:30:00`.
std::optional<Instant> time_at_start(std::string_view line, const TimeHints& hints) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  if (line.starts_with('[')) line.remove_prefix(1);
  std::size_t used = 0;
  auto time = read_iso_time(line, true, hints, used);
  if (!time) time = read_bsd_time(line, hints, used);
  constexpr std::size_t kSlashBytes = 19;
  if (!time && line.size() >= kSlashBytes && line[4] == '/' && line[7] == '/') {
    std::string plain(line.substr(0, kSlashBytes));
    plain[4] = plain[7] = '-';
    time = read_iso_time(plain, true, hints, used);
  }
  // A comma or semicolon behind it makes a table of the file.
  if (time && used < line.size() && (line[used] == ',' || line[used] == ';' || line[used] == '"')) return {};
  return time;
}

class LinesDecoder final : public Decoder {
 public:
  explicit LinesDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList&) override {
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    const std::string_view text = out.keep(as_text(piece.bytes));
    std::size_t begin = 0;
    Instant time;
    auto add = [&](std::size_t end) {
      std::string_view message = text.substr(begin, end - begin);
      while (message.ends_with('\n') || message.ends_with('\r')) message.remove_suffix(1);
      if (message.empty() || add_record(message, time, piece.offset + begin, out)) return;
      Event& event = out.start();
      event.offset = piece.offset + begin;
      event.time = time;
      event.category = "application";
      out.add("message", message);
      rule_out_.judge(message, out);
      out.commit();
    };
    for_each_line(text, [&](std::string_view line, std::size_t at) {
      const auto found = time_at_start(line, hints);
      if (!found) return;
      add(at);
      begin = at, time = *found;
    });
    add(text.size());
  }

 private:
  // `2026-03-10T07:30:00Z {"eventName":…}`, as CloudWatch and log shippers write files. Only a record of a source that is
  // known stands for its line.
  bool add_record(std::string_view line, Instant time, std::uint64_t offset, EventBatch& out) {
    constexpr std::size_t kBeforeBytesMax = 64;
    const std::size_t brace = line.substr(0, kBeforeBytesMax).find(" {\"");
    if (brace == line.npos || !line.ends_with('}')) return false;
    const std::string_view json = line.substr(brace + 1);
    OddityList unused;
    inner_.clear();
    json_.decode(as_bytes(json), json.size(), offset, inner_, unused);
    if (inner_.size() != 1 || (inner_[0].product.empty() && inner_[0].channel.empty())) return false;
    Event& event = start_copy(inner_[0], out);
    if (event.time == Instant{}) event.time = time;
    judge_header(out);
    out.commit();
    return true;
  }

  JsonDecoder json_;
  EventBatch inner_;
  RuleOut rule_out_;
};

// Cuts before the last line with a time.
class TimedLinesCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::string_view text = as_text(buffer);
    for (std::size_t end = text.size(); end > 0;) {
      const std::size_t feed = text.rfind('\n', end - 1);
      if (feed == text.npos) return 0;
      if (text.find('\n', feed + 1) != text.npos && time_at_start(text.substr(feed + 1, 64), {}))
        return feed + 1;
      end = feed;
    }
    return 0;
  }
};

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.find('\0') != text.npos) return 0;
  std::size_t lines = 0, timed = 0;
  bool first = false;
  for_each_line(text, [&](std::string_view line, std::size_t) {
    const bool has_time = time_at_start(line, {}).has_value();
    if (++lines == 1) first = has_time;
    timed += has_time;
  });
  const bool begins_cut = lines >= 4 && timed + 1 == lines;
  return (first && timed * 2 >= lines) || begins_cut ? 10 : 0;
}

}  // namespace

const Format& lines_format() {
  static constexpr Format kFormat{
      "lines",
      "Plain lines that begin with a time",
      "category application",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<TimedLinesCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LinesDecoder>(options);
      },
      nullptr,
      "2026-11-24 08:00:00 the nightly job has finished\n"};
  return kFormat;
}

}  // namespace bartizan
