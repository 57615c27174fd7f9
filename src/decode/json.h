// SPDX-License-Identifier: Apache-2.0
// JSON logs: one object a line, pretty-printed objects one after another, or an array of objects. JsonCutter
// finds the next object in a growing buffer; JsonDecoder turns one object into events and recognises the
// shapes Windows events are exported in (evtx_dump, Chainsaw, Winlogbeat and Elasticsearch, Splunk, NXLog,
// Get-WinEvent); anything else becomes dotted paths. Both never throw; what they cannot read is an oddity and
// stays one record. Thread rule: one cutter and one decoder per thread. Cuts are positions in the caller's
// buffer; events own their text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "model/draft_event.h"
#include "model/oddity.h"

namespace bartizan {

bool looks_like_json(Bytes head);

struct JsonCut {
  enum class Kind : std::uint8_t {
    kObject,   // [begin, end) is one object, balanced but not validated
    kSkipped,  // [begin, end) is damage; `why` tells, null where it continues damage already told
    kMore,     // call again with more bytes behind [begin, ...); bytes before `begin` are done with
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::size_t begin = 0, end = 0;  // the next call starts at `end` (at `begin` for kMore)
  const char* why = nullptr;
};

// Keeps its place inside an unfinished object, so each byte is looked at once however the input is cut into
// buffers. After kMore the next call must start at the same byte of the input; the buffer may have moved.
class JsonCutter {
 public:
  explicit JsonCutter(std::size_t object_bytes_max = limits::kPieceBytesMax)
      : object_bytes_max_(object_bytes_max) {}
  JsonCut next(Bytes buffer, std::size_t from, bool end_of_input);

 private:
  enum class Style : std::uint8_t { kUnknown, kOneLine, kIndented, kFlush };
  enum class Line : std::uint8_t { kInside, kNewObject, kNeedsMore };

  JsonCut scan_object(Bytes buffer, std::size_t begin, bool end_of_input);
  JsonCut skip_damage(Bytes buffer, std::size_t begin, const char* why);
  JsonCut finish(JsonCut cut);
  Line judge_line(Bytes buffer, std::size_t begin, std::size_t newline, bool end_of_input);

  std::size_t object_bytes_max_;
  std::size_t scanned_ = 0;  // bytes of the unfinished object already scanned; 0: between objects
  std::size_t depth_ = 0;
  std::size_t column_ = 0;         // blanks before the place reached, when only blanks are there
  std::size_t indent_ = SIZE_MAX;  // of the line the last object began in
  bool line_start_ = true;         // only blanks since the line began
  bool in_string_ = false, escaped_ = false, damaged_ = false;
  std::uint8_t last_ = 0;  // last byte of the object that is neither blank nor in a string
  Style style_ = Style::kUnknown;
};

class JsonDecoder {
 public:
  JsonDecoder();
  ~JsonDecoder();
  JsonDecoder(JsonDecoder&&) noexcept;
  JsonDecoder& operator=(JsonDecoder&&) noexcept;

  // Appends the events of one object: one, or many for wrappers such as CloudTrail's Records.
  void decode(Bytes object, std::uint64_t file_offset, EventBatch& out, OddityList& oddities);

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace bartizan
