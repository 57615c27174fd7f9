// SPDX-License-Identifier: Apache-2.0
#include "engine/utf8_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bartizan {
namespace {

class Memory final : public ByteStream {
 public:
  explicit Memory(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min(buffer.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, buffer.begin());
    at_ += size;
    return size;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

std::string in_utf16(std::u16string_view text, bool big_endian) {
  std::string out;
  for (char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  }
  return out;
}

std::string converted(const std::string& bytes, std::size_t head_bytes, bool big_endian) {
  Memory rest(bytes.substr(head_bytes));
  Utf8Stream stream(rest, as_bytes(std::string_view(bytes).substr(0, head_bytes)), big_endian);
  std::string out;
  for (std::uint8_t buffer[7];;) {
    const auto size = stream.read(buffer);
    if (!size.has_value() || *size == 0) return out;
    out.append(reinterpret_cast<const char*>(buffer), *size);
  }
}

TEST(Utf8Stream, GivesTheTextWhereverTheHeadEnds) {
  const std::u16string_view text = u"Nov 24 08:00:00 Gr\u00fc\u00dfe \U0001f512 end\r\n";
  const std::string wanted =
      "Nov 24 08:00:00 Gr\xc3\xbc\xc3\x9f"
      "e \xf0\x9f\x94\x92 end\r\n";
  for (bool big_endian : {false, true})
    for (bool has_mark : {false, true}) {
      const std::string bytes =
          in_utf16(has_mark ? u"\ufeff" + std::u16string(text) : std::u16string(text), big_endian);
      for (std::size_t head = has_mark ? 2 : 0; head <= bytes.size(); ++head)
        EXPECT_EQ(converted(bytes, head, big_endian), wanted) << head;
    }
}

TEST(Utf8Stream, TellsTextFromOtherBytes) {
  bool big_endian = false;
  EXPECT_TRUE(looks_like_utf16(as_bytes(in_utf16(u"\ufeffNov 24", false)), big_endian));
  EXPECT_FALSE(big_endian);
  EXPECT_TRUE(looks_like_utf16(as_bytes(in_utf16(u"Nov 24 08:00:00", true)), big_endian));
  EXPECT_TRUE(big_endian);
  EXPECT_FALSE(looks_like_utf16(as_bytes("Nov 24 08:00:00"), big_endian));
  EXPECT_FALSE(looks_like_utf16(as_bytes(std::string_view("M\0Z\0\0\0\0\0", 8)), big_endian));
  EXPECT_FALSE(looks_like_utf16({}, big_endian));
}

}  // namespace
}  // namespace bartizan
