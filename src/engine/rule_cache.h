// SPDX-License-Identifier: Apache-2.0
// RuleCache: rules as they were loaded, kept in a file so that the next run need not read the YAML again. What is kept is
// found by a SHA-256 over everything it was made from: the bytes and names of the rule files, the placeholders, and the build
// of the program. A cache is never trusted: a file of another owner or that others may write, of another format, cut, or with
// another checksum is passed over, and what it holds is checked as input from outside. Whatever fails, the rules are loaded
// from their files. Some files are kept, the oldest go. One thread.
//
// Layout: magic and format in a line, XXH3 of the rest (128 bits, big-endian), then LoadedRules field by field: numbers as
// LEB128, texts with their size before them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/filter.h"
#include "detect/sigma/placeholders.h"
#include "detect/sigma/rule.h"

namespace bartizan {

struct LoadedRules {
  std::vector<sigma::Rule> rules;
  std::vector<sigma::Correlation> correlations;
  std::vector<sigma::Filter> filters;
  std::vector<Diagnostic> diagnostics;
  std::size_t unusable = 0;
};

struct RuleText {
  std::string file, text;
};

class RuleCache {
 public:
  // `folder` is made when something is kept; empty: nothing is found and nothing kept.
  explicit RuleCache(std::string folder) : folder_(std::move(folder)) {}

  // $BARTIZAN_CACHE, which may be empty, else bartizan in $XDG_CACHE_HOME or ~/.cache.
  static std::string usual_folder();
  static std::string key_of(std::span<const RuleText> texts, const sigma::Placeholders& placeholders);

  std::optional<LoadedRules> find(const std::string& key) const;
  void keep(const std::string& key, const LoadedRules& rules) const;

 private:
  std::string path_of(const std::string& key) const { return folder_ + "/" + key + ".rules"; }
  void drop_oldest() const;

  std::string folder_;
};

// The bytes of a cache file; nothing when they are not what pack_rules made.
std::string pack_rules(const LoadedRules& rules);
std::optional<LoadedRules> unpack_rules(std::string_view bytes);

}  // namespace bartizan
