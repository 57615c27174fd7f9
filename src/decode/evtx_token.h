// SPDX-License-Identifier: Apache-2.0
// The tokens of BinXml: one byte each, in some with a flag that more follows (libevtx, "Binary XML tokens").
#pragma once

#include <cstddef>
#include <cstdint>

namespace bartizan::evtx {

enum Token : std::uint8_t {
  kEnd = 0x00,
  kStartElement = 0x01,
  kCloseStart = 0x02,
  kCloseEmpty = 0x03,
  kEndElement = 0x04,
  kText = 0x05,
  kAttribute = 0x06,
  kCharacterData = 0x07,
  kCharacter = 0x08,
  kEntity = 0x09,
  kInstructionTarget = 0x0a,
  kInstructionData = 0x0b,
  kTemplateInstance = 0x0c,
  kSubstitution = 0x0d,
  kOptionalSubstitution = 0x0e,
  kFragmentHeader = 0x0f,
};
inline constexpr std::uint8_t kMoreFlag = 0x40;

// Before a name: next name u32, hash u16, units u16; the units and a NUL unit follow.
inline constexpr std::size_t kNameHeaderBytes = 8;

}  // namespace bartizan::evtx
