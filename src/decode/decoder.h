// SPDX-License-Identifier: Apache-2.0
// Format: one kind of log the program can read. A format is one file, src/decode/formats/NAME.cpp, which defines
// `const Format& NAME_format()`; the build lists the folder, and a file without that function does not link.
//
// A log is read in two steps, so that one large file can keep every processor busy. The Cutter, one a log and in order,
// says where the bytes may be cut into pieces that can be read on their own; it should do little. The Decoder, one a thread,
// turns a piece into events. Both are pure: they see bytes only, no file, clock or network; they never throw; bad input
// becomes an Oddity and what is around it is still read; what they give is bounded by the input and base/limits.h.
// The events of a piece are the same whoever decodes it and whatever was decoded before.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "base/time_zone.h"
#include "model/event.h"
#include "model/oddity.h"
#include "model/projection.h"

namespace bartizan {

struct DecodeOptions {
  // Reject what a checksum says is damaged instead of warning. Of the formats, only EVTX has checksums: two a chunk, and the
  // chunk goes as a whole (docs/evtx.md). The others decode as ever.
  bool strict = false;
  bool carve = false;  // look for event records outside of their place, too; read_logs heeds it, not decoders
  const TimeZone* zone = nullptr;  // of times that name none; null: UTC. read_logs heeds it, pieces carry it
  Projection* projection = nullptr;  // null: every field is wanted. Decoders may ignore it
};

struct Piece {
  Bytes bytes;
  std::uint64_t offset = 0;  // of the first byte in the log
  std::string_view context;  // from the cutter: what the piece needs to know of what came before it
  Instant modified;  // when the file was last written; the year of dates that have none. Zero: not known
  const TimeZone* zone = nullptr;  // of times that name none; null: UTC
};

class Cutter {
 public:
  virtual ~Cutter() = default;
  // `buffer` holds what is not cut off yet, from the log's current place on. The answer is how many bytes at its start are
  // a piece (several records, complete); 0 asks for more bytes. With `at_end` or from kPieceBytesMax on, more will not come:
  // the answer must not be 0. Context is asked after cut and concerns the piece just cut.
  virtual std::size_t cut(Bytes buffer, bool at_end) = 0;
  virtual std::string context() const { return {}; }
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Appends the events of the piece; each has its offset, and all that Event says.
  virtual void decode(const Piece& piece, EventBatch& out, OddityList& oddities) = 0;
  // Appends the whole of one event that decode() gave with a projection. False: this decoder does not project.
  virtual bool decode_record(const Piece& piece, std::uint64_t offset, EventBatch& out) {
    (void)piece, (void)offset, (void)out;
    return false;
  }
};

// A record in a form that other tools know, one line unless a value has line breaks.
enum class Rendering { kXml, kJson };
using TakeRecord = std::function<bool(std::string_view record)>;  // false: no more, please

struct Format {
  std::string_view name;     // one word, as in `--format-of`: evtx
  std::string_view title;    // for people: Windows event log
  std::string_view sources;  // which log sources its events declare, for `bartizan formats`
  // How sure one can be by the first kHeadBytes of a log that it has this format: 0 not at all, 100 by a signature. The
  // surest format reads the log; of equally sure ones the first by name.
  int (*recognise)(Bytes head);
  std::unique_ptr<Cutter> (*make_cutter)();
  std::unique_ptr<Decoder> (*make_decoder)(const DecodeOptions& options);
  // Renders the records of a piece; false when no more is wanted. Null: the format has no such forms.
  bool (*render)(const Piece& piece, const DecodeOptions& options, Rendering form, const TakeRecord& take,
                 OddityList& oddities) = nullptr;
  // A small log of this format, for `bartizan formats`: text that the format reads without an oddity. Empty: it is binary.
  std::string_view example = {};
};

inline constexpr std::size_t kHeadBytes = 4096;

// All formats, by name.
std::span<const Format* const> all_formats();
// The format that reads a log beginning with `head`; null when none does.
const Format* recognise_format(Bytes head);

struct FormatScore {
  const Format* format = nullptr;
  int score = 0;
};
// All formats that could read it, surest first; the first is recognise_format's.
std::vector<FormatScore> score_formats(Bytes head);

}  // namespace bartizan
