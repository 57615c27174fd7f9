// SPDX-License-Identifier: Apache-2.0
// The host a log was collected from, where the collector names it in the folder or archive of the whole collection: logs such
// as a body file or a list of processes do not say it themselves. Pure, any thread.
#pragma once

#include <string_view>

namespace bartizan {

// A part of `path`, by the last folder or file of it that names one; empty when none does:
//   UAC                       uac-HOST-linux-20260310093000
//   Velociraptor, offline     Collection-HOST-2026-03-10T09_30_00Z
std::string_view host_of_collection(std::string_view path);

}  // namespace bartizan
