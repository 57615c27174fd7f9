// SPDX-License-Identifier: Apache-2.0
// JSON logs: one object a line, pretty-printed objects one after another, or an array of objects. JsonCutter
// finds the next object in a growing buffer; JsonDecoder turns one object into events and recognises the
// shapes Windows events are exported in (evtx_dump, Chainsaw, Winlogbeat and Elasticsearch, Splunk, NXLog,
// Get-WinEvent) and those of json_shapes.cpp; anything else becomes dotted paths. Both never throw; what they
// cannot read is an oddity and stays one record. Thread rule: one cutter and one decoder per thread. Cuts are
// positions in the caller's buffer; field names of events live as long as their decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/time_zone.h"
#include "model/event.h"
#include "model/oddity.h"
#include "model/projection.h"

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
  // Whether the next byte begins a line between objects; a caller that then reads whole lines itself says so
  // by begin_line().
  bool at_line_start() const { return line_start_ && column_ == 0 && scanned_ == 0 && !damaged_; }
  void begin_line() { line_start_ = true, column_ = 0; }

 private:
  enum class Style : std::uint8_t { kUnknown, kOneLine, kIndented, kFlush };
  enum class Line : std::uint8_t { kInside, kNewObject, kNeedsMore };

  JsonCut scan_object(Bytes buffer, std::size_t begin, bool end_of_input);
  bool opens(std::uint8_t c);
  bool closes(std::uint8_t c);
  JsonCut broken(Bytes buffer, std::size_t begin, std::size_t end, const char* why);
  JsonCut skip_damage(Bytes buffer, std::size_t begin, std::size_t from, const char* why);
  JsonCut finish(JsonCut cut);
  Line judge_line(Bytes buffer, std::size_t begin, std::size_t newline, bool end_of_input);

  std::size_t object_bytes_max_;
  std::size_t scanned_ = 0;  // bytes of the unfinished object already scanned; 0: between objects
  std::size_t depth_ = 0;
  std::size_t column_ = 0;         // blanks before the place reached, when only blanks are there
  std::size_t indent_ = SIZE_MAX;  // of the line the last object began in
  bool line_start_ = true;         // only blanks since the line began
  bool in_string_ = false, escaped_ = false, damaged_ = false;
  bool in_list_ = false;          // the object is an item of a list, with others behind it on the line
  std::size_t string_begin_ = 0;  // of the last string, from the start of the object
  std::uint64_t lists_ = 0;       // which of the innermost 64 open brackets are [
  std::uint8_t item_ = 0;         // while skipping: how much of `},{` is there
  bool to_item_ = false;          // while skipping: the next item of the list will do
  unsigned restarts_ = 0;         // on this line, inside an item that has no end
  std::uint8_t last_ = 0;  // last byte of the object that is neither blank nor in a string; " after one
  Style style_ = Style::kUnknown;
};

class JsonDecoder {
 public:
  // With a projection, records of which an object holds one are emitted as it says; several in one object are
  // whole.
  explicit JsonDecoder(Projection* projection = nullptr);
  ~JsonDecoder();
  JsonDecoder(JsonDecoder&&) noexcept;
  JsonDecoder& operator=(JsonDecoder&&) noexcept;

  // Of times that name none, from now on; null: UTC.
  void set_zone(const TimeZone* zone);
  // Appends the events of one object: one, or many for wrappers such as CloudTrail's Records. `readable`
  // bytes may be read from its start on; some more than its size save a copy.
  void decode(Bytes object, std::size_t readable, std::uint64_t file_offset, EventBatch& out,
              OddityList& oddities);
  // The same for a line that probably holds one object and nothing else; false, and nothing told, when it
  // does not.
  bool decode_line(Bytes line, std::size_t readable, std::uint64_t file_offset, EventBatch& out,
                   OddityList& oddities);
  // The same without the projection, for an object decoded before.
  void decode_whole(Bytes object, std::uint64_t file_offset, EventBatch& out);

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace bartizan
