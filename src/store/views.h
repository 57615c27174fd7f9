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

// ip4(text): an IPv4 address as a number, else null. ip6_start(text): the first 16 bits of an IPv6 address.
std::string ip4_macro_sql();
std::string ip6_macro_sql();
std::string ecs_view_sql();
std::string ocsf_view_sql();

}  // namespace bartizan::store
