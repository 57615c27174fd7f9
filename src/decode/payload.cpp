// SPDX-License-Identifier: Apache-2.0
#include "decode/payload.h"

#include "base/limits.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

struct Kind {
  std::string_view format;
  std::string_view begin;   // how such a message begins
  std::string_view inside;  // what it must hold as well
  std::size_t skip = 0;     // bytes that are not part of it
};

constexpr Kind kKinds[] = {
    {"json", "{", ""},
    {"json", "@cee:", "{", 5},
    {"event_xml", "<Event>", "<System>"},
    {"event_xml", "<Event ", "<System>"},
    {"auditd", "type=", "msg=audit("},
    {"auditd", "node=", "msg=audit("},
    {"auditd", "audit: type=", "audit("},
    {"cef", "CEF:", "|"},
    {"leef", "LEEF:", "|"},
    {"paloalto", "1,20", ","},
    {"checkpoint", "[action:\"", "; "},
    {"checkpoint", "[flags:\"", "; "},
    {"checkpoint", "action:\"", "; "},
    {"kv", "date=", " time="},
    {"kv", "device=", "="},
    {"kv", "devname=", "="},
};

const Format* find_format(std::string_view name) {
  for (const Format* format : all_formats())
    if (format->name == name) return format;
  return nullptr;
}

}  // namespace

PayloadDecoder::PayloadDecoder() {
  for (const Kind& kind : kKinds) readers_.push_back({find_format(kind.format), nullptr});
}

bool PayloadDecoder::decode(std::string_view message, const Carrier& carrier, EventBatch& out,
                            OddityList& oddities) {
  if (message.empty()) return false;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    const Kind& kind = kKinds[i];
    if (message[0] != kind.begin[0] || !message.starts_with(kind.begin) ||
        message.find(kind.inside, kind.begin.size() - 1) == message.npos)
      continue;
    Reader& reader = readers_[i];
    if (!reader.format) return false;
    if (!reader.decoder) reader.decoder = reader.format->make_decoder({});
    inner_.clear();
    reader.decoder->decode({as_bytes(message.substr(kind.skip)), 0, {}, carrier.time, carrier.zone}, inner_,
                           oddities);
    Carrier kept = carrier;
    if (inner_.size() * carrier.fields.size() > limits::kCarrierFieldsMax) kept.fields = {};
    for (const Event& event : inner_.events()) add(event, kept, out);
    return !inner_.empty();
  }
  return false;
}

void PayloadDecoder::add(const Event& inner, const Carrier& carrier, EventBatch& out) {
  Event& event = start_copy(inner, out);
  if (event.host.empty()) event.host = carrier.host;
  if (event.time == Instant{}) event.time = carrier.time;
  event.offset = carrier.offset;
  if (event.channel.empty() && event.product.empty() && event.category.empty() && event.service.empty())
    event.product = carrier.product, event.service = carrier.service;
  for (const Field& field : carrier.fields)
    if (!inner.find(field.name)) out.add(field);
  out.commit();
}

}  // namespace bartizan
