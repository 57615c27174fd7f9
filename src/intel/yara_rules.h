// SPDX-License-Identifier: Apache-2.0
// YARA rules on bytes, by libyara. YaraRules: files compiled together, each in a namespace of its own, so that two may use one name;
// a file with mistakes is left out and its mistakes are Diagnostics with line. Immutable, any thread. YaraScanner: looks at one
// buffer at a time within limits::kYaraSecondsMax; one a thread, must not outlive the rules.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/diagnostic.h"
#include "base/result.h"

struct YR_RULES;
struct YR_SCAN_CONTEXT;

namespace bartizan::intel {

struct YaraString {
  std::string name;  // $a
  std::uint64_t offset = 0, size = 0;
  std::string bytes;  // the first of them
};

struct YaraMatch {
  std::string rule, file;  // the rule's name and the file it stands in
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<YaraString> strings;  // the first ones, by place
  std::uint64_t strings_total = 0;

  std::string meta_of(std::string_view name) const;  // in any case; empty: none
};

class YaraRules {
 public:
  // Files and folders (*.yar, *.yara).
  static Result<YaraRules> load(const std::vector<std::string>& files, std::vector<Diagnostic>& diagnostics);
  std::size_t size() const { return size_; }
  YR_RULES* compiled() const { return rules_.get(); }

 private:
  struct Destroy {
    void operator()(YR_RULES* rules) const;
  };
  std::unique_ptr<YR_RULES, Destroy> rules_;
  std::size_t size_ = 0;
};

class YaraScanner {
 public:
  static Result<YaraScanner> make(const YaraRules& rules);
  // `file`: for rules that ask for its name. An Error says that not all rules could be asked (time).
  Result<std::vector<YaraMatch>> scan(Bytes bytes, const std::string& file);

 private:
  struct Destroy {
    void operator()(YR_SCAN_CONTEXT* scanner) const;
  };
  std::unique_ptr<YR_SCAN_CONTEXT, Destroy> scanner_;
};

}  // namespace bartizan::intel
