// SPDX-License-Identifier: Apache-2.0
// EvtxQuickDecoder: records that come through simple templates, straight to fields, without a tree in between; with a
// projection only the wanted values become text. It gives exactly the events of the interpreter (evtx_binxml.h with
// evtx_flatten.h) or says that it cannot; tests compare the two. Compiled templates are kept over chunks and files.
// One a thread. Events point into it, until the next begin_piece.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/seen_texts.h"
#include "decode/evtx_template.h"
#include "model/event.h"
#include "model/projection.h"

namespace bartizan::evtx {

class EvtxQuickDecoder {
 public:
  // Without a projection every field is decoded.
  explicit EvtxQuickDecoder(Projection* projection) : projection_(projection) {}

  // Before the first chunk of a piece: the one moment at which compiled templates may be dropped.
  void begin_piece();
  void begin_chunk(Bytes chunk);
  Bytes chunk() const { return chunk_; }
  // The record at `at` of the chunk, `size` bytes; `offset` is its place in the file. False: nothing was added, the
  // interpreter has to read it. `whole`: every field in spite of the projection.
  bool decode(std::size_t at, std::size_t size, std::uint64_t offset, bool whole, EventBatch& out);

 private:
  struct Value {
    const std::uint8_t* data = nullptr;
    std::uint16_t size = 0;
    std::uint8_t type = 0;
    Bytes bytes() const { return {data, size}; }
  };
  // A field to decode: of the record's template, or of the one embedded in it. Null: here stand the fields of the fragment.
  struct Step {
    const FlatField* field = nullptr;
    bool is_embedded = false;
    std::uint16_t column = Field::kNoColumn;
  };
  // What is done for records of one kind that come through the same templates.
  struct Plan {
    const FlatTemplate* layout = nullptr;
    const FlatTemplate* embedded = nullptr;
    bool has_fragment = false;
    std::uint32_t event_id = 0;
    std::string channel, provider;  // raw: UTF-16, or the template's constant
    bool header_is_plain = false;
    const Columns* columns = nullptr;
    std::vector<Step> steps;
    // When every field is wanted only where a keyword may be: those wanted in any case.
    std::vector<Step> named_steps;
    const KeywordFilter* keywords = nullptr;  // null as well when a constant of the templates has one
  };
  // Where the values stand that every event needs.
  struct Header {
    const FlatField *event_id = nullptr, *channel = nullptr, *provider = nullptr, *time = nullptr,
                    *host = nullptr, *record_id = nullptr;
    bool is_usable = false;
  };
  struct Known {
    std::unique_ptr<FlatTemplate> layout;
    Header header;
    const Plan* last_plan = nullptr;  // of the last record: most records are like the one before
  };
  // One use of a template: the values of a record, or of BinXml within it.
  struct Instance {
    const FlatTemplate* layout = nullptr;
    Known* known = nullptr;
    std::vector<Value> values;
  };
  bool read_instance(ByteReader& reader, FlatTemplate::Root root, Instance& out);
  bool read_embedded();
  bool read_fragment(Bytes body, FlatTemplate::Root root);
  Known* template_at(std::size_t definition, FlatTemplate::Root root);
  Known* find_or_compile(std::size_t definition, FlatTemplate::Root root);
  static Header header_of(const FlatTemplate& layout);
  bool read_event_id(const FlatField& field, std::uint32_t& id) const;
  // The bytes of a text, as the record or the template has them.
  bool read_raw(const FlatField& field, std::string_view& raw) const;
  const Plan* plan_for(const Header& header);
  bool is_plan_for(const Plan& plan, std::uint32_t event_id, std::string_view channel,
                   std::string_view provider) const;
  std::unique_ptr<Plan> make_plan(std::uint32_t event_id, std::string_view channel, std::string_view provider,
                                  const Header& header);
  static void add_step(Plan& plan, const FlatField& field, bool is_embedded);
  static void choose_keywords(Plan& plan);
  bool read_time(const FlatField& field, Instant& time);
  bool fill(const Plan& plan, EventBatch& out);
  bool may_match(const KeywordFilter& keywords);
  bool may_match(const KeywordFilter& keywords, const Instance& instance);
  bool fill_whole(const Header& header, std::size_t at, EventBatch& out);
  // Of the fragment: fields in the columns, or all.
  bool add_fragment(const Columns* columns, bool all, EventBatch& out);
  bool add_field(const FlatField& field, bool is_embedded, std::uint16_t column, EventBatch& out);
  bool add_array(const FlatField& field, const Value& value, std::uint16_t column, EventBatch& out);
  std::string_view text_of(const Value& value, EventBatch& out);
  bool charge(const Value& value);

  Projection* projection_;
  Bytes chunk_;
  std::unordered_map<std::uint32_t, Known*> in_chunk_;  // by place and root; null: not simple
  // Of those the ones used last, by their place: a chunk has few.
  struct Recent {
    std::uint32_t place = 0;
    Known* known = nullptr;
  };
  std::array<Recent, 32> recent_{};
  std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<Known>>> known_;  // by GUID and size
  std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<Plan>>> plans_;
  std::size_t known_count_ = 0, plan_count_ = 0;
  Instance outer_, embedded_;
  bool has_embedded_ = false;
  std::unique_ptr<FlatTemplate>
      fragment_;  // of the record at hand: BinXml written out in the place of a template
  std::size_t record_text_ = 0, chunk_text_ = 0;  // bytes of text, at most
  std::string scratch_;
  SeenTexts no_keyword_;  // texts in which a KeywordFilter found nothing
};

}  // namespace bartizan::evtx
