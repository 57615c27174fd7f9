// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "decode/evtx_value.h"

namespace bartizan {
namespace {

namespace fs = std::filesystem;
using Buffer = std::vector<std::uint8_t>;

Buffer file_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Buffer(std::istreambuf_iterator<char>(in), {});
}

fs::path shared_folder() {
  if (const char* given = std::getenv("BARTIZAN_SHARED")) return given;
  return fs::path(__FILE__).parent_path().parent_path().parent_path().parent_path() / "shared";
}

struct Decoded {
  EventBatch events;
  OddityList oddities;
};

Decoded decode_file(const Buffer& file, bool strict = false) {
  Decoded decoded;
  for (std::size_t at = kEvtxHeaderBytes; at < file.size(); at += kEvtxChunkBytes)
    decode_evtx_chunk(slice(file, at, kEvtxChunkBytes), at, strict, decoded.events, decoded.oddities);
  return decoded;
}

// Writes BinXml into a chunk by hand, names always inline.
class ChunkWriter {
 public:
  ChunkWriter() { put_text("ElfChnk"), bytes_.resize(512); }

  void begin_record(std::uint64_t id) {
    record_ = bytes_.size();
    put<std::uint32_t>(0x2a2a), put<std::uint32_t>(0), put(id), put<std::uint64_t>(132'000'000'000'000'000);
    put_bytes({0x0f, 1, 1, 0});
  }
  void end_record() {
    put<std::uint8_t>(0);
    while ((bytes_.size() + 4) % 8 != 0) put<std::uint8_t>(0);
    const auto size = static_cast<std::uint32_t>(bytes_.size() + 4 - record_);
    put(size);
    set(record_ + 4, size);
  }
  void open(std::string_view name, bool has_attributes = false) {
    put<std::uint8_t>(has_attributes ? 0x41 : 0x01), put<std::uint16_t>(0xffff), put<std::uint32_t>(0);
    put_name(name);
    if (has_attributes) put<std::uint32_t>(0);
    else put<std::uint8_t>(0x02);
  }
  void attribute(std::string_view name, std::string_view value) {
    put<std::uint8_t>(0x06), put_name(name), text(value);
  }
  void close_start() { put<std::uint8_t>(0x02); }
  void close() { put<std::uint8_t>(0x04); }
  void text(std::string_view value) {
    put<std::uint8_t>(0x05), put<std::uint8_t>(1), put(static_cast<std::uint16_t>(value.size())), put_utf16(value);
  }
  void substitution(std::uint16_t index, bool is_optional) {
    put<std::uint8_t>(is_optional ? 0x0e : 0x0d), put(index), put<std::uint8_t>(1);
  }
  void leaf(std::string_view name, std::string_view value) { open(name), text(value), close(); }
  std::size_t begin_template() {
    put_bytes({0x0c, 1, 0, 0, 0, 0}), put(static_cast<std::uint32_t>(bytes_.size() + 4));
    const std::size_t at = bytes_.size();
    bytes_.resize(at + 24);
    return at;
  }
  void end_template(std::size_t at) {
    put<std::uint8_t>(0);
    set(at + 20, static_cast<std::uint32_t>(bytes_.size() - at - 24));
  }
  void refer_to_template(std::size_t at) {
    put_bytes({0x0c, 1, 0, 0, 0, 0}), put(static_cast<std::uint32_t>(at)), put<std::uint32_t>(0);
  }
  void values(const std::vector<std::pair<std::uint8_t, Buffer>>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const auto& [type, data] : list)
      put(static_cast<std::uint16_t>(data.size())), put(type), put<std::uint8_t>(0);
    for (const auto& [type, data] : list) put_bytes(data);
  }
  void simple_record(std::uint64_t id) {
    begin_record(id), open("Event"), open("EventData"), leaf("Data", "x"), close(), close(), end_record();
  }
  std::size_t size() const { return bytes_.size(); }
  Buffer finish() {
    set(48, static_cast<std::uint32_t>(bytes_.size()));
    set(52, static_cast<std::uint32_t>(crc32(0, bytes_.data() + 512, static_cast<uInt>(bytes_.size() - 512))));
    const auto first = crc32(0, bytes_.data(), 120);
    set(124, static_cast<std::uint32_t>(crc32(first, bytes_.data() + 128, 384)));
    Buffer whole = bytes_;
    whole.resize(kEvtxChunkBytes);
    return whole;
  }

 private:
  template <class T>
  void put(T value) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof(T));
  }
  void put_bytes(const Buffer& data) { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
  void put_text(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void put_utf16(std::string_view text) {
    for (char c : text) put_bytes({static_cast<std::uint8_t>(c), 0});
  }
  void put_name(std::string_view name) {
    put(static_cast<std::uint32_t>(bytes_.size() + 4)), put<std::uint32_t>(0), put<std::uint16_t>(0);
    put(static_cast<std::uint16_t>(name.size())), put_utf16(name), put<std::uint16_t>(0);
  }
  void set(std::size_t at, std::uint32_t value) { std::memcpy(bytes_.data() + at, &value, 4); }

  Buffer bytes_;
  std::size_t record_ = 0;
};

Decoded decode(const Buffer& chunk, bool strict = false) {
  Decoded decoded;
  decode_evtx_chunk(chunk, kEvtxHeaderBytes, strict, decoded.events, decoded.oddities);
  return decoded;
}

std::string value_text(std::uint8_t type, const Buffer& data) {
  std::string text;
  evtx::append_value(type, data, text);
  return text;
}

TEST(evtx, values_as_windows_shows_them) {
  EXPECT_EQ(value_text(0x14, {0x10, 0x14, 0, 0}), "0x1410");
  EXPECT_EQ(value_text(0x15, {0, 0, 0, 0, 0, 0, 0, 0}), "0x0");
  EXPECT_EQ(value_text(0x0d, {0, 1, 0, 0}), "true");
  EXPECT_EQ(value_text(0x0d, {0}), "false");
  EXPECT_EQ(value_text(0x03, {0xff}), "-1");
  EXPECT_EQ(value_text(0x08, {0xff, 0xff, 0xff, 0xff}), "4294967295");
  EXPECT_EQ(value_text(0x0e, {0xab, 0x01}), "AB01");
  EXPECT_EQ(value_text(0x0c, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}), "1.5");
  EXPECT_EQ(value_text(0x01, {'a', 0, ' ', 0, 0, 0, 0, 0}), "a ");
  EXPECT_EQ(value_text(0x13, {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0}), "S-1-5-32-544");
  EXPECT_EQ(value_text(0x13, {1, 9, 0, 0}), "01090000");
  EXPECT_EQ(value_text(0x0f, {0x33, 0x22, 0x11, 0xAA, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
            "{aa112233-0201-0403-0506-0708090a0b0c}");
  EXPECT_EQ(value_text(0x12, {0xe3, 7, 5, 0, 6, 0, 11, 0, 17, 0, 10, 0, 6, 0, 7, 0}), "2019-05-11T17:10:06.0070000Z");
  EXPECT_EQ(value_text(0x11, {0, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 1}), "1970-01-01T00:00:00.0000000Z");
  EXPECT_EQ(evtx::array_values(0x81, Buffer{'a', 0, 0, 0, 'b', 0, 0, 0}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(evtx::array_values(0x86, Buffer{1, 0, 2, 0, 9}), (std::vector<std::string>{"1", "2"}));
}

TEST(evtx, template_with_substitutions_becomes_fields) {
  ChunkWriter chunk;
  chunk.begin_record(7);
  const std::size_t at = chunk.begin_template();
  chunk.open("Event"), chunk.open("System");
  chunk.open("Provider", true), chunk.attribute("Name", "P"), chunk.close_start(), chunk.close();
  chunk.open("EventID"), chunk.substitution(0, false), chunk.close();
  chunk.open("Task"), chunk.substitution(1, true), chunk.close();
  chunk.leaf("Channel", "Security"), chunk.close();
  chunk.open("EventData");
  chunk.open("Data", true), chunk.attribute("Name", "Command Line"), chunk.close_start(), chunk.substitution(2, false), chunk.close();
  chunk.open("Data", true), chunk.attribute("Name", "Empty"), chunk.close_start(), chunk.substitution(1, false), chunk.close();
  chunk.open("Data"), chunk.substitution(3, false), chunk.close();
  chunk.leaf("Channel", "false"), chunk.close(), chunk.close();
  chunk.end_template(at);
  chunk.values({{0x06, {0x50, 0x12}}, {0, {}}, {1, {'a', 0}}, {0x81, {'x', 0, 0, 0, 'y', 0, 0, 0}}});
  chunk.end_record();
  const Decoded decoded = decode(chunk.finish(), true);
  ASSERT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(decoded.oddities.total, 0u);
  const Event& event = decoded.events[0];
  EXPECT_EQ(event.event_id, 4688u);
  EXPECT_EQ(event.provider, "P");
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.record_id, "7");
  EXPECT_EQ(event.offset, kEvtxHeaderBytes + 512);
  std::string all;
  for (const Field& field : event.fields) all.append(field.name).append("=").append(field.value).append(field.is_number ? "#;" : ";");
  EXPECT_EQ(all, "Provider_Name=P;EventID=4688#;Channel=Security;CommandLine=a;Empty=;Data=x;Data=y;Channel=false;");
}

TEST(evtx, template_that_contains_itself_ends) {
  ChunkWriter chunk;
  chunk.begin_record(1);
  const std::size_t at = chunk.begin_template();
  chunk.open("Event");
  for (int i = 0; i < 4; ++i) chunk.refer_to_template(at);
  chunk.close();
  chunk.end_template(at), chunk.values({}), chunk.end_record();
  chunk.simple_record(2);
  const Decoded decoded = decode(chunk.finish());
  EXPECT_GE(decoded.oddities.total, 1u);
  ASSERT_GE(decoded.events.size(), 1u);
  EXPECT_EQ(decoded.events.back().record_id, "2");
}

TEST(evtx, bad_record_is_passed_over) {
  ChunkWriter writer;
  writer.simple_record(1);
  const std::size_t second = writer.size();
  writer.simple_record(2), writer.simple_record(3);
  Buffer chunk = writer.finish();
  EXPECT_EQ(decode(chunk).events.size(), 3u);
  chunk[second + 4] = 3;
  const Decoded decoded = decode(chunk);
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[1].record_id, "3");
  EXPECT_EQ(decoded.oddities.total, 2u);  // the checksum and the record
  EXPECT_TRUE(decode(chunk, true).events.empty());
}

TEST(evtx, torn_record_that_still_reads_is_kept) {
  ChunkWriter writer;
  writer.simple_record(1);
  const std::size_t second = writer.size();
  writer.simple_record(2), writer.simple_record(3);
  Buffer chunk = writer.finish();
  chunk[second - 4] ^= 0xff;  // the copy of the first size, and the signature behind it
  chunk[second] = 0;
  const Decoded decoded = decode(chunk);
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[0].record_id, "1");
  EXPECT_EQ(decoded.events[1].record_id, "3");
}

TEST(evtx, chunk_without_signature_is_walked_and_an_unused_one_is_silent) {
  ChunkWriter writer;
  writer.simple_record(1);
  Buffer chunk = writer.finish();
  chunk[0] = 'X';
  EXPECT_EQ(decode(chunk).events.size(), 1u);
  EXPECT_EQ(decode(chunk).oddities.total, 1u);
  const Decoded unused = decode(Buffer(kEvtxChunkBytes));
  EXPECT_EQ(unused.oddities.total, 0u);
  EXPECT_TRUE(unused.events.empty());
}

TEST(evtx, hostile_files_cut_and_altered_anywhere_do_no_harm) {
  const fs::path folder = shared_folder() / "corpus" / "evtx-hostile";
  if (!fs::exists(folder)) GTEST_SKIP() << "needs corpus/evtx-hostile in BARTIZAN_SHARED";
  std::uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u, random >> 8; };
  for (const auto& entry : fs::directory_iterator(folder)) {
    const Buffer file = file_bytes(entry.path());
    for (std::size_t at = kEvtxHeaderBytes; at < file.size(); at += kEvtxChunkBytes * (1 + file.size() / 1'000'000)) {
      const Bytes whole = slice(file, at, kEvtxChunkBytes);
      for (std::size_t cut : {0u, 7u, 511u, 513u, 600u, 5'000u, 30'001u}) {
        const Buffer part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(std::min(cut, whole.size())));
        (void)decode(part);
      }
      Buffer altered(whole.begin(), whole.end());
      for (int i = 0; i < 200; ++i) altered[next() % altered.size()] = static_cast<std::uint8_t>(next());
      (void)decode(altered);
    }
  }
}

TEST(evtx, record_counts_agree_with_the_reference) {
  const fs::path golden = shared_folder() / "golden" / "evtx-oracle.jsonl";
  if (!fs::exists(golden)) GTEST_SKIP() << "needs golden/evtx-oracle.jsonl in BARTIZAN_SHARED";
  std::ifstream lines(golden);
  std::size_t equal = 0, differing = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t middle = line.find("\", \"records\": ");
    if (middle == std::string::npos) continue;
    const std::string name = line.substr(10, middle - 10);
    const auto records = static_cast<std::size_t>(std::strtoull(line.c_str() + middle + 14, nullptr, 10));
    const fs::path path = shared_folder() / "corpus" / name;
    if (!fs::exists(path)) {
      std::cout << "absent: " << name << '\n';
      continue;
    }
    const Decoded decoded = decode_file(file_bytes(path));
    if (decoded.events.size() == records) ++equal;
    else ++differing, std::cout << "differs: " << line << " here " << decoded.events.size() << '\n';
    if (decoded.oddities.total && std::getenv("EVTX_TEST_VERBOSE"))
      std::cout << name << ": " << decoded.oddities.total << " oddities, " << decoded.oddities.kept[0].what << '\n';
  }
  std::cout << "files equal " << equal << ", differing " << differing << '\n';
  EXPECT_GT(equal, 0u);
  EXPECT_EQ(differing, 0u);
}

}  // namespace
}  // namespace bartizan
