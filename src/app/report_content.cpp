// SPDX-License-Identifier: Apache-2.0
#include "app/report_content.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bartizan::app {
namespace {

namespace fs = std::filesystem;

// Empty when it cannot be read: the parser complains of that.
std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> actor_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".yml") files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

ReportContent load_report_content(const std::string& content, std::vector<Diagnostic>& diagnostics) {
  ReportContent out;
  const std::string table = content + "/mapping/attack.yml";
  auto attack = AttackTable::parse(text_of(table), table);
  if (attack) out.attack = std::move(*attack);
  else diagnostics.push_back(attack.error());
  for (const fs::path& file : actor_files(content + "/actors")) {
    auto actor = parse_actor(text_of(file), file.string());
    if (actor) out.actors.push_back(std::move(*actor));
    else diagnostics.push_back(actor.error());
  }
  return out;
}

}  // namespace bartizan::app
