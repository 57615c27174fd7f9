// SPDX-License-Identifier: Apache-2.0
#include "engine/finding_log.h"

#include <cstring>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/must.h"
#include "model/packed_finding.h"

namespace bartizan {

void FindingLog::add(const Finding& finding) {
  if (is_file_usable_ && block_.size() >= limits::kFindingsWrittenAtOnceBytes) {
    is_file_usable_ = file_.append(as_bytes(block_)).has_value();
    if (is_file_usable_) block_.clear();
  }
  places_.push_back(file_.size() + block_.size());
  append_packed(finding, block_);
}

bool FindingLog::read(std::size_t number, Finding& out) {
  MUST(number < places_.size());
  const std::uint64_t place = places_[number];
  if (place >= file_.size()) {
    unpack(first_packed(std::string_view(block_).substr(place - file_.size())), out);
    return true;
  }
  const std::uint64_t next = number + 1 < places_.size() ? places_[number + 1] : file_.size();
  packed_.resize(next - place);
  if (!file_.read(place, {reinterpret_cast<std::uint8_t*>(packed_.data()), packed_.size()}).has_value())
    return false;
  unpack(packed_, out);
  return true;
}

}  // namespace bartizan
