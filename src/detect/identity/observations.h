// SPDX-License-Identifier: Apache-2.0
// Observations: what one piece of a log says about identities, with names of its own, so that pieces can be read on several
// threads and put together in order afterwards (IdentityDetector::add). A value; one thread at a time.
#pragma once

#include <vector>

#include "detect/identity/authentication.h"
#include "detect/identity/directory_account.h"

namespace bartizan::identity {

// Records of one host's log that follow each other.
struct Stretch {
  Name observer = kNoName;
  std::uint64_t first = 0, last = 0;  // record numbers; 0: the log has none
  Instant from, to;
};

class Observations {
 public:
  // Events whose kind wants() declines may be left out. `sequence` rises within the piece.
  void observe(const Event& event, std::uint64_t sequence);

  bool empty() const { return stretches_.empty() && authentications_.empty() && directory_.empty(); }
  const NameTable& names() const { return names_; }
  const std::vector<Authentication>& authentications() const { return authentications_; }
  const std::vector<Stretch>& stretches() const { return stretches_; }
  // By observer: its name as its log has it, which may be longer (dc1.example.test); kNoName: not known.
  const std::vector<Name>& written_hosts() const { return written_hosts_; }
  // Entries of directory exports.
  const std::vector<DirectoryAccount>& directory() const { return directory_; }
  void clear();

 private:
  void note(Name observer, std::uint64_t number, Instant time);
  void note_written(Name observer, std::string_view written);

  NameTable names_;
  std::vector<Authentication> authentications_;
  std::vector<Stretch> stretches_;
  std::vector<DirectoryAccount> directory_;
  std::vector<Name> written_hosts_;
  std::vector<std::uint32_t> open_;  // by observer: its last stretch, counted from 1
};

}  // namespace bartizan::identity
