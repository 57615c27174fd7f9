// SPDX-License-Identifier: Apache-2.0
// The values PowerShell computes with, as far as they can be known from text. Unknown absorbs: whatever is
// made of it is Unknown, with its reason. Strings are UTF-16, because the language indexes, reverses and
// counts UTF-16 units. Copies are cheap (strings and containers are shared); containers are references, as in
// the language. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "detect/powershell/ast.h"

namespace bartizan::powershell {

// Why a value is not known. Order and names are part of the output (reason_name).
enum class Reason : std::uint8_t {
  kUnsupported,
  kVariable,
  kCommand,
  kNetwork,
  kFile,
  kRegistry,
  kProcess,
  kClock,
  kRandom,
  kEnvironment,
  kError,
  kLimit,
  kBranch,
};
std::string_view reason_name(Reason reason);

struct Unknown {
  Reason reason;
};
struct Null {};
struct Char {
  char16_t unit;
};
struct TypeName {
  std::string name;  // lower case, without "system.", accelerators resolved: see canonical_type
};
struct Block {
  const Node* node;  // kScriptBlock
};

class Value;
using Text = std::u16string;
using Bytes8 = std::vector<std::uint8_t>;

// What containers share: `birth` tells those made before a branch from those made in it; one that was changed
// in a branch that may not have run is `uncertain`, and reads of it are Unknown.
struct Container {
  std::uint64_t birth = 0;
  // Greater than that of everything inside, and at most kRankMax: no cycles, and a bound on how deep they
  // nest.
  unsigned rank = 1;
  bool uncertain = false;
};
inline constexpr unsigned kRankMax = 64, kRankEmpty = 16;  // an empty one can still take others in
enum class Element : std::uint8_t { kAny, kChar, kByte, kInt, kString };
struct Array;
struct ByteArray;
struct Table;
struct Object;

// What a Value shares, with the number of Values that do. An evaluator is one thread's, so counting is plain.
struct Counted {
  std::uint32_t owners = 1;
};
template <class T>
struct Counting : Counted {
  template <class... Arguments>
  explicit Counting(Arguments&&... arguments) : held(std::forward<Arguments>(arguments)...) {}
  T held;
};

// Sixteen bytes; a copy of a scalar is a copy of those, of the rest one count more.
class Value {
 public:
  Value() = default;
  Value(Unknown v) : tag_(Tag::kUnknown), held_{.unknown = v} {}
  Value(Reason reason) : tag_(Tag::kUnknown), held_{.unknown = {reason}} {}
  Value(bool v) : tag_(Tag::kBool), held_{.truth = v} {}
  Value(std::int32_t v) : tag_(Tag::kInt), held_{.whole = v} {}
  Value(std::int64_t v) : tag_(Tag::kLong), held_{.whole_long = v} {}
  Value(double v) : tag_(Tag::kDouble), held_{.real = v} {}
  Value(Char v) : tag_(Tag::kChar), held_{.unit = v} {}
  Value(Block v) : tag_(Tag::kBlock), held_{.block = v} {}
  Value(Text v) : tag_(Tag::kText), held_{.counted = new Counting<Text>(std::move(v))} {}
  Value(TypeName v) : tag_(Tag::kType), held_{.counted = new Counting<TypeName>(std::move(v))} {}
  Value(const void*) = delete;
  Value(const Value& other) { take(other), keep(); }
  Value(Value&& other) noexcept { take(other), other.tag_ = Tag::kNull; }
  Value& operator=(Value other) noexcept {
    std::swap(tag_, other.tag_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~Value() { release(); }

  // A new, empty container or object.
  template <class T>
  static Value make() {
    Value made;
    made.held_.counted = new Counting<T>();
    made.tag_ = tag_of<T>();
    return made;
  }

  template <class T>
  const T* as() const {
    if constexpr (std::is_same_v<T, Unknown>) return tag_ == Tag::kUnknown ? &held_.unknown : nullptr;
    else if constexpr (std::is_same_v<T, bool>) return tag_ == Tag::kBool ? &held_.truth : nullptr;
    else if constexpr (std::is_same_v<T, std::int32_t>) return tag_ == Tag::kInt ? &held_.whole : nullptr;
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return tag_ == Tag::kLong ? &held_.whole_long : nullptr;
    else if constexpr (std::is_same_v<T, double>) return tag_ == Tag::kDouble ? &held_.real : nullptr;
    else if constexpr (std::is_same_v<T, Char>) return tag_ == Tag::kChar ? &held_.unit : nullptr;
    else return tag_ == Tag::kBlock ? static_cast<const T*>(&held_.block) : nullptr;
  }
  template <class T>
  T* shared() const {  // what is shared, or null
    return tag_ == tag_of<T>() ? &static_cast<Counting<T>*>(held_.counted)->held : nullptr;
  }
  template <class T>
  T* sole() const {  // the same if nobody else shares it: it may be changed in place
    return tag_ == tag_of<T>() && held_.counted->owners == 1 ? shared<T>() : nullptr;
  }

  bool known() const { return tag_ != Tag::kUnknown; }
  Reason reason() const { return tag_ == Tag::kUnknown ? held_.unknown.reason : Reason::kUnsupported; }
  bool is_null() const { return tag_ == Tag::kNull; }
  const Text* text() const { return shared<Text>(); }
  bool is_number() const { return tag_ == Tag::kInt || tag_ == Tag::kLong || tag_ == Tag::kDouble; }
  bool is_list() const { return tag_ == Tag::kArray || tag_ == Tag::kBytes; }

 private:
  enum class Tag : std::uint8_t {
    kUnknown,
    kNull,
    kBool,
    kInt,
    kLong,
    kDouble,
    kChar,
    kBlock,
    kText,  // from here on counted
    kBytes,
    kArray,
    kTable,
    kType,
    kObject,
  };
  template <class T>
  static constexpr Tag tag_of() {
    if constexpr (std::is_same_v<T, Text>) return Tag::kText;
    else if constexpr (std::is_same_v<T, ByteArray>) return Tag::kBytes;
    else if constexpr (std::is_same_v<T, Array>) return Tag::kArray;
    else if constexpr (std::is_same_v<T, Table>) return Tag::kTable;
    else if constexpr (std::is_same_v<T, TypeName>) return Tag::kType;
    else if constexpr (std::is_same_v<T, Object>) return Tag::kObject;
  }
  void take(const Value& other) {
    tag_ = other.tag_;
    held_ = other.held_;
  }
  void keep() const {
    if (tag_ >= Tag::kText) ++held_.counted->owners;
  }
  void release() {
    if (tag_ >= Tag::kText && --held_.counted->owners == 0) destroy();
  }
  void destroy();

  Tag tag_ = Tag::kNull;
  union Held {
    std::int64_t whole_long = 0;
    Unknown unknown;
    bool truth;
    std::int32_t whole;
    double real;
    Char unit;
    Block block;
    Counted* counted;
  } held_;
};

struct Array : Container {
  std::vector<Value> items;
  Element element = Element::kAny;
};
struct ByteArray : Container {
  Bytes8 bytes;
};
struct Table : Container {
  std::vector<std::pair<Value, Value>> entries;
  bool ordered = false;
};
// Objects of the few .NET types we know; `type` is canonical. Their state is a text, bytes, or values by
// name.
struct Object : Container {
  std::string type;
  Text text;
  Bytes8 bytes;
  std::size_t position = 0;
  std::vector<std::pair<std::string, Value>> members;  // names in lower case
};

// UTF-8 in, UTF-16 out, and back; lone surrogates survive both ways (WTF-8).
Text widen(std::string_view utf8);
std::string narrow(std::u16string_view text);
inline Value text_value(std::string_view utf8) { return Value(widen(utf8)); }

unsigned rank_of(const Value& value);  // 0 for what holds nothing

// Lists: an array or byte array is itself, null is empty, anything else one element.
std::size_t list_size(const Value& value);
Value list_item(const Value& value, std::size_t index);

// Conversions of the language; nullopt where the language would fail, or we do not know its answer.
std::optional<Text> to_text(const Value& value, const Text& separator);
std::optional<std::int64_t> to_integer(const Value& value, std::int64_t low, std::int64_t high);
std::optional<double> to_double(const Value& value);
std::optional<bool> to_bool(const Value& value);
std::optional<Bytes8> to_bytes(const Value& value);
Value number_of_text(std::u16string_view text);  // as the language converts text in arithmetic
Value number_literal(std::string_view written);  // lower case, with suffixes
Value integer_value(std::int64_t number);        // Int32 when it fits
std::string double_text(double number);

// Comparison with -eq of two scalars; nullopt when unknown.
std::optional<int> compare_values(const Value& left, const Value& right, bool case_sensitive);
std::optional<bool> equal_values(const Value& left, const Value& right, bool case_sensitive);
char16_t upper_unit(char16_t unit);
char16_t lower_beyond_ascii(char16_t unit);
inline char16_t lower_unit(char16_t unit) {
  if (unit >= 0x80) return lower_beyond_ascii(unit);
  return unit >= 'A' && unit <= 'Z' ? static_cast<char16_t>(unit | 0x20) : unit;
}
Text lower_text(std::u16string_view text);

std::string type_of(const Value& value);               // full .NET name as GetType().FullName, or empty
std::string canonical_type(std::string_view written);  // lower case, no "system.", accelerators resolved

}  // namespace bartizan::powershell
