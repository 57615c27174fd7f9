// SPDX-License-Identifier: Apache-2.0
// Parts of script blocks in any order, twice, with numbers that disagree: a block is given once at most, as a whole only when all its
// parts came, and with a mark in the place of what is missing.
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/must.h"
#include "engine/script_blocks.h"

namespace {

bartizan::ScriptPart take_part(bartizan::ByteReader& bytes) {
  bartizan::ScriptPart part;
  part.process = std::string("h\n").append(1, static_cast<char>('0' + bytes.u8() % 2));
  part.block = std::string(1, static_cast<char>('a' + bytes.u8() % 3));
  part.file = part.process + part.block;
  part.number = bytes.u8(), part.total = bytes.u8();
  part.record.fields.push_back({"ScriptBlockText", std::string(bytes.u8(), 'x'), false});
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bartizan;
  ByteReader bytes({data, size});
  ScriptBlocks blocks;
  std::vector<ScriptBlock> out;
  while (bytes.remaining() >= 5) {
    ScriptPart part = take_part(bytes);
    if (part.number >= 1 && part.number <= part.total) blocks.add(std::move(part), out);
  }
  for (const ScriptBlock& block : out) MUST(!block.is_partial);  // too little waits for any to be given up
  blocks.finish(out);
  std::set<std::string> given;
  for (const ScriptBlock& block : out) {
    MUST(given.insert(block.file).second);
    const bool is_marked = block.record.fields[0].value.find("missing") != std::string::npos;
    MUST(is_marked == block.is_partial);
  }
  return 0;
}
