// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/observations.h"

#include <algorithm>

namespace bartizan::identity {

void Observations::observe(const Event& event, std::uint64_t sequence) {
  if (!wants(kind_of(event))) return;
  if (event.product == "directory") return directory_.push_back(parse_directory_account(event));
  const Fields fields(event);
  auto read = normalise(fields, names_);
  // Each record of a Windows log tells that the log has no gap there, whatever it is about.
  if (is_security_log(event.channel))
    note(read ? read->observer : observer_in(host_of_record(fields), names_), record_number(fields),
         event.time);
  else if (read) note(read->observer, 0, event.time);
  if (!read) return;
  note_written(read->observer, host_of_record(fields));
  read->sequence = sequence;
  authentications_.push_back(*read);
}

void Observations::note(Name observer, std::uint64_t number, Instant time) {
  if (time == Instant{}) return;
  if (observer >= open_.size()) open_.resize(observer + 1);
  if (const std::uint32_t open = open_[observer]) {
    Stretch& stretch = stretches_[open - 1];
    if (number == stretch.last || (number != 0 && stretch.last != 0 && number == stretch.last + 1)) {
      stretch.last = number;
      stretch.from = std::min(stretch.from, time), stretch.to = std::max(stretch.to, time);
      return;
    }
  }
  stretches_.push_back({observer, number, number, time, time});
  open_[observer] = static_cast<std::uint32_t>(stretches_.size());
}

void Observations::note_written(Name observer, std::string_view written) {
  if (observer == kNoName || written.empty()) return;
  if (observer >= written_hosts_.size()) written_hosts_.resize(observer + 1, kNoName);
  if (written_hosts_[observer] == kNoName) written_hosts_[observer] = names_.number(written);
}

void Observations::clear() {
  names_.clear();
  authentications_.clear();
  stretches_.clear();
  directory_.clear();
  open_.clear();
  written_hosts_.clear();
}

}  // namespace bartizan::identity
