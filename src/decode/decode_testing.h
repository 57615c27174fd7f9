// SPDX-License-Identifier: Apache-2.0
// For tests of formats: decodes a text as the engine does, cut into pieces by the format's own cutter. Every piece is
// decoded from memory of its own by a decoder of its own, so that nothing can be passed on but by context.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decoder.h"

namespace bartizan {

struct Decoded {
  std::vector<std::unique_ptr<Decoder>> decoders;  // names of events may live in them
  std::unique_ptr<EventBatch> batch = std::make_unique<EventBatch>();
  std::span<const Event> events;
  OddityList oddities;

  std::string field(std::size_t event, std::string_view name) const {
    const std::string_view* value = event < events.size() ? events[event].find(name) : nullptr;
    return value ? std::string(*value) : "(absent)";
  }
};

inline const Format& format_named(std::string_view name) {
  for (const Format* format : all_formats())
    if (format->name == name) return *format;
  ADD_FAILURE() << "no format " << name;
  return *all_formats().front();
}

// `read_bytes`: how much more is shown to the cutter at a time; 0: all at once.
inline Decoded decode_text(const Format& format, std::string_view text, std::size_t read_bytes = 0,
                           Instant modified = {}, const TimeZone* zone = nullptr) {
  const auto cutter = format.make_cutter();
  Decoded out;
  Bytes rest = as_bytes(text);
  if (read_bytes == 0) read_bytes = text.size();
  std::size_t shown = std::min(read_bytes, rest.size());
  for (std::uint64_t offset = 0; !rest.empty();) {
    const bool at_end = shown >= rest.size();
    const std::size_t size = cutter->cut(slice(rest, 0, shown), at_end);
    if (size == 0 && at_end) {
      ADD_FAILURE() << "the cutter is stuck";
      break;
    }
    if (size > 0) {
      const std::string context = cutter->context();
      const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[size]);
      std::copy_n(rest.begin(), size, copy.get());
      out.decoders.push_back(format.make_decoder({}));
      out.decoders.back()->decode({Bytes(copy.get(), size), offset, context, modified, zone}, *out.batch,
                                  out.oddities);
      rest = rest.subspan(size), offset += size;
      shown = shown > size ? shown - size : 0;
      if (shown == 0) shown = std::min(read_bytes, rest.size());
    } else {
      shown = std::min(shown + read_bytes, rest.size());
    }
  }
  out.events = out.batch->events();
  return out;
}

inline Decoded decode_text(std::string_view format_name, std::string_view text, std::size_t read_bytes = 0,
                           Instant modified = {}, const TimeZone* zone = nullptr) {
  return decode_text(format_named(format_name), text, read_bytes, modified, zone);
}

// All values of a field, joined by |.
inline std::string all_of(const Event& event, std::string_view name) {
  std::string all;
  bool first = true;
  for (const Field& field : event.fields)
    if (field.name == name) all.append(first ? "" : "|").append(field.value), first = false;
  return all;
}

inline std::string as_lines(std::span<const Event> events) {
  std::string all;
  for (const Event& event : events) {
    all += format_instant(event.time) + " " + std::to_string(event.offset);
    for (const Field& field : event.fields)
      all.append(" ").append(field.name).append("=").append(field.value);
    all += '\n';
  }
  return all;
}

// The log cut at every byte is read without harm, and cutting it into pieces anywhere changes no event.
inline void every_cut(std::string_view format_name, std::string_view text) {
  const std::string whole = as_lines(decode_text(format_name, text).events);
  EXPECT_FALSE(whole.empty());
  for (std::size_t size = 0; size <= text.size(); ++size) {
    (void)format_named(format_name).recognise(as_bytes(text.substr(0, size)));
    (void)decode_text(format_name, text.substr(0, size));
    if (size == 0) continue;
    EXPECT_EQ(as_lines(decode_text(format_name, text, size).events), whole) << "pieces of " << size;
  }
}

}  // namespace bartizan
