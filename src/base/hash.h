// SPDX-License-Identifier: Apache-2.0
// SHA-256 in lower-case hexadecimal, by OpenSSL: identities and evidence. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace bartizan {

std::string sha256_hex(std::string_view bytes);

// The same over pieces. One thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  std::string hex();  // once

 private:
  void* context_;
};

}  // namespace bartizan
