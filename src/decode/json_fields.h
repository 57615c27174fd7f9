// SPDX-License-Identifier: Apache-2.0
// JsonFields: from a parsed JSON object to one event. read() walks the object once and notes its values by
// name; emit() recognises the shape, makes the header, and puts what is wanted into a batch. Private to
// decode/json. The parsed objects must stay until emit(); recursion is bounded by limits::kJsonDepthMax.
// Nothing is allocated once the names are known. One thread.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time_zone.h"
#include "decode/json_names.h"
#include "decode/json_shapes.h"
#include "model/event.h"
#include "model/oddity.h"
#include "model/projection.h"

namespace bartizan {

class JsonFields {
 public:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;

  JsonFields();
  void begin(std::uint64_t offset, EventBatch& out, OddityList& oddities);

  // False: a member was met that may hold the record or several (JsonMark::wraps), and nothing is to be kept
  // of this walk. Without `may_wrap` such members are read as any other.
  bool read(const Object& root, bool may_wrap);
  // The `Event` object of the Windows event log as dump tools write it.
  void read_windows_event(const Object& event);
  // EvtxECmd's `Payload`, which holds the EventData or UserData of an event. False: it is something else.
  bool read_payload(const Object& payload);
  void set_zone(const TimeZone* zone) { zone_ = zone; }
  // The text of a member that may itself be the record as JSON; empty when there is none.
  std::string_view inside() const;

  // False when no field was read. With a projection only what it wants is emitted, unless the record makes
  // several events.
  bool emit(Projection* projection);

 private:
  struct Leaf {
    JsonName* name;
    Element value;
  };
  // What is known of a slot in the present record.
  struct Seen {
    static constexpr std::uint32_t kNone = UINT32_MAX;
    std::uint32_t round = 0;  // of the record; another: not seen
    std::uint32_t count = 0, nulls = 0;
    std::uint32_t first = kNone, filled = kNone;  // leaves: the first, and the first that is not empty
  };
  struct Kind {
    const Columns* columns = nullptr;
    std::vector<std::uint16_t> column_of;  // by JsonName::id
  };
  struct Header {
    std::string_view text;
    std::uint32_t alias = Seen::kNone;  // the leaf that the field is added from
  };

  void flatten(JsonName& name, const Element& value, std::size_t depth);
  bool flatten_members(JsonName& name, const Object& object, std::size_t depth, bool may_wrap);
  void read_pair(const Element& item, std::size_t depth);
  void read_system(const Object& system);
  void read_data(JsonName& name, const Element& value, std::size_t depth);
  void add(JsonName& name, const Element& value);
  void note(JsonNaming naming, const JsonMark& mark, const Element& value);
  void note_present(const JsonMark& mark);
  Seen& see(JsonNaming naming, std::uint16_t slot);
  bool too_deep(std::size_t depth);

  const Seen* seen(std::uint16_t slot, JsonNaming naming) const;
  std::uint32_t filled(std::uint16_t slot, JsonNaming naming) const;
  std::string_view first_text(const JsonShapes::Slots& slots, JsonNaming naming);
  std::string_view text_of_slot(std::uint16_t slot, JsonNaming naming);
  std::string_view property_name(const Leaf& leaf, std::string_view called) const;
  bool set_time(const JsonShapes::Slots& slots, JsonNaming naming);
  const JsonShapes::Shape* recognise() const;
  void make_windows_header();
  std::string_view message_with_fields();
  void make_header(const JsonShapes::Shape& shape);
  void emit_audit(const JsonShapes::Shape& shape);
  void begin_audit_record(std::string_view stamp, std::string_view category, std::string_view service);
  void emit_process();
  bool is_plain(const JsonShapes::Header& header, std::string_view text);

  Kind& kind_of(const Event& event, JsonNaming naming, Projection& projection);
  std::uint16_t find_column(Kind& kind, const JsonName& name, std::string_view called) const;
  void emit_field(const JsonName& name, std::string_view called, const Element& value, Kind* kind);
  std::string_view text_of(const Element& value);

  JsonShapes shapes_;
  JsonNames names_;
  JsonName &root_, &system_, &data_, &pairs_;
  JsonName* header_names_[JsonHeader::kCount];
  JsonName* unnamed_ = nullptr;  // Data

  std::vector<Leaf> leaves_;
  std::vector<Seen> seen_[2];  // by JsonNaming and slot
  std::uint32_t round_ = 0;
  JsonShapes::Set candidates_{};  // shapes that the members seen may begin
  bool full_ = false, deep_ = false, is_windows_event_ = false, has_payload_ = false;
  const TimeZone* zone_ = nullptr;  // of times that name none; null: UTC
  Header headers_[JsonHeader::kCount];
  std::unordered_map<std::string, Kind> kinds_;
  std::string scratch_;

  std::uint64_t offset_ = 0;
  EventBatch* out_ = nullptr;
  OddityList* oddities_ = nullptr;
};

}  // namespace bartizan
