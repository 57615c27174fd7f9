// SPDX-License-Identifier: Apache-2.0
#include "model/draft_event.h"

#include <charconv>

namespace bartizan {

void DraftEvent::add_to(EventBatch& batch) const {
  Event& event = batch.start();
  event.channel = batch.keep(channel);
  event.provider = batch.keep(provider);
  event.event_id = event_id;
  event.record_id = batch.keep(record_id);
  event.host = batch.keep(host);
  event.time = time;
  event.offset = offset;
  event.product = batch.keep(product);
  event.category = batch.keep(category);
  event.service = batch.keep(service);
  for (const DraftField& field : fields)
    batch.add(batch.keep(field.name), batch.keep(field.value), field.is_number);
  judge_header(batch);
  batch.commit();
}

DraftEvent draft_of(const Event& event) {
  DraftEvent draft{std::string(event.channel),
                   std::string(event.provider),
                   event.event_id,
                   std::string(event.record_id),
                   std::string(event.host),
                   event.time,
                   event.offset,
                   std::string(event.product),
                   std::string(event.category),
                   std::string(event.service),
                   {}};
  for (const Field& field : event.fields)
    draft.fields.push_back({std::string(field.name), std::string(field.value), field.is_number});
  return draft;
}

void judge_header(EventBatch& batch) {
  Event& event = batch.draft();
  char digits[16];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, event.event_id);
  const std::string_view event_id(digits, error == std::errc() ? static_cast<std::size_t>(end - digits) : 0);
  unsigned ids = 0, channels = 0, providers = 0;
  bool agree = true;
  for (const Field& field : batch.draft_fields()) {
    if (field.name == "EventID") ++ids, agree = agree && field.value == event_id;
    else if (field.name == "Channel") ++channels, agree = agree && field.value == event.channel;
    else if (field.name == "Provider_Name") ++providers, agree = agree && field.value == event.provider;
  }
  event.header_is_plain = agree && ids == 1 && channels == 1 && providers == 1;
}

Event& start_copy(const Event& from, EventBatch& batch) {
  Event& event = batch.start();
  event = from;
  event.ruled_out = nullptr;
  event.columns = nullptr;
  event.fields = {};
  for (std::string_view* text : {&event.channel, &event.provider, &event.record_id, &event.host,
                                 &event.product, &event.category, &event.service})
    *text = batch.keep(*text);
  for (Field field : from.fields) {
    field.name = batch.keep(field.name), field.value = batch.keep(field.value);
    field.column = Field::kNoColumn;
    batch.add(field);
  }
  return event;
}

}  // namespace bartizan
