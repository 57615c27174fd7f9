// SPDX-License-Identifier: Apache-2.0
// MetadataCheck: the form of what a rule says about itself, by the Sigma specification v2.1 and its tag
// appendix: id, dates, tags, related rules, and ids given twice among all documents looked at. Only warnings:
// such a rule works. For authors; a scan does not ask. One thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"

namespace bartizan::sigma {

class MetadataCheck {
 public:
  void look_at(const YamlNode& document, std::string_view file, std::vector<Diagnostic>& diagnostics);

 private:
  void check_id(const YamlNode& document, std::string_view file, std::vector<Diagnostic>& diagnostics);

  std::unordered_map<std::string, std::string> places_;  // id -> file:line
};

}  // namespace bartizan::sigma
