// SPDX-License-Identifier: Apache-2.0
#include "hunt/process_tree.h"

#include <algorithm>
#include <ranges>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::hunt {
namespace {

enum Column : std::size_t { kTime, kImage, kCommandLine, kAccount, kId, kProcess, kParent };

// Rows stand in the order they were started in, so a lower place is never later.
class Tree {
 public:
  explicit Tree(TextRows started) : rows_(std::move(started)), children_(rows_.size()) {
    for (std::size_t i = 0; i < rows_.size(); ++i) of_process_[rows_[i][kProcess]].push_back(i);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::size_t parent = parent_of(i);
      if (parent == kNone) roots_.push_back(i);
      else children_[parent].push_back(i);
    }
  }

  TextRows in_order() && {
    for (const std::size_t root : roots_) take(root);
    for (std::size_t i = 0; i < rows_.size(); ++i) take(i);  // parents in a circle
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::size_t parent_of(std::size_t child) const {
    const auto same = of_process_.find(rows_[child][kParent]);
    if (rows_[child][kParent].empty() || same == of_process_.end()) return kNone;
    auto later = std::ranges::upper_bound(
        same->second, rows_[child][kTime], {},
        [&](std::size_t place) -> const std::string& { return rows_[place][kTime]; });
    while (later != same->second.begin())
      if (*--later != child) return *later;
    return kNone;
  }

  // A process and all below it, without recursion: logs may hold chains of any length.
  void take(std::size_t root) {
    std::vector<std::pair<std::size_t, std::size_t>> waiting{{root, 0}};
    while (!waiting.empty()) {
      const auto [place, depth] = waiting.back();
      waiting.pop_back();
      std::vector<std::string>& row = rows_[place];
      if (row.empty()) continue;  // was taken
      row[kImage].insert(0, 2 * std::min(depth, limits::kHuntTreeIndentMax), ' ');
      row.resize(kProcessTreeColumns);
      out_.push_back(std::move(row));
      row.clear();
      for (const std::size_t child : children_[place] | std::views::reverse)
        waiting.emplace_back(child, depth + 1);
    }
  }

  TextRows rows_, out_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> roots_;
  std::unordered_map<std::string, std::vector<std::size_t>> of_process_;
};

}  // namespace

std::string started_processes_sql(std::string_view host, const TimeRange& range, const Dialect& dialect) {
  const std::string time = dialect.time_column();
  const auto numbered = [&](std::string_view number) {
    const std::string parts[] = {"host", dialect.text("/"), dialect.text_of(number)};
    return "(" + dialect.joined(parts) + ")";
  };
  return "SELECT " + time + " AS at, image, command_line, account, id, coalesce(process_guid, " +
         numbered("process_id") + ", " + dialect.text_of("id") +
         ") AS process, coalesce(parent_process_guid, " + numbered("parent_process_id") +
         ") AS parent FROM events WHERE " + sql_of_range(range, dialect) +
         " AND image IS NOT NULL AND event_id IN (1, 4688) AND " + dialect.lower("host") + " = " +
         dialect.text(folded(host)) + " ORDER BY " + time + ", process, id";
}

TextRows process_tree(TextRows started) { return Tree(std::move(started)).in_order(); }

}  // namespace bartizan::hunt
