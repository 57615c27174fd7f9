// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "base/must.h"

namespace bartizan {
namespace {

std::string hex_of(const unsigned char* digest) {
  std::string hex(SHA256_DIGEST_LENGTH * 2, '0');
  for (std::size_t i = 0; i < SHA256_DIGEST_LENGTH; ++i) {
    hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

EVP_MD_CTX* of(void* context) { return static_cast<EVP_MD_CTX*>(context); }

// Fetched once: OpenSSL looks an algorithm up by name, behind a lock, each time it is asked for the constant EVP_sha256().
const EVP_MD* sha256() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  MUST(algorithm);
  return algorithm;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     EVP_MD_CTX_free);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  MUST(context && EVP_DigestInit_ex2(context.get(), sha256(), nullptr) == 1);
  MUST(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1);
  MUST(EVP_DigestFinal_ex(context.get(), digest, nullptr) == 1);
  return hex_of(digest);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  MUST(context_ && EVP_DigestInit_ex2(of(context_), sha256(), nullptr) == 1);
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
