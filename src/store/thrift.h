// SPDX-License-Identifier: Apache-2.0
// ThriftWriter: appends structures in Thrift's compact protocol, as Parquet's page headers and footer want them. The caller
// writes the fields of a structure in ascending order and nests begin and end correctly. Value, one thread.
// Source: thrift-compact-protocol.md of Apache Thrift.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::store {

class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}

  void i32(int field, std::int32_t value) { head(field, 5), varint(zigzag(value)); }
  void i64(int field, std::int64_t value) { head(field, 6), varint(zigzag(value)); }
  void text(int field, std::string_view value) { head(field, 8), bytes(value); }
  void begin_struct(int field) { head(field, 12), last_.push_back(0); }
  void end_struct() { out_.push_back('\0'), last_.pop_back(); }

  // The items follow: item_* for plain ones, begin_item and end_struct around each structure.
  void begin_list_of_i32(int field, std::size_t count) { head(field, 9), list_head(count, 5); }
  void begin_list_of_texts(int field, std::size_t count) { head(field, 9), list_head(count, 8); }
  void begin_list_of_structs(int field, std::size_t count) { head(field, 9), list_head(count, 12); }
  void item_i32(std::int32_t value) { varint(zigzag(value)); }
  void item_text(std::string_view value) { bytes(value); }
  void begin_item() { last_.push_back(0); }
  // The structure that was begun by making the writer.
  void end() { out_.push_back('\0'); }

 private:
  static std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(value | 0x80));
    out_.push_back(static_cast<char>(value));
  }
  void bytes(std::string_view value) { varint(value.size()), out_.append(value); }
  void head(int field, int type) {
    int& last = last_.back();
    if (const int step = field - last; step > 0 && step < 16) {
      out_.push_back(static_cast<char>(step << 4 | type));
    } else {
      out_.push_back(static_cast<char>(type));
      varint(zigzag(field));
    }
    last = field;
  }
  void list_head(std::size_t count, int type) {
    if (count < 15) {
      out_.push_back(static_cast<char>(count << 4 | static_cast<std::size_t>(type)));
    } else {
      out_.push_back(static_cast<char>(0xf0 | type));
      varint(count);
    }
  }

  std::string& out_;
  std::vector<int> last_{0};  // the number of the field before, in each structure that is open
};

}  // namespace bartizan::store
