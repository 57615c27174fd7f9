// SPDX-License-Identifier: Apache-2.0
// Findings: any number of findings in the order of a report, read one after the other as often as need be. They need not fit
// into memory: see engine/finding_store.h. A view; what it was made from outlives it. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/finding.h"

namespace bartizan {

class Findings {
 public:
  // The finding is valid during the call.
  using Visit = std::function<void(const Finding&)>;
  using ForEach = std::function<void(const Visit&)>;

  Findings() = default;
  Findings(std::uint64_t size, ForEach for_each) : size_(size), for_each_(std::move(for_each)) {}
  // Implicit: findings in memory are findings. NOLINTNEXTLINE(google-explicit-constructor)
  Findings(const std::vector<Finding>& findings)
      : size_(findings.size()), for_each_([all = std::span(findings)](const Visit& visit) {
          for (const Finding& finding : all) visit(finding);
        }) {}

  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void for_each(const Visit& visit) const {
    if (for_each_) for_each_(visit);
  }

 private:
  std::uint64_t size_ = 0;
  ForEach for_each_;
};

}  // namespace bartizan
