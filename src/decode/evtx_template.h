// SPDX-License-Identifier: Apache-2.0
// FlatTemplate: a BinXml template definition compiled to the fields its records get, in order, each a constant or one value
// of the record. Windows writes nearly every record through a template, and repeats the same few in every chunk, so that
// names are read once instead of once a record. What is not as simple as that is not compiled (compile() gives nothing), and
// the interpreter of evtx_binxml.h reads those records. The names and rules for fields are those of evtx_flatten.h.
//
// Layout of a definition: next definition u32, GUID 16 bytes, size u32, then `size` bytes of tokens. Values, any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace bartizan::evtx {

inline constexpr std::uint16_t kNoValue = 0xffff;

struct FlatField {
  enum class Kind : std::uint8_t {
    kElement,    // a value of NULL gives empty text, or no field when optional
    kAttribute,  // a value of NULL gives no field
    kEmbedded,   // the value is BinXml with sections of its own
    kUserData,   // the value is BinXml, the one element within UserData
  };
  bool is_embedded() const { return kind == Kind::kEmbedded || kind == Kind::kUserData; }
  Kind kind = Kind::kElement;
  bool is_optional = false;
  bool in_system = false;
  std::uint16_t value = kNoValue;  // index of the record's value; kNoValue: `constant`
  std::uint16_t gate = kNoValue;   // the field exists only if this value is not NULL
  std::string name, constant;
};

class FlatTemplate {
 public:
  // What the top of the definition is: the whole event, sections of one (EventData, UserData), or an element of UserData.
  enum class Root : std::uint8_t { kEvent, kSections, kUserData };

  // The definition at `at` of the chunk; null when it is not simple.
  static std::unique_ptr<FlatTemplate> compile(Bytes chunk, std::size_t at, Root root);
  // BinXml that a record has in the place of such a template, written out; `body` is a part of the chunk. Its fields are all
  // constants, of this record alone. Null when it is not simple.
  static std::unique_ptr<FlatTemplate> compile_fragment(Bytes chunk, Bytes body, Root root);
  // Whether the definition at `at` of another chunk reads the same. Places of names differ from chunk to chunk, all else is
  // compared: a file may use the GUID of a known definition for something else.
  bool is_same(Bytes chunk, std::size_t at, Root root) const;

  const std::vector<FlatField>& fields() const { return fields_; }
  std::size_t size() const { return body_.size(); }  // of the tokens
  // The values a record needs at least.
  std::size_t values_needed() const { return values_needed_; }

 private:
  friend class TemplateCompiler;
  // A name offset in the body, which is another in every chunk; the name behind it is the same.
  struct NamePlace {
    std::uint32_t at = 0;  // in body_
    bool is_inline =
        false;  // the name follows here, beginning with the place of another name, which does not matter
    std::string utf16;
  };

  Root root_ = Root::kEvent;
  std::vector<FlatField> fields_;
  std::vector<std::uint8_t> body_;
  std::vector<NamePlace> names_;  // in order
  std::size_t values_needed_ = 0;
};

}  // namespace bartizan::evtx
