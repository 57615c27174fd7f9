// SPDX-License-Identifier: Apache-2.0
// Views of stored events under the names of other vocabularies. Pure, any thread.
// Sources: Elastic Common Schema 8; Open Cybersecurity Schema Framework 1.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bartizan::store {

struct ViewColumn {
  std::string_view column;  // ours
  std::string_view name;    // theirs
};
std::span<const ViewColumn> ecs_columns();
std::span<const ViewColumn> ocsf_columns();

// Texts that inet_pton takes, and so every comparison of ours: no leading zeros in IPv4.
std::string ip4_regex();
std::string ip6_regex();
// ip4(text): an IPv4 address as a number, ip6(text): an IPv6 address as 32 digits in capitals; else null.
std::string ip4_macro_sql();
std::string ip6_macro_sql();
std::string ecs_view_sql();
std::string ocsf_view_sql();

}  // namespace bartizan::store
