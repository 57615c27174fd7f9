// SPDX-License-Identifier: Apache-2.0
// Bytes and ByteReader: the only way to read untrusted bytes. Every read is bounds-checked; a read past the end returns
// zero and makes the reader `failed()`, which stays so: check once after a group of reads. Little-endian. Views do not
// own; the buffer must outlive them. Values, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace bartizan {

using Bytes = std::span<const std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// `bytes[offset, offset+size)`, cut to what exists.
inline Bytes slice(Bytes bytes, std::size_t offset, std::size_t size) {
  if (offset >= bytes.size()) return {};
  return bytes.subspan(offset, size < bytes.size() - offset ? size : bytes.size() - offset);
}

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes, std::size_t offset = 0) : bytes_(bytes), offset_(offset) {
    if (offset > bytes.size()) failed_ = true, offset_ = bytes.size();
  }

  template <class T>
    requires std::is_trivially_copyable_v<T>
  T read() {
    T value{};
    if (remaining() < sizeof(T)) return failed_ = true, value;
    std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }
  std::uint8_t u8() { return read<std::uint8_t>(); }
  std::uint16_t u16() { return read<std::uint16_t>(); }
  std::uint32_t u32() { return read<std::uint32_t>(); }
  std::uint64_t u64() { return read<std::uint64_t>(); }

  Bytes take(std::size_t size) {
    if (remaining() < size) return failed_ = true, Bytes{};
    Bytes taken = bytes_.subspan(offset_, size);
    offset_ += size;
    return taken;
  }
  void skip(std::size_t size) { (void)take(size); }
  void seek(std::size_t offset) {
    if (offset > bytes_.size()) failed_ = true;
    else offset_ = offset;
  }

  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return bytes_.size() - offset_; }
  bool failed() const { return failed_; }

 private:
  Bytes bytes_;
  std::size_t offset_;
  bool failed_ = false;
};

}  // namespace bartizan
