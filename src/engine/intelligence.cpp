// SPDX-License-Identifier: Apache-2.0
#include "engine/intelligence.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>

#include "base/limits.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

using FilePtr = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::uint64_t drawn_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// An index that lives as long as it is used.
Result<intel::IndicatorIndex> make_index(const intel::IntelStore& store, const intel::HarmlessList& harmless,
                                         const std::function<bool(const intel::Known&)>& wants = {}) {
  const FilePtr file(std::tmpfile(), std::fclose);
  if (!file) return fail(std::strerror(errno), "a temporary file");
  TRY_VOID(intel::build_index(store, harmless, 0, drawn_seed(), file.get(), wants));
  return intel::IndicatorIndex::open(file.get(), "a temporary index");
}

bool is_kept_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::path(path) / Intelligence::kStoreName, error);
}

}  // namespace

Result<intel::HarmlessList> Intelligence::load_harmless(const intel::IntelStore& store,
                                                        const std::string& file, std::uint64_t& version,
                                                        std::vector<Diagnostic>& diagnostics) {
  intel::HarmlessList list;
  TRY(const std::int64_t number, store.version());
  version = static_cast<std::uint64_t>(number);
  if (!file.empty()) {
    TRY(const std::string text, read_text_file(file, limits::kRuleFileBytesMax));
    list.load(text, file, diagnostics);
    version ^= intel::key_hash(intel::Kind::kPattern, text, 1);
  }
  TRY_VOID(store.load_harmless(list));
  return list;
}

Result<intel::IndicatorIndex> Intelligence::refresh_index(const std::string& folder,
                                                          const intel::IntelStore& store,
                                                          const intel::HarmlessList& harmless,
                                                          std::uint64_t version) {
  const std::string path = (std::filesystem::path(folder) / kIndexName).string();
  if (auto index = intel::IndicatorIndex::open(path); index.has_value() && index->version() == version)
    return index;
  std::string partial = path + ".partial-XXXXXX";
  const int descriptor = ::mkstemp(partial.data());
  // A folder that cannot be written to may still be read.
  if (descriptor < 0) return make_index(store, harmless);
  const FilePtr file(::fdopen(descriptor, "w+b"), std::fclose);
  auto built = intel::build_index(store, harmless, version, drawn_seed(), file.get());
  const bool is_there = built.has_value() && ::fchmod(descriptor, 0644) == 0 && ::fsync(descriptor) == 0 &&
                        ::rename(partial.c_str(), path.c_str()) == 0;
  const int reason = errno;
  if (!is_there) ::unlink(partial.c_str());
  if (!built.has_value()) return std::unexpected(std::move(built.error()));
  if (!is_there) return fail(std::strerror(reason), path);
  return intel::IndicatorIndex::open(path);
}

Result<intel::IntelStore> Intelligence::open_store(const std::vector<std::string>& paths,
                                                   std::vector<Diagnostic>& diagnostics) {
  const bool is_folder = paths.size() == 1 && is_kept_folder(paths[0]);
  TRY(intel::IntelStore store,
      intel::IntelStore::open(is_folder ? (std::filesystem::path(paths[0]) / kStoreName).string()
                                        : intel::IntelStore::kMemory));
  for (const std::string& path : is_folder ? std::vector<std::string>() : paths) {
    TRY(const IntelImport import, import_intel_path(store, path, {}, {}, {}));
    for (const IntelFile& file : import.files)
      diagnostics.insert(diagnostics.end(), file.report.mistakes.begin(), file.report.mistakes.end());
    for (const std::string& line : import.unreadable) return fail(line);
  }
  return store;
}

Result<std::unique_ptr<Intelligence>> Intelligence::open(const std::vector<std::string>& paths,
                                                         const std::string& harmless,
                                                         std::vector<Diagnostic>& diagnostics) {
  TRY(intel::IntelStore store, open_store(paths, diagnostics));
  std::uint64_t version = 0;
  TRY(intel::HarmlessList list, load_harmless(store, harmless, version, diagnostics));
  const bool is_folder = paths.size() == 1 && is_kept_folder(paths[0]);
  auto index = is_folder ? refresh_index(paths[0], store, list, version) : make_index(store, list);
  if (!index.has_value()) return std::unexpected(std::move(index.error()));
  std::unique_ptr<Intelligence> out(new Intelligence(std::move(store), std::move(*index)));
  out->harmless_ = std::move(list);
  TRY_VOID(out->load_patterns(diagnostics));
  out->note_kinds();
  return out;
}

Result<std::unique_ptr<Intelligence>> Intelligence::open_newer(const std::vector<std::string>& paths,
                                                               const std::string& harmless,
                                                               std::uint32_t after,
                                                               std::vector<Diagnostic>& diagnostics) {
  TRY(intel::IntelStore store, open_store(paths, diagnostics));
  std::uint64_t version = 0;
  TRY(intel::HarmlessList list, load_harmless(store, harmless, version, diagnostics));
  TRY(intel::IndicatorIndex index,
      make_index(store, list, [&](const intel::Known& known) { return known.id > after; }));
  std::unique_ptr<Intelligence> out(new Intelligence(std::move(store), std::move(index)));
  out->harmless_ = std::move(list);
  out->after_ = after;
  TRY_VOID(out->load_patterns(diagnostics));
  out->note_kinds();
  return out;
}

void Intelligence::note_kinds() {
  for (std::size_t i = 0; i < intel::kKinds; ++i)
    if (const auto kind = static_cast<intel::Kind>(i); index_.has(kind)) kinds_ |= intel::set_of(kind);
}

Result<void> Intelligence::load_patterns(std::vector<Diagnostic>& diagnostics) {
  return store_.for_each(
      [&](const intel::Known& known) {
        if (known.id <= after_ || !intel::assess(known, harmless_).is_kept) return true;
        auto pattern = intel::parse_pattern(known.indicator.key);
        if (!pattern) return true;
        if (auto added = patterns_.add(known.id, std::move(*pattern)); !added) {
          const intel::SourceStatement& statement = known.statements.front();
          diagnostics.push_back({"stix.not_evaluated",
                                 statement.source,
                                 0,
                                 0,
                                 "the pattern of " +
                                     (statement.reference.empty() ? statement.title : statement.reference) +
                                     " is left out: " + added.error(),
                                 {},
                                 Severity::kWarning});
        }
        return true;
      },
      intel::Kind::kPattern);
}

std::shared_ptr<const intel::Known> Intelligence::known(std::uint32_t id) const {
  const std::lock_guard lock(mutex_);
  if (const auto remembered = remembered_.find(id); remembered != remembered_.end())
    return remembered->second;
  auto found = store_.find(id);
  if (!found.has_value() || !*found) return nullptr;
  if (remembered_.size() >= limits::kIntelKnownMax) remembered_.clear();
  return remembered_[id] = std::make_shared<const intel::Known>(std::move(**found));
}

}  // namespace bartizan
