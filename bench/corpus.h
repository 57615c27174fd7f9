// SPDX-License-Identifier: Apache-2.0
// The logs and rules a benchmark works on: the logs of the folder BARTIZAN_BENCH_CORPUS (made by bench/make_corpus.py), the
// rules of the folders in BARTIZAN_BENCH_RULES, parted by colons. A log is its first kLogBytes, in the pieces a scan would cut.
// What is missing is told on standard error and left out. One thread.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "decode/decoder.h"
#include "engine/rule_set.h"

namespace bartizan {

inline constexpr std::size_t kLogBytes = 8u << 20;

struct BenchLog {
  std::string name;
  std::string bytes;
  const Format* format = nullptr;
  std::vector<Piece> pieces;
  std::deque<std::string> contexts;  // pieces point into them
};

inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

inline void cut_log(BenchLog& log) {
  const auto cutter = log.format->make_cutter();
  const Bytes bytes = as_bytes(log.bytes);
  for (std::size_t at = 0; at < bytes.size();) {
    const Bytes rest = bytes.subspan(at);
    std::size_t size = cutter->cut(rest, false);
    if (size == 0) size = cutter->cut(rest, true);
    log.contexts.push_back(cutter->context());
    log.pieces.push_back({rest.first(size), at, log.contexts.back(), {}});
    at += size;
  }
}

inline std::vector<std::unique_ptr<BenchLog>> bench_logs() {
  std::vector<std::unique_ptr<BenchLog>> logs;
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(environment("BARTIZAN_BENCH_CORPUS"), error))
    if (entry.path().extension() == ".evtx" || entry.path().extension() == ".ndjson")
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    auto log = std::make_unique<BenchLog>();
    log->name = path.filename().string();
    std::ifstream file(path, std::ios::binary);
    log->bytes.resize(kLogBytes);
    file.read(log->bytes.data(), static_cast<std::streamsize>(kLogBytes));
    log->bytes.resize(static_cast<std::size_t>(file.gcount()));
    log->format = recognise_format(as_bytes(log->bytes).first(std::min(kHeadBytes, log->bytes.size())));
    if (!log->format) continue;
    cut_log(*log);
    logs.push_back(std::move(log));
  }
  if (logs.empty())
    std::fprintf(stderr, "no logs: set BARTIZAN_BENCH_CORPUS to what bench/make_corpus.py made\n");
  return logs;
}

inline void load_bench_rules(RuleSet& rules) {
  const std::string content = environment("BARTIZAN_CONTENT");
  rules.load_mapping(content);
  rules.load_rules(content + "/rules");
  std::stringstream folders(environment("BARTIZAN_BENCH_RULES"));
  for (std::string folder; std::getline(folders, folder, ':');) rules.load_rules(folder);
  rules.prepare();
}

}  // namespace bartizan
