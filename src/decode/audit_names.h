// SPDX-License-Identifier: Apache-2.0
// Names that audit records give as numbers. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace bartizan {

// The system call of `number` on the machine of an audit record's `arch` (0xc000003e: x86-64). Empty when not
// known.
std::string_view syscall_name(std::uint32_t architecture, std::uint32_t number);

// The record type (1300: SYSCALL) that kernel messages give as a number. Empty when not known.
std::string_view audit_type_name(std::uint32_t number);

}  // namespace bartizan
