// SPDX-License-Identifier: Apache-2.0
// The rendered English text of a Windows event, read back into the fields of the event: exports such as
// Get-WinEvent | Export-Csv carry the text only. Known events get their real field names (Security, System
// 7045, Sysmon, PowerShell); other `Name: value` lines keep the name without blanks. Adds to the draft, views
// of `message`; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/event.h"

namespace bartizan {

void add_windows_message_fields(std::string_view provider, std::uint32_t event_id, std::string_view message,
                                EventBatch& draft);
// The channel events of a provider go to, for exports that leave it out; empty when it is not known.
std::string_view usual_channel_of(std::string_view provider);

}  // namespace bartizan
