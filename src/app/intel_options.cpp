// SPDX-License-Identifier: Apache-2.0
#include "app/intel_options.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/content.h"
#include "app/verbs.h"

namespace bartizan::app {
namespace {

void say(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
}

}  // namespace

std::string intel_folder(const Arguments& arguments) {
  if (arguments.has("--intel")) return arguments.value("--intel");
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  const std::string base = data && *data ? data : std::string(home ? home : "") + "/.local/share";
  return base + "/bartizan/intel";
}

std::string harmless_file() {
  const std::string content = content_folder();
  return content.empty() ? content : content + "/intel/harmless.txt";
}

int cannot_read(const Error& error) {
  std::fprintf(stderr, "bartizan: cannot read %s\n", error.text().c_str());
  return kExitUnreadable;
}

Instant present() {
  using namespace std::chrono;
  return {duration_cast<duration<std::int64_t, std::ratio<1, kTicksPerSecond>>>(
              system_clock::now().time_since_epoch())
              .count()};
}

bool read_percent(const std::string& text, int& percent) {
  if (text.empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  return error == std::errc() && end == text.data() + text.size() && percent >= 0 && percent <= 100;
}

bool read_time(const Arguments& arguments, Instant& time, std::string& complaint) {
  time = present();
  if (!arguments.has("--at")) return true;
  const auto given = parse_instant(arguments.value("--at"));
  if (given) time = *given;
  else complaint = "'" + arguments.value("--at") + "' is no time; write 2026-03-01T08:00:00Z";
  return given.has_value();
}

std::unique_ptr<Intelligence> open_intelligence(const std::vector<std::string>& paths) {
  std::vector<Diagnostic> diagnostics;
  auto intelligence = Intelligence::open(paths, harmless_file(), diagnostics);
  say(diagnostics);
  if (!intelligence.has_value()) return cannot_read(intelligence.error()), nullptr;
  if (count_errors(diagnostics) > 0) {
    std::fputs(
        "bartizan: files with mistakes are not used; `bartizan intel import --keep-valid` keeps what is "
        "right in them\n",
        stderr);
    return nullptr;
  }
  return std::move(*intelligence);
}

std::unique_ptr<Intelligence> open_intelligence(const Arguments& arguments) {
  if (arguments.has("--from")) return open_intelligence(arguments.values("--from"));
  const std::string folder = intel_folder(arguments);
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(folder) / Intelligence::kStoreName, error)) {
    std::fprintf(stderr, "bartizan: no intelligence is kept in %s; `bartizan intel import` brings some\n",
                 folder.c_str());
    return nullptr;
  }
  return open_intelligence(std::vector<std::string>{folder});
}

std::optional<intel::IntelStore> open_intel_store(const Arguments& arguments) {
  const std::filesystem::path folder = intel_folder(arguments);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  auto store = intel::IntelStore::open((folder / Intelligence::kStoreName).string());
  if (store.has_value()) return std::move(*store);
  cannot_read(store.error());
  return std::nullopt;
}

bool refresh_kept_index(const Arguments& arguments, const intel::IntelStore& store) {
  std::uint64_t version = 0;
  std::vector<Diagnostic> diagnostics;
  auto harmless = Intelligence::load_harmless(store, harmless_file(), version, diagnostics);
  say(diagnostics);
  if (!harmless.has_value()) return cannot_read(harmless.error()), false;
  auto index = Intelligence::refresh_index(intel_folder(arguments), store, *harmless, version);
  if (!index.has_value()) return cannot_read(index.error()), false;
  return true;
}

}  // namespace bartizan::app
