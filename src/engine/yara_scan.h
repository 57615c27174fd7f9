// SPDX-License-Identifier: Apache-2.0
// Looks at every file of the evidence, and every member of archives, with YARA rules: logs, documents, programs alike. The first
// limits::kYaraFileBytesMax of each; what was cut or not read is said in `oddities` and `unreadable`. A finding names the rule, its
// meta data, and the strings that matched with their offsets. `keep_going` is asked between files. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "intel/yara_rules.h"
#include "model/finding.h"

namespace bartizan {

struct YaraOutcome {
  std::vector<Finding> findings;
  std::vector<std::string> unreadable, oddities;  // `path: reason`
};

Result<YaraOutcome> yara_scan(const std::vector<std::string>& files, const intel::YaraRules& rules,
                              const std::function<bool()>& keep_going);

// The rule files that paths name: files, and *.yar and *.yara in folders.
std::vector<std::string> list_yara_files(const std::vector<std::string>& paths,
                                         std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan
