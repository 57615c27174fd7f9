// SPDX-License-Identifier: Apache-2.0
// Parser::Nesting: counts how deep the parser stands; too_deep() tells it to stop descending. Lives on the
// stack.
#pragma once

#include "base/limits.h"
#include "detect/powershell/parser.h"

namespace bartizan::powershell {

class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.depth_; }
  ~Nesting() { --parser_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

  bool too_deep() const {
    bool deep = parser_.depth_ > limits::kPowershellNestingMax ||
                parser_.tree_.nodes.size() > limits::kPowershellNodesMax;
    if (deep) parser_.tree_.limited = true;
    return deep;
  }

 private:
  Parser& parser_;
};

}  // namespace bartizan::powershell
