// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "decode/decoder.h"
#include "decode/evtx_test_writer.h"
#include "decode/evtx_value.h"

namespace bartizan {
namespace {

namespace fs = std::filesystem;

Buffer file_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Buffer(std::istreambuf_iterator<char>(in), {});
}

fs::path shared_folder() {
  if (const char* given = std::getenv("BARTIZAN_SHARED")) return given;
  return fs::path(__FILE__).parent_path().parent_path().parent_path().parent_path() / "shared";
}

DecodedChunk decode_file(const Buffer& file, bool strict = false) {
  DecodedChunk decoded;
  for (std::size_t at = kEvtxHeaderBytes; at < file.size(); at += kEvtxChunkBytes)
    decode_evtx_chunk(slice(file, at, kEvtxChunkBytes), at, strict, decoded.events, decoded.oddities);
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
  EXPECT_EQ(value_text(0x12, {0xe3, 7, 5, 0, 6, 0, 11, 0, 17, 0, 10, 0, 6, 0, 7, 0}),
            "2019-05-11T17:10:06.0070000Z");
  EXPECT_EQ(value_text(0x11, {0, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 1}), "1970-01-01T00:00:00.0000000Z");
  EXPECT_EQ(evtx::array_values(0x81, Buffer{'a', 0, 0, 0, 'b', 0, 0, 0}),
            (std::vector<std::string>{"a", "b"}));
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
  chunk.open("Data", true), chunk.attribute("Name", "Command Line"), chunk.close_start(),
      chunk.substitution(2, false), chunk.close();
  chunk.open("Data", true), chunk.attribute("Name", "Empty"), chunk.close_start(),
      chunk.substitution(1, false), chunk.close();
  chunk.open("Data"), chunk.substitution(3, false), chunk.close();
  chunk.leaf("Channel", "false"), chunk.close(), chunk.close();
  chunk.end_template(at);
  chunk.values({{0x06, {0x50, 0x12}}, {0, {}}, {1, {'a', 0}}, {0x81, {'x', 0, 0, 0, 'y', 0, 0, 0}}});
  chunk.end_record();
  const DecodedChunk decoded = decode_chunk(chunk.finish(), true);
  ASSERT_EQ(decoded.events.size(), 1u);
  EXPECT_EQ(decoded.oddities.total, 0u);
  const Event& event = decoded.events[0];
  EXPECT_EQ(event.event_id, 4688u);
  EXPECT_EQ(event.provider, "P");
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.record_id, "7");
  EXPECT_EQ(event.offset, kEvtxHeaderBytes + 512);
  EXPECT_EQ(
      fields_text(event),
      "Provider_Name=P;EventID=#4688;Channel=Security;CommandLine=a;Empty=;Data=x;Data=y;Channel=false;");
}

TEST(evtx, template_that_contains_itself_ends) {
  ChunkWriter chunk;
  chunk.begin_record(1);
  const std::size_t at = chunk.begin_template();
  chunk.open("Event");
  for (int i = 0; i < 4; ++i) chunk.instance(at), chunk.values({});
  chunk.close();
  chunk.end_template(at), chunk.values({}), chunk.end_record();
  chunk.simple_record(2);
  const DecodedChunk decoded = decode_chunk(chunk.finish());
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
  EXPECT_EQ(decode_chunk(chunk).events.size(), 3u);
  chunk[second + 4] = 3;
  const DecodedChunk decoded = decode_chunk(chunk);
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[1].record_id, "3");
  EXPECT_EQ(decoded.oddities.total, 2u);  // the checksum and the record
  EXPECT_TRUE(decode_chunk(chunk, true).events.empty());
}

TEST(evtx, torn_record_that_still_reads_is_kept) {
  ChunkWriter writer;
  writer.simple_record(1);
  const std::size_t second = writer.size();
  writer.simple_record(2), writer.simple_record(3);
  Buffer chunk = writer.finish();
  chunk[second - 4] ^= 0xff;  // the copy of the first size, and the signature behind it
  chunk[second] = 0;
  const DecodedChunk decoded = decode_chunk(chunk);
  ASSERT_EQ(decoded.events.size(), 2u);
  EXPECT_EQ(decoded.events[0].record_id, "1");
  EXPECT_EQ(decoded.events[1].record_id, "3");
}

TEST(evtx, chunk_without_signature_is_walked_and_an_unused_one_is_silent) {
  ChunkWriter writer;
  writer.simple_record(1);
  Buffer chunk = writer.finish();
  chunk[0] = 'X';
  EXPECT_EQ(decode_chunk(chunk).events.size(), 1u);
  EXPECT_EQ(decode_chunk(chunk).oddities.total, 1u);
  const DecodedChunk unused = decode_chunk(Buffer(kEvtxChunkBytes));
  EXPECT_EQ(unused.oddities.total, 0u);
  EXPECT_TRUE(unused.events.empty());
}

TEST(evtx, arrays_of_every_type) {
  const auto members = [](std::uint8_t type, const Buffer& data) { return evtx::array_values(type, data); };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(members(0x81, {'a', 0, 0, 0, 0, 0, 'b', 0}), (Texts{"a", "", "b"}));
  EXPECT_EQ(members(0x82, {'a', 0, 'b', 'c', 0}), (Texts{"a", "bc"}));
  EXPECT_EQ(members(0x83, {0xff, 1}), (Texts{"-1", "1"}));
  EXPECT_EQ(members(0x84, {0xff, 1}), (Texts{"255", "1"}));
  EXPECT_EQ(members(0x85, {0xff, 0xff, 1, 0}), (Texts{"-1", "1"}));
  EXPECT_EQ(members(0x87, {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0}), (Texts{"-1", "1"}));
  EXPECT_EQ(members(0x88, {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0}), (Texts{"4294967295", "1"}));
  EXPECT_EQ(members(0x89, Buffer(8, 0xff)), (Texts{"-1"}));
  EXPECT_EQ(members(0x8a, Buffer(8, 0xff)), (Texts{"18446744073709551615"}));
  EXPECT_EQ(members(0x8b, {0, 0, 0xc0, 0x3f, 0, 0, 0, 0}), (Texts{"1.5", "0"}));
  EXPECT_EQ(members(0x8c, {0, 0, 0, 0, 0, 0, 0xf8, 0x3f}), (Texts{"1.5"}));
  EXPECT_EQ(members(0x8d, {1, 0, 0, 0, 0, 0, 0, 0}), (Texts{"true", "false"}));
  EXPECT_EQ(members(0x8e, {0xab, 1}), (Texts{"AB01"}));
  EXPECT_EQ(members(0x8f, Buffer(32)), (Texts(2, "{00000000-0000-0000-0000-000000000000}")));
  EXPECT_EQ(members(0x90, {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}), (Texts{"0x1", "0x2"}));
  EXPECT_EQ(members(0x91, {0, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 1}),
            (Texts{"1970-01-01T00:00:00.0000000Z"}));
  EXPECT_EQ(members(0x92, {0xe3, 7, 5, 0, 6, 0, 11, 0, 17, 0, 10, 0, 6, 0, 7, 0}),
            (Texts{"2019-05-11T17:10:06.0070000Z"}));
  EXPECT_EQ(members(0x93, {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5}),
            (Texts{"S-1-5-18", "S-1-5"}));
  EXPECT_EQ(members(0x94, {0x10, 0, 0, 0}), (Texts{"0x10"}));
  EXPECT_EQ(members(0x95, {0x10, 0, 0, 0, 0, 0, 0, 0}), (Texts{"0x10"}));
}

TEST(evtx, checksums_that_are_wrong_warn_or_reject) {
  ChunkWriter writer;
  writer.simple_record(1);
  const Buffer good = writer.finish();
  EXPECT_EQ(decode_chunk(good, true).oddities.total, 0u);
  const auto oddity = [](const DecodedChunk& decoded) {
    return decoded.oddities.kept.empty() ? "" : decoded.oddities.kept[0].what;
  };

  Buffer header = good, records = good, without = good;
  header[200] = 1, records[520] ^= 1, without[520] ^= 1;
  EXPECT_EQ(oddity(decode_chunk(header)), "chunk header does not agree with its checksum");
  EXPECT_EQ(oddity(decode_chunk(records)), "records of the chunk do not agree with their checksum");
  for (const Buffer* bad : {&header, &records}) {
    EXPECT_EQ(decode_chunk(*bad).events.size(), 1u);
    const DecodedChunk strict = decode_chunk(*bad, true);
    EXPECT_TRUE(strict.events.empty());
    EXPECT_EQ(strict.oddities.kept.back().what, "chunk rejected");
  }
  // The flag, or two zeros, say that there are no checksums: nothing to disagree with.
  without[120] = 4;
  EXPECT_EQ(decode_chunk(without, true).events.size(), 1u);
  without[120] = 0;
  std::fill_n(without.begin() + 52, 4, std::uint8_t{0}),
      std::fill_n(without.begin() + 124, 4, std::uint8_t{0});
  EXPECT_EQ(decode_chunk(without, true).events.size(), 1u);
}

// The file header says how many chunks there are and is not believed; its counter has 16 bits.
TEST(evtx, every_chunk_is_read_whatever_the_header_declares) {
  const auto cutter = recognise_format(as_bytes(std::string_view("ElfFile\0", 8)))->make_cutter();
  const auto decoder = recognise_format(as_bytes(std::string_view("ElfFile\0", 8)))->make_decoder({});
  constexpr std::size_t kChunksAtATime = 16, kPieces = 65'536 / kChunksAtATime + 1;
  ChunkWriter writer;
  writer.simple_record(77);
  const Buffer chunk = writer.finish();
  Buffer piece(kEvtxHeaderBytes + kChunksAtATime * kEvtxChunkBytes);
  EventBatch events;
  OddityList oddities;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    if (i == 1) piece.resize(kChunksAtATime * kEvtxChunkBytes);
    if (i == 1 || i == kPieces - 1) std::copy(chunk.begin(), chunk.end(), piece.begin());
    if (i == 2) std::fill(piece.begin(), piece.end(), std::uint8_t{0});
    ASSERT_EQ(cutter->cut(piece, false), piece.size());
    decoder->decode({piece, offset, {}, {}}, events, oddities);
    offset += piece.size();
  }
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].offset, kEvtxHeaderBytes + 16 * kEvtxChunkBytes + 512);
  EXPECT_EQ(events[1].offset, kEvtxHeaderBytes + 65'536ull * kEvtxChunkBytes + 512);
  EXPECT_EQ(oddities.total, 0u);
}

struct Place {
  std::uint64_t offset;
  std::uint32_t size;
  std::string content;
  bool operator==(const Place&) const = default;
};

// Of one chunk, which may be cut short.
std::vector<Place> places_of(Bytes chunk) {
  DecodedChunk decoded;
  decode_evtx_chunk(chunk, 0, false, decoded.events, decoded.oddities);
  std::vector<Place> places;
  for (const Event& event : decoded.events)
    places.push_back({event.offset, ByteReader(chunk, event.offset + 4).u32(),
                      std::string(event.record_id) + ' ' + fields_text(event)});
  return places;
}

// Calls visit(chunk, records, random number) for chunks with records in the sample files; false: no files.
template <class Visit>
bool for_sample_chunks(Visit visit) {
  std::vector<fs::path> files;
  for (const char* folder : {"evtx-hostile", "more-evtx"})
    if (const fs::path path = shared_folder() / "corpus" / folder; fs::exists(path))
      for (const auto& entry : fs::recursive_directory_iterator(path))
        if (entry.path().extension() == ".evtx") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::uint32_t random = 5;
  for (const fs::path& path : files) {
    SCOPED_TRACE(path);
    const Buffer file = file_bytes(path);
    for (std::size_t at = kEvtxHeaderBytes; at < file.size(); at += 2 * kEvtxChunkBytes) {
      const Bytes chunk = slice(file, at, kEvtxChunkBytes);
      const std::vector<Place> records = places_of(chunk);
      if (!records.empty()) visit(chunk, records, (random = random * 1664525u + 1013904223u) >> 4);
    }
  }
  return !files.empty();
}

TEST(evtx, what_a_cut_leaves_whole_is_recovered) {
  std::size_t cuts = 0, recovered = 0;
  const bool any = for_sample_chunks([&](Bytes chunk, const std::vector<Place>& whole, std::uint32_t random) {
    // Near records: most of a chunk may be unused.
    const Place& near = whole[random % whole.size()];
    const std::size_t cut =
        std::min<std::size_t>(near.offset + (random >> 8) % (near.size + 100), chunk.size());
    std::vector<Place> want, got = places_of(chunk.first(cut));
    for (const Place& place : whole)
      if (place.offset + place.size <= cut) want.push_back(place);
    std::erase_if(got, [&](const Place& place) { return place.offset + place.size > cut; });
    EXPECT_TRUE(got == want) << "cut at " << cut << ": " << got.size() << " records of " << want.size();
    ++cuts, recovered += want.size();
  });
  if (!any) GTEST_SKIP() << "needs corpus/evtx-hostile in BARTIZAN_SHARED";
  std::cout << cuts << " cuts, " << recovered << " records recovered\n";
}

// Damage to the signature of a record, its size or the copy of it costs that record at most.
TEST(evtx, damaged_records_do_not_cost_others) {
  std::size_t damages = 0, kept = 0;
  const bool any = for_sample_chunks([&](Bytes chunk, const std::vector<Place>& whole, std::uint32_t random) {
    const Place& hit = whole[random % whole.size()];
    const std::uint32_t kind = random % 3;
    const std::size_t at = kind == 0 ? hit.offset : kind == 1 ? hit.offset + 4 : hit.offset + hit.size - 4;
    Buffer damaged(chunk.begin(), chunk.end());
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), kind == 0 ? 8 : 4,
                static_cast<std::uint8_t>(random >> 8 | 1));
    std::vector<Place> want, got = places_of(damaged);
    for (const Place& place : whole)
      if (place.offset != hit.offset) want.push_back(place);
    std::erase_if(got, [&](const Place& place) { return place.offset == hit.offset; });
    EXPECT_TRUE(got == want) << "damaged at " << at << ": " << got.size() << " records of " << want.size();
    ++damages, kept += want.size();
  });
  if (!any) GTEST_SKIP() << "needs corpus/evtx-hostile in BARTIZAN_SHARED";
  std::cout << damages << " damages, " << kept << " records kept\n";
}

TEST(evtx, hostile_files_cut_and_altered_anywhere_do_no_harm) {
  const fs::path folder = shared_folder() / "corpus" / "evtx-hostile";
  if (!fs::exists(folder)) GTEST_SKIP() << "needs corpus/evtx-hostile in BARTIZAN_SHARED";
  std::uint32_t random = 1;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u, random >> 8; };
  for (const auto& entry : fs::directory_iterator(folder)) {
    const Buffer file = file_bytes(entry.path());
    for (std::size_t at = kEvtxHeaderBytes; at < file.size();
         at += kEvtxChunkBytes * (1 + file.size() / 1'000'000)) {
      const Bytes whole = slice(file, at, kEvtxChunkBytes);
      for (std::size_t cut : {0u, 7u, 511u, 513u, 600u, 5'000u, 30'001u}) {
        const Buffer part(whole.begin(),
                          whole.begin() + static_cast<std::ptrdiff_t>(std::min(cut, whole.size())));
        (void)decode_chunk(part);
      }
      Buffer altered(whole.begin(), whole.end());
      for (int i = 0; i < 200; ++i) altered[next() % altered.size()] = static_cast<std::uint8_t>(next());
      (void)decode_chunk(altered);
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
    const DecodedChunk decoded = decode_file(file_bytes(path));
    if (decoded.events.size() == records) ++equal;
    else ++differing, std::cout << "differs: " << line << " here " << decoded.events.size() << '\n';
    if (decoded.oddities.total && std::getenv("EVTX_TEST_VERBOSE"))
      std::cout << name << ": " << decoded.oddities.total << " oddities, " << decoded.oddities.kept[0].what
                << '\n';
  }
  std::cout << "files equal " << equal << ", differing " << differing << '\n';
  EXPECT_GT(equal, 0u);
  EXPECT_EQ(differing, 0u);
}

}  // namespace
}  // namespace bartizan
