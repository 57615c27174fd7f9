// SPDX-License-Identifier: Apache-2.0
// HarmlessList: values that are no sign of anything, whoever lists them: ours (content/intel/harmless.txt), MISP warning lists,
// and what the user adds. Answers with the name of the list. After the last add() it may be read by several threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "intel/import.h"

namespace re2 {
class RE2;
}

namespace bartizan::intel {

class HarmlessList {
 public:
  HarmlessList();
  ~HarmlessList();
  HarmlessList(HarmlessList&&) noexcept;
  HarmlessList& operator=(HarmlessList&&) noexcept;

  // False: an expression that cannot be used, or too many.
  bool add(std::string_view list, const Harmless& harmless);
  // Lines of `kind value`; `below domain` stands for a domain and all below it; # begins a comment.
  void load(std::string_view text, const std::string& file, std::vector<Diagnostic>& diagnostics);

  // The list that calls the value harmless; nothing: none does. The empty view is never an answer.
  std::optional<std::string_view> find(const Indicator& indicator) const;
  std::size_t size() const { return size_; }

 private:
  std::optional<std::string_view> find_key(Kind kind, std::string_view key) const;
  std::optional<std::string_view> find_above(const Indicator& indicator) const;
  std::optional<std::string_view> find_network(std::string_view address, unsigned length_max) const;
  std::uint32_t number_of(std::string_view list);

  struct Text {
    std::string text;  // of a substring
    std::unique_ptr<re2::RE2> expression;
    std::uint32_t list = 0;
  };
  std::vector<std::string> lists_;
  std::unordered_map<std::string, std::uint32_t> values_;  // kind and key: list
  std::unordered_map<std::string, std::uint32_t> below_;   // domains
  std::unordered_map<std::string, std::uint32_t> networks_;
  std::uint64_t lengths4_ = 0;
  std::vector<bool> lengths6_;
  std::vector<Text> texts_;
  std::size_t size_ = 0;
};

}  // namespace bartizan::intel
