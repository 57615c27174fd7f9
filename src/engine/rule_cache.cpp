// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/hash.h"
#include "base/limits.h"
#include "engine/build_id.h"
#include "engine/packed_rules.h"

namespace bartizan {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMagic = "bartizan rules 2\n";
constexpr std::size_t kSumBytes = 16;
constexpr std::string_view kEnding = ".rules";

// Tells a damaged file, not a forged one: whoever may write it may start other programs in its owner's name as well.
std::string sum_of(std::string_view payload) {
  XXH128_canonical_t sum;
  XXH128_canonicalFromHash(&sum, XXH3_128bits(payload.data(), payload.size()));
  return {reinterpret_cast<const char*>(sum.digest), sizeof sum.digest};
}

// The whole file, when it is a regular one of this user that nobody else may write.
std::optional<std::string> read_own(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return {};
  struct stat status{};
  std::optional<std::string> bytes;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
      (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
      static_cast<std::uint64_t>(status.st_size) <= limits::kRuleCacheBytesMax) {
    bytes.emplace(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes->size()) {
      const ssize_t got = ::read(file, bytes->data() + done, bytes->size() - done);
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    bytes->resize(done);
  }
  ::close(file);
  return bytes;
}

// Under its name only when all of it is written; other runs may be reading.
void write_whole(const std::string& path, std::string_view bytes) {
  std::string partial = path + ".partial-XXXXXX";
  const int file = ::mkostemp(partial.data(), O_CLOEXEC);
  if (file < 0) return;
  bool is_written = true;
  while (is_written && !bytes.empty()) {
    const ssize_t done = ::write(file, bytes.data(), bytes.size());
    is_written = done > 0;
    if (is_written) bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  ::close(file);
  if (!is_written || ::rename(partial.c_str(), path.c_str()) != 0) ::unlink(partial.c_str());
}

}  // namespace

std::string RuleCache::usual_folder() {
  if (const char* named = std::getenv("BARTIZAN_CACHE")) return named;
  if (const char* caches = std::getenv("XDG_CACHE_HOME"); caches && *caches)
    return std::string(caches) + "/bartizan";
  if (const char* home = std::getenv("HOME"); home && *home) return std::string(home) + "/.cache/bartizan";
  return {};
}

std::string RuleCache::key_of(std::span<const RuleText> texts, const sigma::Placeholders& placeholders) {
  const std::string& build = build_id();
  if (build.empty()) return {};
  Sha256 sum;
  const auto add = [&](std::string_view part) {
    sum.add(std::to_string(part.size()) + ' ');
    sum.add(part);
  };
  add(build);
  for (const auto& [name, values] : placeholders) {
    add(name), add(std::to_string(values.size()));
    for (const std::string& value : values) add(value);
  }
  for (const RuleText& text : texts) add(text.file), add(text.text);
  return sum.hex();
}

std::optional<LoadedRules> RuleCache::find(const std::string& key) const {
  if (folder_.empty() || key.empty()) return {};
  const auto bytes = read_own(path_of(key));
  if (!bytes) return {};
  return unpack_rules(*bytes);
}

void RuleCache::keep(const std::string& key, const LoadedRules& rules) const {
  if (folder_.empty() || key.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return;
  if (const std::string bytes = pack_rules(rules); bytes.size() <= limits::kRuleCacheBytesMax)
    write_whole(path_of(key), bytes);
  drop_oldest();
}

void RuleCache::drop_oldest() const {
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().find(kEnding) != std::string::npos)
      kept.emplace_back(entry->last_write_time(ignored), entry->path());
  }
  std::sort(kept.rbegin(), kept.rend());
  for (std::size_t i = limits::kRuleCachesKept; i < kept.size(); ++i) fs::remove(kept[i].second, error);
}

std::string pack_rules(const LoadedRules& rules) {
  const std::string payload = packed_payload(rules);
  return std::string(kMagic) + sum_of(payload) + payload;
}

std::optional<LoadedRules> unpack_rules(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + kSumBytes) return {};
  const std::string_view sum = bytes.substr(kMagic.size(), kSumBytes);
  const std::string_view payload = bytes.substr(kMagic.size() + kSumBytes);
  if (sum_of(payload) != sum) return {};
  return unpacked_payload(payload);
}

}  // namespace bartizan
