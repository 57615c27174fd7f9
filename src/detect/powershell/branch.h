// SPDX-License-Identifier: Apache-2.0
// Evaluator::Branch: code that may or may not run. What it assigns is undone at the end, and the caller makes
// those variables Unknown; containers it changes become uncertain. Lives on the stack, strictly nested.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "detect/powershell/evaluate.h"

namespace bartizan::powershell {

class Evaluator::Branch {
 public:
  explicit Branch(Evaluator& self)
      : self_(self),
        mark_(self.changes_.size()),
        scopes_(self.scopes_.size()),
        outer_birth_(self.branch_birth_) {
    ++self_.branches_;
    self_.branch_birth_ = self_.births_;
  }
  ~Branch() {
    --self_.branches_;
    self_.branch_birth_ = outer_birth_;
    if (self_.branches_ == 0) self_.changes_.clear();
  }
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  // Runs a block; what it would put out is one Unknown.
  void run(const Node& block, Values& out) {
    Values produced;
    Flow flow = self_.statements(block, produced);
    if (!produced.empty()) out.emplace_back(Reason::kBranch);
    if (flow == Flow::kBreak || flow == Flow::kContinue) self_.maybe_left_loop_ = true;
    if (flow == Flow::kReturn) self_.maybe_returned_ = true;
  }

  void roll_back(std::set<std::pair<std::size_t, std::string>>* changed = nullptr) {
    while (self_.changes_.size() > mark_) {
      Change change = std::move(self_.changes_.back());
      self_.changes_.pop_back();
      if (change.scope >= scopes_) continue;
      auto& variables = self_.scopes_[change.scope].variables;
      if (change.before) variables[change.name] = std::move(*change.before);
      else variables.erase(change.name);
      if (changed != nullptr) changed->emplace(change.scope, std::move(change.name));
    }
  }

 private:
  Evaluator& self_;
  std::size_t mark_, scopes_;
  std::uint64_t outer_birth_;
};

}  // namespace bartizan::powershell
