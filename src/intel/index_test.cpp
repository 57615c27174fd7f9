// SPDX-License-Identifier: Apache-2.0
#include "intel/index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <random>

namespace bartizan::intel {
namespace {

using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

FilePtr temporary() { return {std::tmpfile(), std::fclose}; }

std::vector<std::uint32_t> ids_of(const IndicatorIndex& index, Kind kind, std::string_view key) {
  std::vector<std::uint32_t> ids;
  index.find(kind, key, [&](const IndexEntry& entry) { ids.push_back(entry.id); });
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string random_key(std::mt19937_64& random) {
  std::string key(random() % 40, '\0');
  for (char& c : key) c = static_cast<char>(random() % 4 + 'a');
  return key;
}

TEST(Index, AnswersAsAMapDoes) {
  for (const std::size_t count : {0u, 1u, 3u, 100u, 20'000u}) {
    std::mt19937_64 random(count + 7);
    std::map<std::pair<Kind, std::string>, std::vector<std::uint32_t>> plain;
    const FilePtr file = temporary();
    auto builder = IndexBuilder::begin(file.get(), random());
    ASSERT_TRUE(builder.has_value());
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto kind = static_cast<Kind>(random() % (kKinds - 1));
      const std::string key = random_key(random);
      ASSERT_TRUE(builder->add(kind, key, {i, false, {}}).has_value());
      plain[{kind, key}].push_back(i);
    }
    ASSERT_TRUE(builder->finish(5).has_value());
    auto index = IndicatorIndex::open(file.get(), "test");
    ASSERT_TRUE(index.has_value()) << index.error().text();
    EXPECT_EQ(index->size(), count);
    EXPECT_EQ(index->version(), 5u);
    for (const auto& [key, ids] : plain) EXPECT_EQ(ids_of(*index, key.first, key.second), ids);
    for (int i = 0; i < 20'000; ++i) {
      const auto kind = static_cast<Kind>(random() % (kKinds - 1));
      const std::string key = random_key(random);
      const auto known = plain.find({kind, key});
      EXPECT_EQ(ids_of(*index, kind, key),
                known == plain.end() ? std::vector<std::uint32_t>() : known->second);
    }
  }
}

TEST(Index, KeepsWhatAnIndicatorIsWorth) {
  const FilePtr file = temporary();
  auto builder = IndexBuilder::begin(file.get(), 1);
  ASSERT_TRUE(builder.has_value());
  const Worth worth{77, *parse_instant("2023-02-01T10:11:00Z"), *parse_instant("2023-02-03T00:00:00Z"),
                    *parse_instant("2023-03-01T00:00:01Z")};
  ASSERT_TRUE(builder->add(Kind::kDomain, "evil.example", {9, true, worth}).has_value());
  ASSERT_TRUE(builder->finish(1).has_value());
  auto index = IndicatorIndex::open(file.get(), "test");
  ASSERT_TRUE(index.has_value());
  int found = 0;
  index->find(Kind::kDomain, "evil.example", [&](const IndexEntry& entry) {
    ++found;
    EXPECT_EQ(entry.id, 9u);
    EXPECT_TRUE(entry.is_of_pattern);
    EXPECT_EQ(entry.worth.confidence, 77);
    EXPECT_EQ(format_instant(entry.worth.first), "2023-02-01T10:11:00.0000000Z");
    EXPECT_EQ(format_instant(entry.worth.until), "2023-03-01T00:01:00.0000000Z");
  });
  EXPECT_EQ(found, 1);
}

// Whatever byte is cut or changed: no look-up leaves the file.
TEST(Index, DamagedFilesDoNoHarm) {
  const FilePtr file = temporary();
  auto builder = IndexBuilder::begin(file.get(), 3);
  ASSERT_TRUE(builder.has_value());
  for (std::uint32_t i = 0; i < 8; ++i)
    ASSERT_TRUE(
        builder->add(Kind::kDomain, "a" + std::to_string(i) + ".example", {i, false, {}}).has_value());
  ASSERT_TRUE(builder->finish(1).has_value());
  std::rewind(file.get());
  std::string whole(1u << 16, '\0');
  whole.resize(std::fread(whole.data(), 1, whole.size(), file.get()));
  const auto try_one = [](const std::string& bytes) {
    const FilePtr damaged = temporary();
    std::fwrite(bytes.data(), 1, bytes.size(), damaged.get());
    std::fflush(damaged.get());
    auto index = IndicatorIndex::open(damaged.get(), "damaged");
    if (!index.has_value()) return;
    for (std::uint32_t i = 0; i < 8; ++i)
      (void)ids_of(*index, Kind::kDomain, "a" + std::to_string(i) + ".example");
  };
  for (std::size_t size = 0; size < whole.size(); ++size) try_one(whole.substr(0, size));
  std::mt19937_64 random(11);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(random());
    try_one(bytes);
    bytes[at] = '\xff';
    try_one(bytes);
  }
}

}  // namespace
}  // namespace bartizan::intel
