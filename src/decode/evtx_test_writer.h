// SPDX-License-Identifier: Apache-2.0
// ChunkWriter: BinXml written by hand into a chunk, for tests. Names are always inline, so that every offset
// is of here.
#pragma once

#include <libdeflate.h>

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/evtx.h"

namespace bartizan {

using Buffer = std::vector<std::uint8_t>;

inline Buffer utf16_bytes(std::string_view text) {
  Buffer bytes;
  for (char c : text) bytes.push_back(static_cast<std::uint8_t>(c)), bytes.push_back(0);
  return bytes;
}

class ChunkWriter {
 public:
  using Value = std::pair<std::uint8_t, Buffer>;

  ChunkWriter() {
    put_text("ElfChnk"), bytes_.resize(512);
    set(40, 128);
  }

  void begin_record(std::uint64_t id) {
    record_ = bytes_.size();
    put<std::uint32_t>(0x2a2a), put<std::uint32_t>(0), put(id),
        put<std::uint64_t>(132'000'000'000'000'000 + id);
    fragment_header();
  }
  void end_record() {
    put<std::uint8_t>(0);
    while ((bytes_.size() + 4) % 8 != 0) put<std::uint8_t>(0);
    const auto size = static_cast<std::uint32_t>(bytes_.size() + 4 - record_);
    put(size);
    set(record_ + 4, size);
  }
  void simple_record(std::uint64_t id) {
    begin_record(id), open("Event"), open("EventData"), leaf("Data", "x"), close(), close(), end_record();
  }

  void fragment_header() { put_bytes({0x0f, 1, 1, 0}); }
  void open(std::string_view name, bool has_attributes = false) {
    put<std::uint8_t>(has_attributes ? 0x41 : 0x01);
    if (has_dependency_) put<std::uint16_t>(0xffff);
    put<std::uint32_t>(0);
    put_name(name);
    if (has_attributes) put<std::uint32_t>(0);
    else close_start();
  }
  void attribute(std::string_view name, std::string_view value) { begin_attribute(name), text(value); }
  void begin_attribute(std::string_view name) { put<std::uint8_t>(0x06), put_name(name); }
  void close_start() { put<std::uint8_t>(0x02); }
  void close_empty() { put<std::uint8_t>(0x03); }
  void close() { put<std::uint8_t>(0x04); }
  void leaf(std::string_view name, std::string_view value) { open(name), text(value), close(); }
  void named(std::string_view element, std::string_view name, std::string_view value) {
    open(element, true), attribute("Name", name), close_start(), text(value), close();
  }

  void text(std::string_view value) { put_bytes({0x05, 1}), put_counted(value); }
  void character_data(std::string_view value) { put<std::uint8_t>(0x07), put_counted(value); }
  void character(std::uint16_t unit) { put<std::uint8_t>(0x08), put(unit); }
  void entity(std::string_view name) { put<std::uint8_t>(0x09), put_name(name); }
  void instruction(std::string_view target, std::string_view data) {
    put<std::uint8_t>(0x0a), put_name(target), put<std::uint8_t>(0x0b), put_counted(data);
  }
  void substitution(std::uint16_t index, bool is_optional) {
    put<std::uint8_t>(is_optional ? 0x0e : 0x0d), put(index), put<std::uint8_t>(1);
  }

  std::size_t begin_template(std::uint32_t id = 7) {
    template_head(id, bytes_.size() + 10);
    const std::size_t at = bytes_.size();
    bytes_.resize(at + 24);
    set(at + 4, id);
    return at;
  }
  void end_template(std::size_t at) {
    put<std::uint8_t>(0);
    set(at + 20, static_cast<std::uint32_t>(bytes_.size() - at - 24));
  }
  // An instance of the template at `at`; its values follow.
  void instance(std::size_t at, std::uint32_t id = 7) { template_head(id, at); }
  void values(const std::vector<Value>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const auto& [type, data] : list)
      put(static_cast<std::uint16_t>(data.size())), put(type), put<std::uint8_t>(0);
    for (const auto& [type, data] : list) put_bytes(data);
  }
  // Binary XML as the first of `count` values: the others follow it and are given to values() after it.
  Value embedded(std::size_t count, const std::function<void(ChunkWriter&)>& write) const {
    const std::size_t at = bytes_.size() + 4 + count * 4;
    ChunkWriter inner;
    inner.bytes_.resize(at);
    inner.has_dependency_ = false;
    write(inner);
    inner.put<std::uint8_t>(0);
    return {0x21, Buffer(inner.bytes_.begin() + static_cast<std::ptrdiff_t>(at), inner.bytes_.end())};
  }

  std::size_t size() const { return bytes_.size(); }
  void set(std::size_t at, std::uint32_t value) { std::memcpy(bytes_.data() + at, &value, 4); }
  // The whole chunk; records from `free_space` on, if given, are slack.
  Buffer finish(std::size_t free_space = 0) {
    if (free_space == 0) free_space = bytes_.size();
    set(48, static_cast<std::uint32_t>(free_space));
    set(52, libdeflate_crc32(0, bytes_.data() + 512, free_space - 512));
    const auto first = libdeflate_crc32(0, bytes_.data(), 120);
    set(124, libdeflate_crc32(first, bytes_.data() + 128, 384));
    Buffer whole = bytes_;
    whole.resize(kEvtxChunkBytes);
    return whole;
  }

 private:
  template <class T>
  void put(T value) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof(T));
  }
  void put_bytes(const Buffer& data) { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
  void put_text(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void put_counted(std::string_view text) {
    put(static_cast<std::uint16_t>(text.size())), put_bytes(utf16_bytes(text));
  }
  void put_name(std::string_view name) {
    std::uint32_t hash = 0;
    for (char c : name) hash = hash * 65'599 + static_cast<std::uint8_t>(c);
    put(static_cast<std::uint32_t>(bytes_.size() + 4)), put<std::uint32_t>(0),
        put(static_cast<std::uint16_t>(hash));
    put_counted(name), put<std::uint16_t>(0);
  }
  void template_head(std::uint32_t id, std::size_t definition) {
    put_bytes({0x0c, 1}), put(id), put(static_cast<std::uint32_t>(definition));
  }

  Buffer bytes_;
  std::size_t record_ = 0;
  bool has_dependency_ = true;
};

struct DecodedChunk {
  EventBatch events;
  OddityList oddities;
};

inline DecodedChunk decode_chunk(const Buffer& chunk, bool strict = false) {
  DecodedChunk decoded;
  decode_evtx_chunk(chunk, kEvtxHeaderBytes, strict, decoded.events, decoded.oddities);
  return decoded;
}

// name=value; for each field, numbers as name=#value.
inline std::string fields_text(const Event& event) {
  std::string all;
  for (const Field& field : event.fields)
    all.append(field.name).append(field.is_number ? "=#" : "=").append(field.value).append(";");
  return all;
}

}  // namespace bartizan
