// SPDX-License-Identifier: Apache-2.0
// BinXml of one record as a small tree of elements. Tokens after [MS-EVEN6] 2.2.12 and the public libevtx
// format description. Templates and names may lie anywhere in the chunk; a definition that refers to itself
// ends at the depth limit, and what a record may grow to is bounded by nodes and bytes (base/limits.h).
//
// A BinXmlReader serves one chunk, by one thread; the chunk must outlive it, and names in the tree point into
// the reader. read() gives what was read before the first problem; problem() says what it was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "decode/evtx_value.h"

namespace bartizan::evtx {

inline constexpr std::uint32_t kNone = 0xffffffff;

struct Attribute {
  std::string_view name;
  std::string value;
  bool has_value = false;  // false: every part of it was NULL, so the attribute does not exist
  std::uint8_t type = 0;   // as Element::type
};

// An element, or a processing instruction: its name is the target, its text the data.
struct Element {
  std::string_view name;
  std::string text;               // all that stands between the children
  std::vector<std::string> more;  // the members after the first when the content is an array
  std::vector<Attribute> attributes;
  std::uint32_t parent = kNone, first_child = kNone, last_child = kNone, next = kNone;
  std::uint32_t depth = 0;
  std::uint32_t text_at = 0;   // where this child stands in its parent's text
  std::uint32_t parts = 0;     // values the text is made of
  bool has_content = false;    // text or a substitution, be it empty
  bool optional_null = false;  // an optional substitution was NULL
  bool is_instruction = false;
  std::uint8_t type = 0;  // of the value that is the whole text; a string when there are several

  bool is_number() const { return is_decimal_type(type); }
  // An element whose whole content is an optional substitution without value is not part of the event.
  bool is_omitted() const { return optional_null && parts == 0 && first_child == kNone; }
  const std::string* attribute(std::string_view wanted) const {
    for (const Attribute& attribute : attributes)
      if (attribute.has_value && attribute.name == wanted) return &attribute.value;
    return nullptr;
  }
};

class BinXmlReader {
 public:
  // `trusts_chunk`: false where the chunk may have been written over since the record was: a template is used
  // only while it still has the identity that the record asks for, a name while it has its hash.
  explicit BinXmlReader(Bytes chunk, bool trusts_chunk = true) : chunk_(chunk), trusts_chunk_(trusts_chunk) {}

  // The next records are of another chunk. What all records may grow to stays one bound.
  void move_to(Bytes chunk) { chunk_ = chunk, names_.clear(); }
  // The elements of `chunk[offset, end)`; the first one is a nameless root. Valid until the next call.
  const std::vector<Element>& read(std::size_t offset, std::size_t end);
  // Empty when the last record was read to its end.
  std::string_view problem() const { return problem_; }
  // A chunk has used up what its records may grow to.
  bool is_exhausted() const {
    return chunk_nodes_ > limits::kEvtxChunkNodesMax || chunk_text_ > limits::kEvtxChunkTextBytesMax;
  }

 private:
  struct Value {
    Bytes data;
    std::uint8_t type;
  };
  using Values = std::vector<Value>;
  // Where reading stands in one fragment: a record, a template definition or an embedded BinXml value.
  struct Cursor {
    ByteReader reader;
    std::uint32_t root, element;
    const Values& values;
    unsigned depth;
    bool has_dependency;  // element starts carry a dependency id, except in embedded values
    bool in_attribute = false;
    std::uint32_t instruction = kNone;  // the last one, which waits for its data
  };

  bool fail(std::string_view problem);
  bool charge(std::size_t nodes, std::size_t text);
  bool read_fragment(Cursor cursor);
  bool read_token(Cursor& cursor, std::uint8_t token);
  bool start_element(Cursor& cursor, bool has_attributes);
  bool add_child(Cursor& cursor, std::string_view child_name);
  bool start_attribute(Cursor& cursor);
  bool start_instruction(Cursor& cursor);
  bool end_instruction(Cursor& cursor);
  bool end_element(Cursor& cursor);
  bool template_instance(Cursor& cursor);
  bool substitute(Cursor& cursor, bool is_optional);
  bool add_value(Cursor& cursor, std::uint8_t type, Bytes data);
  bool add_array(Cursor& cursor, std::uint8_t type, Bytes data);
  bool add_entity(Cursor& cursor);
  std::string& open_text(Cursor& cursor, std::uint8_t type);
  std::string_view name(Cursor& cursor);
  std::string_view name_at(std::uint32_t offset);

  Bytes chunk_;
  bool trusts_chunk_;
  std::unordered_map<std::uint32_t, std::string> names_;
  std::vector<Element> elements_;
  std::string_view problem_;
  std::size_t nodes_ = 0, text_ = 0, chunk_nodes_ = 0, chunk_text_ = 0;
};

}  // namespace bartizan::evtx
