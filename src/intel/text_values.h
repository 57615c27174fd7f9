// SPDX-License-Identifier: Apache-2.0
// Values inside other text: addresses, domains, URLs, hashes, e-mail addresses, file names and registry keys in command lines,
// scripts and messages, in one pass. Says every value that may be one; whether anybody knows it is the receiver's question.
// Bounded by limits::kIntelText*. One thread.
#pragma once

#include <string>
#include <string_view>

#include "intel/indicator.h"

namespace bartizan::intel {

// Takes keys of values as they are met; a key is valid during the call.
class KeyReceiver {
 public:
  virtual ~KeyReceiver() = default;
  virtual void take(Kind kind, std::string_view key) = 0;
};

// Kinds, a bit each.
using KindSet = std::uint32_t;
constexpr KindSet set_of(Kind kind) { return KindSet{1} << static_cast<unsigned>(kind); }
inline constexpr KindSet kEveryKind = ~KindSet{0};

class TextValues {
 public:
  // Values of other kinds than `wanted` may be left out.
  explicit TextValues(KindSet wanted = kEveryKind) : wanted_(wanted) {}
  void read(std::string_view text, KeyReceiver& receiver);

 private:
  std::size_t read_word(std::string_view text, std::size_t begin, std::size_t end, KeyReceiver& receiver);
  void take_url(std::string_view text, std::size_t begin, KeyReceiver& receiver);
  void take_name(std::string_view word, KeyReceiver& receiver);

  bool wants(Kind kind) const { return wanted_ & set_of(kind); }

  KindSet wanted_;
  std::string key_;
  std::size_t taken_ = 0;
};

// A name is known when it or a domain above it is: all of those, each once.
void take_domain(std::string_view normal, KeyReceiver& receiver);
// Likewise a registry key, and the keys above it.
void take_registry_key(std::string_view normal, KeyReceiver& receiver);
// A path, and the file's name alone.
void take_path(std::string_view normal, KeyReceiver& receiver);

}  // namespace bartizan::intel
