// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "base/yaml.h"
#include "detect/sigma/load.h"
#include "engine/packed_rules.h"
#include "engine/rule_set.h"

namespace bartizan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRules = R"(
title: A
id: 5b0b75dc-9190-4047-b9a8-14164cee8a31
status: test
level: high
tags: [attack.t1059.001]
falsepositives: [none]
logsource: {product: windows, category: process_creation}
detection:
  one:
    Image|endswith: ['\a.exe', '\b?.exe']
    CommandLine|re|i: 'abc+d'
    DestinationIp|cidr: '10.0.0.0/8'
    Size|gt: 3.5
  two: [word, 'wo*d']
  three:
    - A|fieldref: B
    - C: null
    - D|exists: true
  condition: one and not (1 of two or three)
---
title: B
correlation:
  type: temporal
  rules: [A]
  group-by: [User]
  timespan: 5m
  aliases:
    who:
      A: User
---
title: C
filter:
  rules: [A]
  selection: {User: x}
  condition: not selection
logsource: {product: windows}
---
title: broken
detection: {}
)";

LoadedRules loaded() {
  LoadedRules out;
  auto documents = parse_yaml(kRules, "r.yml");
  EXPECT_TRUE(documents.has_value());
  sigma::load_rules(*documents, "r.yml", nullptr, out.rules, out.diagnostics);
  sigma::load_correlations(*documents, "r.yml", out.correlations, out.diagnostics);
  sigma::load_filters(*documents, "r.yml", nullptr, out.filters, out.diagnostics);
  out.unusable = 3;
  return out;
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "rule_cache_test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(PackedRules, ReadAsWritten) {
  const LoadedRules rules = loaded();
  ASSERT_EQ(rules.rules.size(), 1u);
  ASSERT_EQ(rules.correlations.size(), 1u);
  ASSERT_EQ(rules.filters.size(), 1u);
  ASSERT_FALSE(rules.diagnostics.empty());
  const std::string bytes = pack_rules(rules);
  const auto read = unpack_rules(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(pack_rules(*read), bytes);
  EXPECT_EQ(read->rules[0].title, "A");
  EXPECT_EQ(read->unusable, 3u);
}

TEST(PackedRules, NothingComesOfOtherBytes) {
  const std::string bytes = pack_rules(loaded());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(unpack_rules(std::string_view(bytes).substr(0, size)).has_value()) << size;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    ASSERT_FALSE(unpack_rules(damaged).has_value()) << at;
  }
}

// Behind the checksum: whatever the bytes, what is read can be used.
TEST(PackedRules, DamagedPayloadsAreSoundOrRefused) {
  const std::string payload = packed_payload(loaded());
  std::mt19937 random(1);
  std::size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = payload;
    for (unsigned changes = 1 + static_cast<unsigned>(random()) % 3; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    if (random() % 4 == 0) damaged.resize(random() % damaged.size());
    const auto rules = unpacked_payload(damaged);
    if (!rules) continue;
    ++read;
    Event event;
    for (const sigma::Rule& rule : rules->rules) {
      const sigma::PlainFieldLookup lookup;
      (void)sigma::RuleEvaluator(lookup).matches(rule, event);
    }
  }
  EXPECT_GT(read, 100u);
}

TEST(RuleCache, FindsWhatItKept) {
  const Folder folder;
  const RuleCache cache(folder.path() + "/new");
  const std::string key(64, 'a'), other(64, 'b');
  EXPECT_FALSE(cache.find(key).has_value());
  cache.keep(key, loaded());
  ASSERT_TRUE(cache.find(key).has_value());
  EXPECT_FALSE(cache.find(other).has_value());
  EXPECT_FALSE(RuleCache("").find(key).has_value());
}

TEST(RuleCache, PassesOverFilesOfDoubtfulOrigin) {
  const Folder folder;
  const RuleCache cache(folder.path());
  const std::string key(64, 'a'), path = folder.path() + "/" + key + ".rules";
  cache.keep(key, loaded());
  ASSERT_TRUE(cache.find(key).has_value());
  ::chmod(path.c_str(), 0666);
  EXPECT_FALSE(cache.find(key).has_value()) << "others may write it";
  ::chmod(path.c_str(), 0600);
  EXPECT_TRUE(cache.find(key).has_value());
  fs::rename(path, path + ".moved");
  fs::create_symlink(path + ".moved", path);
  EXPECT_FALSE(cache.find(key).has_value()) << "a link";
  fs::remove(path);
  std::ofstream(path) << "bartizan rules 1\n";
  EXPECT_FALSE(cache.find(key).has_value()) << "cut";
}

TEST(RuleCache, KeyDependsOnEverything) {
  const std::vector<RuleText> texts{{"a.yml", "x"}, {"b.yml", "y"}};
  const sigma::Placeholders placeholders{{"p", {"1", "2"}}};
  const std::string key = RuleCache::key_of(texts, placeholders);
  ASSERT_EQ(key.size(), 64u);
  EXPECT_EQ(RuleCache::key_of(texts, placeholders), key);
  const std::vector<std::vector<RuleText>> others{{{"a.yml", "x"}},
                                                  {{"a.yml", "xb"}, {".yml", "y"}},
                                                  {{"b.yml", "y"}, {"a.yml", "x"}},
                                                  {{"a.yml", "x"}, {"b.yml", "z"}}};
  for (const auto& other : others) EXPECT_NE(RuleCache::key_of(other, placeholders), key);
  EXPECT_NE(RuleCache::key_of(texts, {}), key);
  EXPECT_NE(RuleCache::key_of(texts, {{"p", {"12"}}}), key);
}

// A run that finds its rules kept has the same rules as one that reads them.
TEST(RuleCache, ARuleSetIsTheSameFromTheCache) {
  const Folder folder;
  fs::create_directory(folder.path() + "/rules");
  for (int i = 0; i < 70; ++i)
    std::ofstream(folder.path() + "/rules/" + std::to_string(i) + ".yml")
        << "title: R" << i << "\nid: 5b0b75dc-9190-4047-b9a8-" << 141640000000 + i
        << "\nlogsource: {product: windows}\ndetection:\n  s: {A|contains: 'v" << i << "'}\n  condition: s\n";
  std::string texts[2];
  for (std::string& text : texts) {
    RuleSet rules;
    rules.use_cache(folder.path() + "/cache");
    rules.load_rules(folder.path() + "/rules");
    rules.prepare();
    ASSERT_EQ(rules.rules().size(), 70u);
    LoadedRules all;
    all.rules = rules.rules();
    text = pack_rules(all);
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() + "/cache"), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace bartizan
