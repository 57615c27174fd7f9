// SPDX-License-Identifier: Apache-2.0
#include "engine/finding_store.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <queue>
#include <span>

#include "base/bytes.h"
#include "base/limits.h"
#include "engine/ordered_workers.h"
#include "model/packed_finding.h"

namespace bartizan {
// One sorted series of packed findings: a run of the file, or what is in memory.
class FindingStore::Source {
 public:
  explicit Source(const FindingStore& store) : store_(store), is_block_(true) { (void)next(); }
  Source(const FindingStore& store, Run run, std::size_t buffer_bytes)
      : store_(store), run_(run), buffer_bytes_(buffer_bytes) {
    (void)next();
  }

  bool is_at_end() const { return current_.empty(); }
  std::string_view current() const { return current_; }
  // False: the file could not be read.
  bool next() {
    current_ = {};
    if (is_block_) {
      if (entry_ < store_.entries_.size())
        current_ = first_packed(std::string_view(store_.block_).substr(store_.entries_[entry_++].at));
      return true;
    }
    if (!fill(sizeof(std::uint32_t))) return false;
    if (at_ == buffer_.size()) return true;
    std::uint32_t size = 0;
    std::memcpy(&size, buffer_.data() + at_, sizeof size);
    if (!fill(sizeof size + size)) return false;
    current_ = std::string_view(buffer_).substr(at_, sizeof size + size);
    at_ += current_.size();
    return true;
  }

 private:
  // So many bytes in the buffer behind at_, or none at the end of the run.
  bool fill(std::size_t wanted) {
    if (buffer_.size() - at_ >= wanted || (at_ == buffer_.size() && run_.begin == run_.end)) return true;
    buffer_.erase(0, at_), at_ = 0;
    const std::size_t held = buffer_.size();
    const std::uint64_t more =
        std::min<std::uint64_t>(std::max(buffer_bytes_, wanted), run_.end - run_.begin);
    buffer_.resize(held + more);
    const std::span<char> room = std::span(buffer_).subspan(held);
    if (!store_.file_->read(run_.begin, {reinterpret_cast<std::uint8_t*>(room.data()), room.size()})
             .has_value())
      return false;
    run_.begin += more;
    return buffer_.size() >= wanted;
  }

  const FindingStore& store_;
  bool is_block_ = false;
  std::size_t entry_ = 0;
  Run run_;
  std::size_t buffer_bytes_ = 0;
  std::string buffer_;
  std::size_t at_ = 0;
  std::string_view current_;
};

FindingStore::FindingStore(std::size_t memory_bytes)
    : memory_bytes_(memory_bytes), file_(std::make_unique<ScratchFile>()) {}

void FindingStore::add(const Finding& finding) {
  std::string packed;
  append_packed(finding, packed);
  add_packed(packed);
}

void FindingStore::add_packed(std::string_view findings) {
  if (findings.empty()) return;
  if (block_.size() + findings.size() > memory_bytes_ && !block_.empty() && problem_.empty()) spill();
  // Room that is not written to takes no memory; growing step by step would take it twice.
  if (block_.capacity() < memory_bytes_ && problem_.empty()) block_.reserve(memory_bytes_);
  std::size_t at = block_.size();
  block_ += findings;
  while (at < block_.size()) {
    const std::string_view packed = first_packed(std::string_view(block_).substr(at));
    entries_.push_back({time_of_packed(packed).ticks, at});
    at += packed.size();
    ++size_;
  }
}

void FindingStore::sort() {
  const std::string_view block = block_;
  std::sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
    return a.time != b.time
               ? a.time < b.time
               : is_earlier_packed(first_packed(block.substr(a.at)), first_packed(block.substr(b.at)));
  });
}

void FindingStore::spill() {
  sort();
  const Run run{file_->size(), file_->size() + block_.size()};
  std::string written;
  const auto write = [&] {
    const auto appended = file_->append(as_bytes(written));
    if (!appended.has_value())
      problem_ = appended.error().text() +
                 "; findings are kept in memory. Set TMPDIR to a folder that can be written and has room";
    written.clear();
    return appended.has_value();
  };
  for (const Entry& entry : entries_) {
    written += first_packed(std::string_view(block_).substr(entry.at));
    if (written.size() >= limits::kFindingsWrittenAtOnceBytes && !write()) return;
  }
  if (!write()) return;
  runs_.push_back(run);
  block_.clear(), entries_.clear();
}

Findings FindingStore::findings() {
  sort();
  return {
      size_,
      [this](const Findings::Visit& visit) {
        Finding finding;
        merge([&](std::string_view packed) { unpack(packed, finding), visit(finding); });
      },
      [this](const Findings::Append& append, const Findings::Write& write) { write_each(append, write); }};
}

void FindingStore::write_each(const Findings::Append& append, const Findings::Write& write) {
  std::vector<Finding> read(threads_);
  OrderedWorkers<std::string, std::string> workers(
      threads_,
      [&](std::size_t worker, std::string& packed) {
        std::string out;
        for (std::string_view rest = packed; !rest.empty();) {
          const std::string_view one = first_packed(rest);
          unpack(one, read[worker]), append(read[worker], out);
          rest.remove_prefix(one.size());
        }
        return out;
      },
      [&](std::string&& out) { write(out); });
  std::string batch;
  const auto submit = [&] { workers.submit(batch), batch.clear(); };
  merge([&](std::string_view packed) {
    batch += packed;
    if (batch.size() >= limits::kOutputWrittenAtOnceBytes) submit();
  });
  submit();
}

void FindingStore::merge(const std::function<void(std::string_view packed)>& visit) {
  std::vector<std::unique_ptr<Source>> sources;
  const std::size_t buffer_bytes = limits::kFindingsMergeBytes / (runs_.size() + 1) + 1;
  for (const Run& run : runs_) sources.push_back(std::make_unique<Source>(*this, run, buffer_bytes));
  sources.push_back(std::make_unique<Source>(*this));
  const auto later = [](const Source* a, const Source* b) {
    return is_earlier_packed(b->current(), a->current());
  };
  std::priority_queue<Source*, std::vector<Source*>, decltype(later)> heads(later);
  for (const auto& source : sources)
    if (!source->is_at_end()) heads.push(source.get());
  std::uint64_t given = 0;
  while (!heads.empty()) {
    Source* const head = heads.top();
    heads.pop();
    visit(head->current());
    ++given;
    if (head->next() && !head->is_at_end()) heads.push(head);
  }
  if (given != size_)
    problem_ = "findings kept in a temporary file cannot be read back; the report lacks some";
}

}  // namespace bartizan
