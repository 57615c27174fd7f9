// SPDX-License-Identifier: Apache-2.0
// Findings: any number of findings in the order of a report, read one after the other as often as need be. They need not fit
// into memory: see engine/finding_store.h. A view; what it was made from outlives it. One thread; write_each() may use more.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"

namespace bartizan {

class Findings {
 public:
  // The finding is valid during the call.
  using Visit = std::function<void(const Finding&)>;
  using ForEach = std::function<void(const Visit&)>;
  // Appends what is written of one finding; called by several threads at once, so it depends on nothing else.
  using Append = std::function<void(const Finding&, std::string& out)>;
  using Write = std::function<void(std::string_view)>;
  using WriteEach = std::function<void(const Append&, const Write&)>;

  Findings() = default;
  // Without `write_each` findings are written one by one.
  Findings(std::uint64_t size, ForEach for_each, WriteEach write_each = nullptr)
      : size_(size), for_each_(std::move(for_each)), write_each_(std::move(write_each)) {}
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
  // What `append` makes of each goes to `write`, in order, in parts of any length.
  void write_each(const Append& append, const Write& write) const {
    if (write_each_) return write_each_(append, write);
    std::string out;
    for_each([&](const Finding& finding) { out.clear(), append(finding, out), write(out); });
  }

 private:
  std::uint64_t size_ = 0;
  ForEach for_each_;
  WriteEach write_each_;
};

}  // namespace bartizan
