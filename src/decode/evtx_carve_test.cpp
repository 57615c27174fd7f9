// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_carve.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "decode/evtx_test_writer.h"

namespace bartizan {
namespace {

void append(Buffer& to, const Buffer& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

// Bytes that hold neither signature.
Buffer noise(std::size_t size) {
  Buffer bytes(size);
  std::uint32_t random = 7;
  for (std::uint8_t& byte : bytes)
    random = random * 1664525u + 1013904223u, byte = static_cast<std::uint8_t>(random >> 24 | 0x80);
  return bytes;
}

Buffer log_header() {
  Buffer header(kEvtxHeaderBytes);
  std::copy_n("ElfFile", 7, header.begin());
  return header;
}

// One record with a template of its own, the others refer to it.
ChunkWriter templated(std::uint64_t first, std::uint64_t last, std::vector<std::size_t>* places = nullptr) {
  ChunkWriter chunk;
  std::size_t definition = 0;
  for (std::uint64_t id = first; id <= last; ++id) {
    if (places) places->push_back(chunk.size());
    chunk.begin_record(id);
    if (definition == 0) {
      definition = chunk.begin_template(0x1234);
      chunk.open("Event"), chunk.open("EventData"), chunk.open("Data"), chunk.substitution(0, false);
      chunk.close(), chunk.close(), chunk.close(), chunk.end_template(definition);
    } else {
      chunk.instance(definition, 0x1234);
    }
    chunk.values({{0x01, utf16_bytes("value " + std::to_string(id))}});
    chunk.end_record();
  }
  if (places) places->push_back(chunk.size());
  return chunk;
}

// `id:carved ` for each event; the bytes go through the cutter as from a file, `read_bytes` more at a time.
std::string carve(const Buffer& file, std::size_t read_bytes = limits::kPieceBytes,
                  OddityList* oddities = nullptr) {
  const auto cutter = raw_format().make_cutter();
  const auto decoder = raw_format().make_decoder({});
  std::string all;
  std::size_t done = 0, filled = 0;
  OddityList own;
  while (done < file.size()) {
    filled = std::min(filled + read_bytes, file.size() - done);
    const bool at_end = done + filled == file.size();
    const std::size_t size = cutter->cut(slice(file, done, filled), at_end);
    if (size == 0) continue;
    EventBatch batch;
    const std::string context = cutter->context();
    decoder->decode({slice(file, done, size), done, context, {}}, batch, oddities ? *oddities : own);
    for (const Event& event : batch) {
      const std::string_view* carved = event.find("Carved");
      all.append(event.record_id).append(":").append(carved ? *carved : "").append(" ");
    }
    done += size, filled -= size;
  }
  return all;
}

TEST(EvtxCarve, FindsTheSlackOfAChunk) {
  std::vector<std::size_t> places;
  ChunkWriter chunk = templated(1, 5, &places);
  Buffer file = log_header();
  append(file, chunk.finish(places[2]));
  EXPECT_EQ(carve(file), "1: 2: 3:slack 4:slack 5:slack ");
}

TEST(EvtxCarve, DoesNotTrustWhatWasWrittenOver) {
  std::vector<std::size_t> places;
  ChunkWriter chunk = templated(1, 5, &places);
  Buffer bytes = chunk.finish(places[1]);
  Buffer fresh = templated(9, 9).finish();
  fresh[512 + 24 + 4 + 2] = 0x35, fresh[512 + 24 + 14 + 4] = 0x35;  // another template in the same place
  std::copy_n(fresh.begin() + 512, places[1] - 512, bytes.begin() + 512);
  Buffer file = log_header();
  append(file, bytes);
  OddityList oddities;
  EXPECT_EQ(carve(file, limits::kPieceBytes, &oddities), "9: ");
  ASSERT_FALSE(oddities.kept.empty());
  EXPECT_EQ(oddities.kept.back().what, "carved event record: template written over since");
}

TEST(EvtxCarve, FindsChunksAtAnyPlace) {
  Buffer image = noise(12'345);
  append(image, templated(1, 3).finish());
  append(image, noise(77));
  append(image, templated(4, 5).finish());
  EXPECT_EQ(carve(image), "1:chunk 2:chunk 3:chunk 4:chunk 5:chunk ");
  // The second begins inside the first, of which only the start is left.
  Buffer torn = templated(1, 3).finish();
  torn.resize(5'000);
  append(torn, templated(4, 5).finish());
  EXPECT_EQ(carve(torn), "1:chunk 2:chunk 3:chunk 4:chunk 5:chunk ");
}

TEST(EvtxCarve, FindsLoneRecordsAndTheirTemplates) {
  std::vector<std::size_t> places;
  const Buffer chunk = templated(1, 4, &places).finish();
  const auto part = [&](std::size_t from, std::size_t to) {
    return Buffer(chunk.begin() + static_cast<std::ptrdiff_t>(places[from]),
                  chunk.begin() + static_cast<std::ptrdiff_t>(places[to]));
  };
  // Records 1 to 3 lie as they lay in their chunk, whose beginning would be before the file.
  OddityList oddities;
  EXPECT_EQ(carve(part(0, 3), limits::kPieceBytes, &oddities), "1:record 2:record 3:record ");
  EXPECT_EQ(oddities.total, 0u);
  Buffer image = noise(100'001);
  append(image, part(0, 3));
  EXPECT_EQ(carve(image, limits::kPieceBytes, &oddities), "1:record 2:record 3:record ");
  EXPECT_EQ(oddities.total, 0u);
  // Without the record that brought the template.
  image = noise(100'001);
  append(image, part(1, 3));
  EXPECT_EQ(carve(image, limits::kPieceBytes, &oddities), "");
  ASSERT_EQ(oddities.total, 2u);
  EXPECT_EQ(oddities.kept[0].what, "event record outside of a chunk, and the template it needs is lost");
  EXPECT_EQ(oddities.kept[0].offset, 100'001u);
  // Elements without a template tell their chunk by the name of the first.
  ChunkWriter plain;
  plain.simple_record(8);
  const Buffer bytes = plain.finish();
  image = noise(3);
  image.insert(image.end(), bytes.begin() + 512, bytes.begin() + 700);
  EXPECT_EQ(carve(image), "8:record ");
}

TEST(EvtxCarve, PassesOverCopies) {
  const Buffer chunk = templated(1, 3).finish();
  Buffer log = log_header();
  append(log, chunk);
  append(log, Buffer(kEvtxChunkBytes));
  append(log, noise(5));
  append(log, chunk);
  EXPECT_EQ(carve(log), "1: 2: 3: ");
  // Chunks in their place are kept however often they come, as without carving.
  Buffer twice = log_header();
  append(twice, chunk);
  append(twice, chunk);
  EXPECT_EQ(carve(twice), "1: 2: 3: 1: 2: 3: ");
  // What could not be read is no copy of it.
  const std::size_t from = find_carved_record(chunk, 520);
  const Buffer remains(chunk.begin() + static_cast<std::ptrdiff_t>(from),
                       chunk.begin() + static_cast<std::ptrdiff_t>(from + 200));
  for (std::size_t between : {9u, 3'000'000u}) {
    Buffer bytes = remains;
    append(bytes, noise(between));
    append(bytes, chunk);
    EXPECT_EQ(carve(bytes), "1:chunk 2:chunk 3:chunk ") << between;
  }
  // Across pieces, too.
  Buffer image = chunk;
  append(image, noise(3'000'000));
  append(image, chunk);
  append(image, noise(9));
  append(image, chunk);
  EXPECT_EQ(carve(image), "1:chunk 2:chunk 3:chunk ");
}

TEST(EvtxCarve, GivesTheSameHoweverItIsCut) {
  Buffer image = noise(1'000);
  std::string want;
  for (std::uint64_t id = 1; id <= 60; id += 2) {
    std::vector<std::size_t> places;
    const Buffer chunk = templated(id, id + 1, &places).finish();
    const bool is_lone = id % 3 == 0;
    image.insert(image.end(), chunk.begin() + (is_lone ? 512 : 0),
                 is_lone ? chunk.begin() + 900 : chunk.end());
    append(image, noise(id * 1'733 % 40'000));
    for (std::uint64_t one : {id, id + 1}) want += std::to_string(one) + (is_lone ? ":record " : ":chunk ");
  }
  for (std::size_t read_bytes : {300'000u, 777'777u, 1u << 20, 100u << 20})
    EXPECT_EQ(carve(image, read_bytes), want) << read_bytes;
}

TEST(EvtxCarve, ReadsALogLikeTheFormatDoes) {
  // A chunk without its signature, an unused one, one moved by three bytes, and one cut short.
  Buffer log = log_header();
  append(log, templated(1, 2).finish());
  log[kEvtxHeaderBytes] = 'X';
  append(log, Buffer(kEvtxChunkBytes));
  append(log, noise(3));
  append(log, templated(3, 4).finish());
  append(log, Buffer(kEvtxChunkBytes - 3));
  append(log, templated(5, 6).finish());
  log.resize(log.size() - 60'000);
  EXPECT_EQ(carve(log), "1: 2: 3:chunk 4:chunk 5: 6: ");
}

// Each would take many minutes if any step of the walk were done again for every byte.
TEST(EvtxCarve, TakesTimeInProportionToTheBytes) {
  const Buffer header = templated(1, 1).finish();
  Buffer headers, records, stars;
  while (headers.size() < 1u << 20) headers.insert(headers.end(), header.begin(), header.begin() + 520);
  ChunkWriter writer;
  writer.simple_record(1);
  Buffer record = writer.finish();
  record = Buffer(record.begin() + 512, record.begin() + static_cast<std::ptrdiff_t>(writer.size()));
  for (std::uint8_t id = 0; records.size() < 1u << 20; ++id)
    record[8] = id, record[9] = static_cast<std::uint8_t>(records.size() >> 12), append(records, record);
  while (stars.size() < 1u << 20) append(stars, {'*', '*', 0, 0, 'E', 'l', 'f', 'C'});
  for (const Buffer* image : {&headers, &records, &stars}) {
    const std::string found = carve(*image);
    EXPECT_LT(found.size(), image->size());
  }
}

}  // namespace
}  // namespace bartizan
