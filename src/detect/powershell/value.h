// SPDX-License-Identifier: Apache-2.0
// The values PowerShell computes with, as far as they can be known from text. Unknown absorbs: whatever is
// made of it is Unknown, with its reason. Strings are UTF-16, because the language indexes, reverses and
// counts UTF-16 units. Copies are cheap (strings and containers are shared); containers are references, as in
// the language. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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
  Reason reason = Reason::kUnsupported;
};
struct Null {};
struct Char {
  char16_t unit = 0;
};
struct TypeName {
  std::string name;  // lower case, without "system.", accelerators resolved: see canonical_type
};
struct Block {
  const Node* node = nullptr;  // kScriptBlock
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

class Value {
 public:
  using Variant =
      std::variant<Unknown, Null, bool, std::int32_t, std::int64_t, double, Char, std::shared_ptr<Text>,
                   std::shared_ptr<ByteArray>, std::shared_ptr<Array>, std::shared_ptr<Table>,
                   std::shared_ptr<TypeName>, Block, std::shared_ptr<Object>>;

  Value() : held_(Null{}) {}
  Value(Unknown v) : held_(v) {}
  Value(Reason reason) : held_(Unknown{reason}) {}
  Value(bool v) : held_(v) {}
  Value(std::int32_t v) : held_(v) {}
  Value(std::int64_t v) : held_(v) {}
  Value(double v) : held_(v) {}
  Value(Char v) : held_(v) {}
  Value(Block v) : held_(v) {}
  Value(Text v) : held_(std::make_shared<Text>(std::move(v))) {}
  Value(std::shared_ptr<ByteArray> v) : held_(std::move(v)) {}
  Value(std::shared_ptr<Array> v) : held_(std::move(v)) {}
  Value(std::shared_ptr<Table> v) : held_(std::move(v)) {}
  Value(std::shared_ptr<Object> v) : held_(std::move(v)) {}
  Value(TypeName v) : held_(std::make_shared<TypeName>(std::move(v))) {}
  Value(const void*) = delete;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&held_);
  }
  template <class T>
  T* shared() const {  // the pointee of a shared alternative, or null
    auto* pointer = std::get_if<std::shared_ptr<T>>(&held_);
    return pointer == nullptr ? nullptr : pointer->get();
  }
  Variant& held() { return held_; }
  const Variant& held() const { return held_; }

  bool known() const { return !std::holds_alternative<Unknown>(held_); }
  Reason reason() const { return as<Unknown>() ? as<Unknown>()->reason : Reason::kUnsupported; }
  bool is_null() const { return std::holds_alternative<Null>(held_); }
  const Text* text() const { return shared<Text>(); }
  bool is_number() const { return as<std::int32_t>() || as<std::int64_t>() || as<double>(); }
  bool is_list() const { return shared<Array>() || shared<ByteArray>(); }

 private:
  Variant held_;
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
char16_t lower_unit(char16_t unit);
Text lower_text(std::u16string_view text);

std::string type_of(const Value& value);               // full .NET name as GetType().FullName, or empty
std::string canonical_type(std::string_view written);  // lower case, no "system.", accelerators resolved

}  // namespace bartizan::powershell
