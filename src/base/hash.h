// SPDX-License-Identifier: Apache-2.0
// SHA-256 in lower-case hexadecimal, by OpenSSL: identities and evidence. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace bartizan {

std::string sha256_hex(std::string_view bytes);

}  // namespace bartizan
