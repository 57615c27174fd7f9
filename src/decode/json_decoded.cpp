// SPDX-License-Identifier: Apache-2.0
#include "decode/json_decoded.h"

#include "base/limits.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::string_view text_of(const object& from, std::string_view name) {
  std::string_view text;
  return from.at_key(name).get(text) ? std::string_view() : text;
}

void add_value(std::string_view name, const element& value, EventBatch& out) {
  if (out.fields_of_draft() >= limits::kFieldsPerEventMax) return;
  std::string_view text;
  if (value.is_null()) return out.add({name, "", Field::kNoColumn, false, true});
  if (!value.get(text)) return out.add(name, out.keep(text));
  out.add(name, out.keep(simdjson::minify(value)), value.is_number());
}

}  // namespace

bool read_decoded_event(const object& root, std::uint64_t offset, EventBatch& out) {
  object fields, source;
  std::uint64_t event_id = 0;
  std::string_view text;
  // The members in the order decode writes them.
  for (std::string_view name : {"file", "record_id", "time", "channel", "provider", "host"})
    if (root.at_key(name).get(text)) return false;
  if (root.at_key("event_id").get(event_id) || root.at_key("fields").get(fields)) return false;
  Event& event = out.start();
  event.offset = offset;
  event.record_id = out.keep(text_of(root, "record_id"));
  event.channel = out.keep(text_of(root, "channel"));
  event.provider = out.keep(text_of(root, "provider"));
  event.host = out.keep(text_of(root, "host"));
  event.event_id = static_cast<std::uint32_t>(event_id);
  if (const auto time = parse_instant(text_of(root, "time"))) event.time = *time;
  if (!event.channel.empty()) event.product = "windows";
  if (!root.at_key("logsource").get(source)) {
    event.product = out.keep(text_of(source, "product"));
    event.category = out.keep(text_of(source, "category"));
    event.service = out.keep(text_of(source, "service"));
  }
  for (auto [key, value] : fields) {
    const std::string_view name = out.keep(key.substr(0, limits::kFieldNameBytesMax));
    array several;
    if (value.get(several)) add_value(name, value, out);
    else
      for (const element one : several) add_value(name, one, out);
  }
  judge_header(out);
  out.commit();
  return true;
}

}  // namespace bartizan
