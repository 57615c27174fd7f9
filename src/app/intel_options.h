// SPDX-License-Identifier: Apache-2.0
// What the verbs about intelligence have in common: where it is kept, and opening it. What goes wrong is said on standard error.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/options.h"
#include "engine/intelligence.h"

namespace bartizan::app {

inline constexpr std::string_view kIntelKinds =
    "address network domain url md5 sha1 sha256 imphash email ja3 ja4 registry-key mutex file-name "
    "user-agent pattern";

inline constexpr Option kIntelOption =
    option("Intelligence", "--intel", "DIR", "the folder it is kept in, instead of the data folder");
inline constexpr Option kIntelFromOption = option(
    "Intelligence", "--from", "PATH", "use these files as they are, instead of what is kept", Repeat::kMany);

// XDG_DATA_HOME/bartizan/intel.
std::string intel_folder(const Arguments& arguments);
// Our own list of harmless values; empty when the content is not there.
std::string harmless_file();

// Null, and said why: there is nothing, or it cannot be read.
std::unique_ptr<Intelligence> open_intelligence(const std::vector<std::string>& paths);
std::unique_ptr<Intelligence> open_intelligence(const Arguments& arguments);  // with --intel and --from
std::optional<intel::IntelStore> open_intel_store(const Arguments& arguments);
bool refresh_kept_index(const Arguments& arguments, const intel::IntelStore& store);

// kExitUnreadable, after saying what.
int cannot_read(const Error& error);
Instant present();
// Empty: 0.
bool read_percent(const std::string& text, int& percent);
// --at, else now.
bool read_time(const Arguments& arguments, Instant& time, std::string& complaint);

}  // namespace bartizan::app
