// SPDX-License-Identifier: Apache-2.0
// The shapes of JSON records by which their source is recognised: one table, json_shapes.cpp. A shape says
// which members a record of it has, which log source it declares, and where its time and host are. What the
// fields are called in rules is not here but in content/mapping/. JsonShapes is the table made quick; const
// after construction: any thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decode/json_names.h"

namespace bartizan {

struct JsonShape {
  std::string_view title;
  std::string_view source;  // what it declares: product/category/service; `=a`: the text of member a
  // Members a record must have, as dotted paths. `a|b`: either; `a=x`: and its text begins with x, whatever
  // the case.
  std::array<std::string_view, 4> needs;
  std::array<std::string_view, 4> times;  // most faithful first; then those any record may have
  std::array<std::string_view, 3>
      hosts;  // none: as any record; a web log's `host` is what a client asked for
  JsonNaming naming = JsonNaming::kPath;
  bool is_audit = false;  // several audit records of one event in one object (json_audit.cpp)
  enum class Carries : std::uint8_t { kNothing, kMessage, kEventData, kKernel };
  Carries carries = Carries::kNothing;  // carried_message.h
};

std::span<const JsonShape> json_shapes();
// Whether a table with these columns may be an export of records of a shape: it has what the shape needs. What
// texts a shape asks for only the rows tell.
bool has_names_of_a_json_shape(std::span<const std::string_view> names);
// A column's name without the zone that exports of Log Analytics put behind it: `TimeGenerated [UTC]`.
std::string_view name_without_zone(std::string_view name);

// A Windows header field, and what exporters call it, most faithful first (after JsonNaming::kWindows).
struct JsonHeader {
  enum Which : std::size_t { kEventId, kChannel, kProvider, kComputer, kRecordId, kCount };
  std::string_view name;
  std::array<std::string_view, 7> others;
};

class JsonShapes {
 public:
  using Slots = std::vector<std::uint16_t>;
  using Set = std::array<std::uint64_t, 2>;  // of shapes, a bit each
  struct Need {
    std::uint16_t slot;
    std::string_view begins;  // empty: any text will do
  };
  struct Shape {
    const JsonShape* from;
    std::string_view product, category, service;
    std::vector<std::vector<Need>> needs;  // one of each
    Slots times, hosts;
    std::uint16_t slot_of_product = JsonMark::kNoSlot, slot_of_service = JsonMark::kNoSlot;
  };
  struct Header {
    std::string_view name;
    std::uint16_t slot;
    Slots others;
  };

  JsonShapes();
  JsonShapes(const JsonShapes&) = delete;
  JsonMark mark_of(std::string_view path) const;
  std::size_t slots() const { return slots_; }

  // The shapes whose first need names this slot. A record is compared with those of its members only.
  const Set& begun_by(std::uint16_t slot) const { return begun_by_[slot]; }
  // The first shape of the set whose needs are met: `has(slot)`, and `begins(slot, text)` where a text is
  // asked for. Null: none.
  template <class Has, class Begins>
  const Shape* recognise(const Set& set, Has has, Begins begins) const {
    for (std::size_t word = 0; word < set.size(); ++word)
      for (std::uint64_t bits = set[word]; bits; bits &= bits - 1) {
        const Shape& shape = shapes_[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))];
        if (std::all_of(shape.needs.begin(), shape.needs.end(), [&](const std::vector<Need>& either) {
              return std::any_of(either.begin(), either.end(), [&](const Need& need) {
                return has(need.slot) && (need.begins.empty() || begins(need.slot, need.begins));
              });
            }))
          return &shape;
      }
    return nullptr;
  }

  // Of records of no shape, and where a shape's own names give nothing.
  const Slots& any_times() const { return any_times_; }
  const Slots& any_hosts() const { return any_hosts_; }
  // Of records in the shape of the Windows event log.
  const Slots& windows_times() const { return windows_times_; }
  const std::array<Header, JsonHeader::kCount>& headers() const { return headers_; }
  // Members whose text may be the record itself, as JSON.
  const Slots& inside() const { return inside_; }

 private:
  std::uint16_t slot(std::string_view path);
  template <class Names>
  Slots slots_of(const Names& names);

  std::unordered_map<std::string_view, JsonMark> marks_;
  std::uint16_t slots_ = 0;
  std::vector<Shape> shapes_;
  std::vector<Set> begun_by_;
  Slots any_times_, any_hosts_, windows_times_, inside_;
  std::array<Header, JsonHeader::kCount> headers_;
};

}  // namespace bartizan
