// SPDX-License-Identifier: Apache-2.0
#include "app/content.h"

#include <cstdlib>
#include <filesystem>
#include <initializer_list>

namespace bartizan::app {

std::string content_folder() {
  namespace fs = std::filesystem;
  if (const char* named = std::getenv("BARTIZAN_CONTENT")) return named;
  std::error_code error;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  for (const char* way : {"../share/bartizan/content", "../../content"}) {
    fs::path folder = (program.parent_path() / way).lexically_normal();
    if (fs::is_directory(folder / "mapping", error)) return folder.string();
  }
  return {};
}

}  // namespace bartizan::app
