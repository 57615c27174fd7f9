// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/must.h"

namespace bartizan {
namespace {

std::string hex_of(const unsigned char* digest) {
  std::string hex;
  for (std::size_t i = 0; i < SHA256_DIGEST_LENGTH; ++i)
    hex += "0123456789abcdef"[digest[i] >> 4], hex += "0123456789abcdef"[digest[i] & 15];
  return hex;
}

EVP_MD_CTX* of(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return hex_of(digest);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  MUST(context_ && EVP_DigestInit_ex(of(context_), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() { EVP_MD_CTX_free(of(context_)); }

void Sha256::add(std::string_view bytes) {
  MUST(EVP_DigestUpdate(of(context_), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  MUST(EVP_DigestFinal_ex(of(context_), digest, nullptr) == 1);
  return hex_of(digest);
}

}  // namespace bartizan
