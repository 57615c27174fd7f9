// SPDX-License-Identifier: Apache-2.0
// LineDecoder: the decoder of a format in which every line is a record of its own. `read` fills the draft
// event from one line; false means the line is not of this format. Such a line becomes an oddity and stays in
// the events as `message`, with what `read` declared before it gave up, so that nothing is lost and keyword
// rules still see it. The text of a piece is copied once; fields are views of the copy.
#pragma once

#include <memory>
#include <string>

#include "decode/lines.h"
#include "decode/rule_out.h"
#include "decode/written_time.h"

namespace bartizan {

// What a line may need besides itself.
using LinePlace = TimeHints;

// A byte-order mark is no part of the first line.
inline std::string_view without_mark(std::string_view line) {
  return line.starts_with("\xef\xbb\xbf") ? line.substr(3) : line;
}

using ReadLine = bool (*)(std::string_view line, const LinePlace& place, EventBatch& draft);

class LineDecoder final : public Decoder {
 public:
  // `passes_over`: which of the lines that cannot be read are no records at all (titles, explanations).
  LineDecoder(const DecodeOptions& options, ReadLine read, const char* not_read,
              bool (*passes_over)(std::string_view) = nullptr)
      : rule_out_(options.projection), read_(read), not_read_(not_read), passes_over_(passes_over) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    TimeMemo memo;
    const LinePlace place{piece.modified, piece.zone, &memo};
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      const std::uint64_t offset = piece.offset + at;
      out.start().offset = offset;
      if (offset == 0) line = without_mark(line);
      if (line.empty()) return;
      if (!read_(line, place, out)) {
        if (passes_over_ && passes_over_(line)) return;
        const Event declared = out.draft();
        Event& event = out.start();
        event.offset = offset;
        event.product = declared.product, event.category = declared.category,
        event.service = declared.service;
        out.add("message", line);
        oddities.add(not_read_, offset);
      }
      rule_out_.judge(line, out);
      out.commit();
    });
  }

 private:
  RuleOut rule_out_;
  ReadLine read_;
  const char* not_read_;  // one sentence for the oddity
  bool (*passes_over_)(std::string_view);
};

inline std::unique_ptr<Cutter> make_line_cutter() { return std::make_unique<LineCutter>(); }

// How many of the first lines of a log `fits` says yes to, in hundredths: for recognition. The last line of a
// head is cut off somewhere and does not count unless it is the only one. Lines beginning with # do not
// count.
template <class Fits>
int lines_that_fit(Bytes head, Fits fits) {
  constexpr int kLinesLooked = 20;
  int seen = 0, fitting = 0;
  std::string_view text = as_text(head);
  if (text.size() >= kHeadBytes / 2)
    if (const std::size_t last = text.rfind('\n'); last != text.npos) text = text.substr(0, last);
  for_each_line(text, [&](std::string_view line, std::size_t) {
    if (seen == 0) line = without_mark(line);
    if (seen == kLinesLooked || line.empty() || line.front() == '#') return;
    ++seen;
    fitting += fits(line) ? 1 : 0;
  });
  return seen == 0 ? 0 : fitting * 100 / seen;
}

// The same by trying to read the lines.
inline int lines_read(Bytes head, ReadLine read) {
  EventBatch draft;
  return lines_that_fit(head, [&](std::string_view line) {
    draft.clear();
    draft.start();
    return read(line, LinePlace{}, draft);
  });
}

}  // namespace bartizan
