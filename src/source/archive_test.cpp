// SPDX-License-Identifier: Apache-2.0
#include "source/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace bartizan {
namespace {

using Contents = std::vector<std::pair<std::string, std::string>>;
using Configure = std::function<void(archive*)>;

std::string make(const Contents& members, const Configure& setup) {
  std::string out(8 << 20, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  setup(writer);
  archive_write_set_bytes_per_block(writer, 0);
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  for (const auto& [name, text] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    for (std::size_t at = 0; at < text.size(); at += 1 << 20)
      archive_write_data(writer, text.data() + at, std::min<std::size_t>(text.size() - at, 1 << 20));
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

void zip(archive* w) { archive_write_set_format_zip(w); }
void seven(archive* w) { archive_write_set_format_7zip(w); }
void tar(archive* w) { archive_write_set_format_ustar(w); }
void old_tar(archive* w) { archive_write_set_format_v7tar(w); }
void raw_with(archive* w, int (*filter)(archive*)) {
  archive_write_set_format_raw(w);
  filter(w);
}
void gzip(archive* w) { raw_with(w, archive_write_add_filter_gzip); }

// Only forward, as a pipe or a member of an archive.
class Forward : public ByteStream {
 public:
  explicit Forward(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    std::size_t size = text_.copy(reinterpret_cast<char*>(buffer.data()), buffer.size(), at_);
    at_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

struct Walked {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::string> failures;
  ArchiveBudget budget;
  std::uint64_t read = 0;
  bool keep = true;

  void walk(ByteStream& stream, const std::string& name) {
    std::vector<std::uint8_t> head(4096);
    auto size = stream.read(head);
    if (!size.has_value()) return (void)(failures[name] = size.error().message);
    head.resize(*size);
    if (looks_like_archive(head)) {
      auto done =
          for_each_member(stream, head, name, budget, [&](const std::string& inner, ByteStream& member) {
            walk(member, name + "!" + inner);
            return true;
          });
      if (!done.has_value()) failures[name] = done.error().message;
      return;
    }
    std::string& text = texts[name];
    text.assign(head.begin(), head.end());
    std::vector<std::uint8_t> block(1 << 16);
    for (;;) {
      auto more = stream.read(block);
      if (!more.has_value()) return (void)(failures[name] = more.error().message);
      if (*more == 0) return;
      read += *more;
      if (keep) text.append(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*more));
    }
  }
};

Walked walk(const std::string& bytes, const std::string& name, bool keep = true) {
  Walked walked;
  walked.keep = keep;
  Forward stream(bytes);
  walked.walk(stream, name);
  return walked;
}

std::string noise(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

TEST(Archive, EveryContainerGivesItsMembers) {
  const Contents members{{"a.json", "{\"a\":1}"}, {"d/b.json", std::string(100'000, 'b')}};
  for (const Configure& setup : std::vector<Configure>{zip, seven, tar, old_tar}) {
    Walked walked = walk(make(members, setup), "x");
    EXPECT_TRUE(walked.failures.empty());
    EXPECT_EQ(walked.texts, (std::map<std::string, std::string>{{"x!a.json", members[0].second},
                                                                {"x!d/b.json", members[1].second}}));
  }
}

TEST(Archive, CompressedFileIsNamedAfterItself) {
  for (auto [filter, suffix] :
       {std::pair(&archive_write_add_filter_gzip, ".gz"), std::pair(&archive_write_add_filter_zstd, ".zst"),
        std::pair(&archive_write_add_filter_bzip2, ".bz2"), std::pair(&archive_write_add_filter_xz, ".xz")}) {
    Walked walked = walk(make({{"data", "hello"}}, [f = filter](archive* w) { raw_with(w, f); }),
                         std::string("d/a.json") + suffix);
    EXPECT_TRUE(walked.failures.empty());
    EXPECT_EQ(walked.texts[std::string("d/a.json") + suffix + "!a.json"], "hello") << suffix;
  }
}

TEST(Archive, NestedNamesAreJoined) {
  std::string inner = make({{"log.json.gz", make({{"data", "hello"}}, gzip)}}, seven);
  Walked walked = walk(make({{"in.7z", inner}, {"after", "x"}}, zip), "out.zip");
  EXPECT_TRUE(walked.failures.empty());
  EXPECT_EQ(walked.texts["out.zip!in.7z!log.json.gz!log.json"], "hello");
  EXPECT_EQ(walked.texts["out.zip!after"], "x");
}

TEST(Archive, DepthIsBounded) {
  std::string bytes = "deep";
  for (int i = 0; i < 12; ++i) bytes = make({{"n", bytes}}, tar);
  Walked walked = walk(bytes, "x");
  EXPECT_TRUE(walked.texts.empty());
  EXPECT_EQ(walked.failures.size(), 1u);
}

TEST(Archive, TruncatedMemberKeepsWhatWasRead) {
  for (const Configure& setup : std::vector<Configure>{zip, gzip}) {
    std::string whole = noise(1 << 20);
    std::string bytes = make({{"a", whole}}, setup);
    Walked walked = walk(bytes.substr(0, bytes.size() / 2), "x");
    EXPECT_FALSE(walked.failures.empty());
    ASSERT_EQ(walked.texts.size(), 1u);
    const std::string& kept = walked.texts.begin()->second;
    EXPECT_GT(kept.size(), whole.size() / 4);
    EXPECT_TRUE(whole.starts_with(kept));
  }
}

TEST(Archive, BombIsStoppedAndOtherMembersGoOn) {
  std::string zeros(512u << 20, '0');  // digits: a block of NUL bytes is an empty tar
  std::string bytes =
      make({{"bomb", make({{"data", zeros}}, [](archive* w) { raw_with(w, archive_write_add_filter_zstd); })},
            {"good", "x"}},
           zip);
  Walked walked = walk(bytes, "x.zip", false);
  EXPECT_GE(walked.read, 63u << 20);
  EXPECT_LT(walked.read, 128u << 20);
  EXPECT_EQ(walked.failures.size(), 1u);
  EXPECT_EQ(walked.texts["x.zip!good"], "x");
}

TEST(Archive, EncryptedMembersSaySoAndOtherMembersGoOn) {
  for (const char* method : {"zip:encryption=traditional", "zip:encryption=aes256"}) {
    const std::string locked = make({{"secret.json", "{\"a\":1}"}, {"other.json", "{}"}}, [&](archive* w) {
      zip(w);
      ASSERT_EQ(archive_write_set_passphrase(w, "infected"), ARCHIVE_OK);
      ASSERT_EQ(archive_write_set_options(w, method), ARCHIVE_OK);
    });
    Walked walked = walk(make({{"locked.zip", locked}, {"good", "x"}}, tar), "x.tar");
    EXPECT_EQ(walked.texts["x.tar!good"], "x");
    for (const char* name : {"x.tar!locked.zip!secret.json", "x.tar!locked.zip!other.json"})
      EXPECT_NE(walked.failures[name].find("encrypted"), std::string::npos)
          << method << ' ' << name << ": " << walked.failures[name];
  }
}

// libarchive would call a block of NUL bytes an empty tar.
TEST(Archive, NulBytesAreNoArchive) {
  const std::vector<std::uint8_t> zeros(4096);
  EXPECT_FALSE(looks_like_archive(zeros));
}

// libarchive steps over far members by seeking from where it is.
TEST(Archive, UnreadZipMembersAreSteppedOver) {
  std::string bytes = make({{"a", noise(700'000)}, {"b", noise(300'000)}, {"c", "x"}}, zip);
  Forward stream(bytes);
  std::vector<std::string> names;
  ArchiveBudget budget;
  std::vector<std::uint8_t> head(4096);
  ASSERT_TRUE(stream.read(head).has_value());
  auto done = for_each_member(stream, head, "x", budget, [&](const std::string& name, ByteStream& member) {
    std::uint8_t few[64];
    names.push_back(name);
    return member.read(few).has_value();
  });
  EXPECT_TRUE(done.has_value());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Archive, OtherFilesAreNone) {
  std::string text = "{\"a\":1}";
  EXPECT_FALSE(looks_like_archive(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
  EXPECT_FALSE(looks_like_archive({}));
}

}  // namespace
}  // namespace bartizan
