// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_quick.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "decode/evtx_token.h"
#include "decode/evtx_value.h"
#include "model/draft_event.h"

namespace bartizan::evtx {
namespace {

constexpr std::size_t kRecordHeaderBytes = 24;  // magic u32, size u32, record number u64, written u64
constexpr std::uint8_t kFileTimeType = 0x11;

// The last moment that text with a four-digit year can say: 9999-12-31.
constexpr std::uint64_t kFileTimeMax = 2'650'467'743'999'999'999;

// As much text as a value of so many bytes can need; see evtx_binxml.cpp.
constexpr std::size_t text_bytes_max(std::size_t size) { return size * 3 + 48; }

std::uint64_t mix(std::uint64_t sum, std::uint64_t value) {
  return std::rotl((sum ^ value) * 0x9e3779b97f4a7c15u, 27);
}

std::uint64_t mix(std::uint64_t sum, std::string_view bytes) {
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t eight;
    std::memcpy(&eight, bytes.data(), 8);
    sum = mix(sum, eight);
  }
  for (char byte : bytes) sum = mix(sum, static_cast<unsigned char>(byte));
  return sum;
}

template <class T>
std::size_t put_number(Bytes data, int base, char* out) {
  return static_cast<std::size_t>(std::to_chars(out, out + 24, ByteReader(data).read<T>(), base).ptr - out);
}

FlatTemplate::Root root_within(const FlatField& embedded) {
  return embedded.kind == FlatField::Kind::kUserData ? FlatTemplate::Root::kUserData
                                                     : FlatTemplate::Root::kSections;
}

bool names_header(std::string_view name) {
  return name == "EventID" || name == "Channel" || name == "Provider_Name";
}

std::uint16_t column_of(const Columns& columns, std::string_view name) {
  const auto at = std::lower_bound(columns.names.begin(), columns.names.end(), name);
  const bool is_there = at != columns.names.end() && *at == name;
  return is_there ? static_cast<std::uint16_t>(at - columns.names.begin()) : Field::kNoColumn;
}

}  // namespace

void EvtxQuickDecoder::begin_chunk(Bytes chunk) {
  chunk_ = chunk;
  chunk_text_ = 0;
  in_chunk_.clear();
  recent_.fill({});
}

void EvtxQuickDecoder::begin_piece() {
  if (known_count_ <= limits::kEvtxTemplatesMax && plan_count_ <= limits::kKindsMax) return;
  known_.clear(), plans_.clear();
  known_count_ = plan_count_ = 0;
}

bool EvtxQuickDecoder::decode(std::size_t at, std::size_t size, std::uint64_t offset, bool whole,
                              EventBatch& out) {
  if (chunk_text_ > limits::kEvtxChunkTextBytesMax) return false;
  record_text_ = 0;
  ByteReader reader(slice(chunk_, 0, at + size - 4), at + kRecordHeaderBytes);
  if (reader.u8() != kFragmentHeader) return false;
  reader.skip(3);
  if (!read_instance(reader, FlatTemplate::Root::kEvent, outer_)) return false;
  const Header& header = outer_.known->header;
  if (!header.is_usable || !read_embedded()) return false;

  Event& event = out.start();
  event.offset = offset;
  event.time = instant_from_filetime(ByteReader(chunk_, at + 16).u64());
  if (header.time && !read_time(*header.time, event.time)) return false;
  if (whole || !projection_) return fill_whole(header, at, out);
  const Plan* plan = plan_for(header);
  return plan && fill(*plan, out);
}

// A template token with its values, and nothing of importance behind it.
bool EvtxQuickDecoder::read_instance(ByteReader& reader, FlatTemplate::Root root, Instance& out) {
  if (reader.u8() != kTemplateInstance) return false;
  reader.skip(5);
  const std::size_t definition = reader.u32();
  if (reader.failed()) return false;
  out.known = template_at(definition, root);
  if (!out.known) return false;
  out.layout = out.known->layout.get();
  if (definition == reader.offset()) reader.skip(24 + out.layout->size());
  const std::size_t count = reader.u32();
  if (reader.failed() || count > reader.remaining() / 4 || count < out.layout->values_needed()) return false;
  const Bytes descriptors = reader.take(count * 4);
  out.values.resize(count);
  std::size_t nested = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Value& value = out.values[i];
    value.size = static_cast<std::uint16_t>(descriptors[i * 4] | descriptors[i * 4 + 1] << 8);
    value.type = descriptors[i * 4 + 2];
    value.data = reader.take(value.size).data();
    nested += value.type == kBinXmlType;
  }
  // BinXml among the values may add elements anywhere; the places known are behind System and within UserData.
  if (reader.failed() || nested > (root == FlatTemplate::Root::kEvent ? 1 : 0)) return false;
  return reader.remaining() == 0 || reader.u8() == kEnd;
}

bool EvtxQuickDecoder::read_embedded() {
  has_embedded_ = false;
  fragment_ = nullptr;
  const Value* nested = nullptr;
  auto root = FlatTemplate::Root::kSections;
  for (const FlatField& field : outer_.layout->fields())
    if (field.is_embedded()) nested = &outer_.values[field.value], root = root_within(field);
  for (const Value& value : outer_.values)
    if (value.type == kBinXmlType && &value != nested) return false;
  if (!nested || nested->type == kNullType) return true;
  if (nested->type != kBinXmlType) return false;
  if (nested->size == 0) return true;
  const auto offset = static_cast<std::size_t>(nested->data - chunk_.data());
  ByteReader reader(slice(chunk_, 0, offset + nested->size), offset);
  // Not every writer repeats the fragment header here.
  if (*nested->data == kFragmentHeader) reader.skip(4);
  if (ByteReader token = reader; token.u8() != kTemplateInstance) return read_fragment(nested->bytes(), root);
  return has_embedded_ = read_instance(reader, root, embedded_);
}

bool EvtxQuickDecoder::read_fragment(Bytes body, FlatTemplate::Root root) {
  fragment_ = FlatTemplate::compile_fragment(chunk_, body, root);
  return fragment_ && std::ranges::none_of(fragment_->fields(),
                                           [](const FlatField& field) { return names_header(field.name); });
}

EvtxQuickDecoder::Known* EvtxQuickDecoder::template_at(std::size_t definition, FlatTemplate::Root root) {
  if (definition >= chunk_.size()) return nullptr;
  const auto place = static_cast<std::uint32_t>(definition * 4 + static_cast<std::size_t>(root));
  Recent& recent = recent_[(definition ^ definition >> 5) % recent_.size()];
  if (recent.place == place && recent.known) return recent.known;
  const auto [known, is_new] = in_chunk_.try_emplace(place, nullptr);
  if (is_new) known->second = find_or_compile(definition, root);
  recent = {place, known->second};
  return known->second;
}

EvtxQuickDecoder::Known* EvtxQuickDecoder::find_or_compile(std::size_t definition, FlatTemplate::Root root) {
  const Bytes identity = slice(chunk_, definition + 4, 20);  // GUID and size
  if (identity.size() < 20) return nullptr;
  std::vector<std::unique_ptr<Known>>& same_name = known_[mix(0, as_text(identity))];
  for (const auto& known : same_name)
    if (known->layout->is_same(chunk_, definition, root)) return known.get();
  std::unique_ptr<FlatTemplate> layout = FlatTemplate::compile(chunk_, definition, root);
  if (!layout) return nullptr;
  ++known_count_;
  const Header header = header_of(*layout);
  same_name.push_back(std::make_unique<Known>(std::move(layout), header));
  return same_name.back().get();
}

EvtxQuickDecoder::Header EvtxQuickDecoder::header_of(const FlatTemplate& layout) {
  Header header;
  std::size_t embedded = 0;
  bool is_clear = true;
  auto note = [&](const FlatField*& place, const FlatField& field) {
    is_clear = is_clear && !place && field.gate == kNoValue;
    place = &field;
  };
  for (const FlatField& field : layout.fields()) {
    embedded += field.is_embedded();
    if (!field.in_system) continue;
    if (field.name == "EventID") note(header.event_id, field);
    else if (field.name == "Channel") note(header.channel, field);
    else if (field.name == "Provider_Name") note(header.provider, field);
    else if (field.name == "TimeCreated_SystemTime") note(header.time, field);
    else if (field.name == "Computer") note(header.host, field);
    else if (field.name == "EventRecordID") note(header.record_id, field);
  }
  header.is_usable = is_clear && embedded <= 1 && header.event_id && header.channel && header.provider;
  return header;
}

bool EvtxQuickDecoder::read_event_id(const FlatField& field, std::uint32_t& id) const {
  if (field.value == kNoValue) {
    const auto [end, error] =
        std::from_chars(field.constant.data(), field.constant.data() + field.constant.size(), id);
    return error == std::errc() && end == field.constant.data() + field.constant.size();
  }
  const Value& value = outer_.values[field.value];
  if (value.type == 0x06 && value.size == 2) return id = ByteReader(value.bytes()).u16(), true;
  if (value.type == 0x08 && value.size == 4) return id = ByteReader(value.bytes()).u32(), true;
  return false;
}

bool EvtxQuickDecoder::read_raw(const FlatField& field, std::string_view& raw) const {
  if (field.value == kNoValue) return raw = field.constant, true;
  const Value& value = outer_.values[field.value];
  raw = as_text(value.bytes());
  return value.type == kStringType;
}

bool EvtxQuickDecoder::read_time(const FlatField& field, Instant& time) {
  if (field.value == kNoValue) return false;
  const Value& value = outer_.values[field.value];
  if (value.type == kNullType) return true;
  if (value.type != kFileTimeType || value.size != 8) return false;
  const std::uint64_t filetime = ByteReader(value.bytes()).u64();
  time = instant_from_filetime(filetime);
  return filetime <= kFileTimeMax;
}

const EvtxQuickDecoder::Plan* EvtxQuickDecoder::plan_for(const Header& header) {
  std::uint32_t event_id = 0;
  std::string_view channel, provider;
  if (!read_event_id(*header.event_id, event_id) || !read_raw(*header.channel, channel) ||
      !read_raw(*header.provider, provider))
    return nullptr;
  const Plan*& last = outer_.known->last_plan;
  if (last && is_plan_for(*last, event_id, channel, provider)) return last;
  const FlatTemplate* embedded = has_embedded_ ? embedded_.layout : nullptr;
  std::uint64_t key = mix(mix(event_id, reinterpret_cast<std::uintptr_t>(outer_.layout)),
                          reinterpret_cast<std::uintptr_t>(embedded));
  key = mix(mix(mix(key, channel), provider), fragment_ != nullptr);
  std::vector<std::unique_ptr<Plan>>& same_key = plans_[key];
  for (const auto& plan : same_key)
    if (is_plan_for(*plan, event_id, channel, provider)) return last = plan.get();
  ++plan_count_;
  same_key.push_back(make_plan(event_id, channel, provider, header));
  return last = same_key.back().get();
}

bool EvtxQuickDecoder::is_plan_for(const Plan& plan, std::uint32_t event_id, std::string_view channel,
                                   std::string_view provider) const {
  return plan.layout == outer_.layout && plan.embedded == (has_embedded_ ? embedded_.layout : nullptr) &&
         plan.has_fragment == (fragment_ != nullptr) && plan.event_id == event_id &&
         plan.channel == channel && plan.provider == provider;
}

std::unique_ptr<EvtxQuickDecoder::Plan> EvtxQuickDecoder::make_plan(std::uint32_t event_id,
                                                                    std::string_view channel,
                                                                    std::string_view provider,
                                                                    const Header& header) {
  auto plan = std::make_unique<Plan>();
  plan->layout = outer_.layout;
  plan->embedded = has_embedded_ ? embedded_.layout : nullptr;
  plan->has_fragment = fragment_ != nullptr;
  plan->event_id = event_id;
  plan->channel = channel;
  plan->provider = provider;
  auto text = [](const FlatField& field, std::string_view raw) {
    std::string out;
    if (field.value == kNoValue) out = raw;
    else append_string(as_bytes(raw), out);
    return out;
  };
  const std::string channel_text = text(*header.channel, channel),
                    provider_text = text(*header.provider, provider);
  std::size_t header_fields = 0;
  for (const FlatTemplate* layout : {plan->layout, plan->embedded})
    if (layout)
      for (const FlatField& field : layout->fields()) header_fields += names_header(field.name);
  plan->columns =
      projection_->columns_of({channel_text, provider_text, event_id, "windows", "", "", header_fields == 3});
  for (const FlatField& field : plan->layout->fields()) {
    if (!field.is_embedded()) add_step(*plan, field, false);
    else if (plan->has_fragment) plan->steps.push_back({});
    else if (plan->embedded)
      for (const FlatField& inner : plan->embedded->fields()) add_step(*plan, inner, true);
  }
  choose_keywords(*plan);
  return plan;
}

void EvtxQuickDecoder::add_step(Plan& plan, const FlatField& field, bool is_embedded) {
  const std::uint16_t column = column_of(*plan.columns, field.name);
  if (column != Field::kNoColumn || plan.columns->all) plan.steps.push_back({&field, is_embedded, column});
}

// Constants stand in the definition of the template, which may lie in another record.
void EvtxQuickDecoder::choose_keywords(Plan& plan) {
  if (!plan.columns->all || !plan.columns->keywords) return;
  for (const Step& step : plan.steps)
    if (step.field && step.field->value == kNoValue &&
        plan.columns->keywords->may_match(step.field->constant))
      return;
  plan.keywords = plan.columns->keywords;
  for (const Step& step : plan.steps)
    if (!step.field || step.column != Field::kNoColumn) plan.named_steps.push_back(step);
}

bool EvtxQuickDecoder::may_match(const KeywordFilter& keywords) {
  if (may_match(keywords, outer_) || (has_embedded_ && may_match(keywords, embedded_))) return true;
  return fragment_ && std::ranges::any_of(fragment_->fields(), [&](const FlatField& field) {
           return keywords.may_match(field.constant);
         });
}

bool EvtxQuickDecoder::may_match(const KeywordFilter& keywords, const Instance& instance) {
  const SeenTexts::Search search{reinterpret_cast<std::uintptr_t>(&keywords), 0};
  for (const Value& value : instance.values) {
    if (value.type == kAnsiStringType || value.type == kEventXmlType || value.type & kArrayFlag) return true;
    if (value.type != kStringType || value.size < keywords.shortest * 2) continue;
    if (!keywords.is_quick && no_keyword_.find(search, as_text(value.bytes()))) continue;
    if (keywords.may_match_utf16(value.bytes())) return true;
    if (!keywords.is_quick) no_keyword_.put(search, as_text(value.bytes()), {});
  }
  return false;
}

bool EvtxQuickDecoder::fill(const Plan& plan, EventBatch& out) {
  const bool lacks_keywords = plan.keywords && !may_match(*plan.keywords);
  for (const Step& step : lacks_keywords ? plan.named_steps : plan.steps)
    if (!(step.field ? add_field(*step.field, step.is_embedded, step.column, out)
                     : add_fragment(plan.columns, plan.columns->all && !lacks_keywords, out)))
      return false;
  out.draft().columns = plan.columns;
  out.draft().lacks_keywords = lacks_keywords;
  out.commit();
  return true;
}

bool EvtxQuickDecoder::fill_whole(const Header& header, std::size_t at, EventBatch& out) {
  std::uint32_t event_id = 0;
  std::string_view raw;
  if (!read_event_id(*header.event_id, event_id) || !read_raw(*header.channel, raw) ||
      !read_raw(*header.provider, raw))
    return false;
  for (const FlatField& field : outer_.layout->fields()) {
    if (field.is_embedded()) {
      if (fragment_ && !add_fragment(nullptr, true, out)) return false;
      if (!has_embedded_) continue;
      for (const FlatField& inner : embedded_.layout->fields())
        if (!add_field(inner, true, Field::kNoColumn, out)) return false;
    } else if (!add_field(field, false, Field::kNoColumn, out)) {
      return false;
    }
  }
  Event& event = out.draft();
  event.event_id = event_id;
  event.product = "windows";
  auto text = [&](const FlatField* field) {
    if (field)
      for (const Field& made : out.draft_fields())
        if (made.name.data() == field->name.data()) return made.value;
    return std::string_view();
  };
  event.channel = text(header.channel);
  event.provider = text(header.provider);
  event.host = text(header.host);
  event.record_id = text(header.record_id);
  if (event.record_id.empty()) {
    char digits[24];
    event.record_id = out.keep({digits, put_number<std::uint64_t>(slice(chunk_, at + 8, 8), 10, digits)});
  }
  judge_header(out);
  out.commit();
  return true;
}

bool EvtxQuickDecoder::add_fragment(const Columns* columns, bool all, EventBatch& out) {
  for (const FlatField& field : fragment_->fields()) {
    const std::uint16_t column = columns ? column_of(*columns, field.name) : Field::kNoColumn;
    if (!all && column == Field::kNoColumn) continue;
    if (out.fields_of_draft() >= limits::kFieldsPerEventMax) return false;
    record_text_ += field.constant.size(), chunk_text_ += field.constant.size();
    out.add({out.keep(field.name), out.keep(field.constant), column});
  }
  return record_text_ <= limits::kBinXmlTextBytesMax;
}

bool EvtxQuickDecoder::charge(const Value& value) {
  const std::size_t bytes = text_bytes_max(value.size);
  record_text_ += bytes, chunk_text_ += bytes;
  return record_text_ <= limits::kBinXmlTextBytesMax;
}

bool EvtxQuickDecoder::add_field(const FlatField& field, bool is_embedded, std::uint16_t column,
                                 EventBatch& out) {
  const std::vector<Value>& values = is_embedded ? embedded_.values : outer_.values;
  if (out.fields_of_draft() >= limits::kFieldsPerEventMax) return false;
  if (field.gate != kNoValue && values[field.gate].type == kNullType) return true;
  if (field.value == kNoValue) return out.add({field.name, field.constant, column}), true;
  const Value& value = values[field.value];
  if (value.type == kNullType) {
    if (!field.is_optional) out.add({field.name, "", column});
    return true;
  }
  if (!charge(value)) return false;
  if (value.type & kArrayFlag) return add_array(field, value, column, out);
  const bool is_number =
      field.kind == FlatField::Kind::kElement && is_decimal_type(shown_type(value.type, value.bytes()));
  out.add({field.name, text_of(value, out), column, is_number});
  return true;
}

// Windows repeats the element for each member; System keeps the first, an attribute has them separated by commas.
bool EvtxQuickDecoder::add_array(const FlatField& field, const Value& value, std::uint16_t column,
                                 EventBatch& out) {
  const std::vector<std::string> members = array_values(value.type, value.bytes());
  if (out.fields_of_draft() + members.size() > limits::kFieldsPerEventMax) return false;
  if (field.kind == FlatField::Kind::kAttribute) {
    scratch_.clear();
    for (std::size_t i = 0; i < members.size(); ++i) scratch_.append(i ? ", " : "").append(members[i]);
    out.add({field.name, out.keep(scratch_), column});
    return true;
  }
  const bool is_number =
      is_decimal_type(static_cast<std::uint8_t>(value.type & ~kArrayFlag)) && !members.empty();
  out.add({field.name, members.empty() ? std::string_view("") : out.keep(members[0]), column, is_number});
  for (std::size_t i = 1; i < members.size() && !field.in_system; ++i)
    out.add({field.name, out.keep(members[i]), column, is_number});
  return true;
}

std::string_view EvtxQuickDecoder::text_of(const Value& value, EventBatch& out) {
  Bytes data = value.bytes();
  Arena& arena = out.arena();
  constexpr std::size_t kNumberBytesMax = 24;
  if (value.type == kStringType) {
    std::size_t size = data.size() & ~std::size_t{1};
    while (size >= 2 && data[size - 1] == 0 && data[size - 2] == 0) size -= 2;
    char* room = arena.reserve(utf8_bytes_max(size / 2) + 1);
    return arena.take(static_cast<std::size_t>(utf16le_to_utf8(data.first(size), room) - room));
  }
  char* room = arena.reserve(kNumberBytesMax);
  switch (value.type << 8 | (data.size() < 16 ? static_cast<int>(data.size()) : 0xff)) {
    case 0x0401: return arena.take(put_number<std::uint8_t>(data, 10, room));
    case 0x0602: return arena.take(put_number<std::uint16_t>(data, 10, room));
    case 0x0704: return arena.take(put_number<std::int32_t>(data, 10, room));
    case 0x0804: return arena.take(put_number<std::uint32_t>(data, 10, room));
    case 0x0908: return arena.take(put_number<std::int64_t>(data, 10, room));
    case 0x0a08: return arena.take(put_number<std::uint64_t>(data, 10, room));
    case 0x1404:
    case 0x1004:
      room[0] = '0', room[1] = 'x';
      return arena.take(2 + put_number<std::uint32_t>(data, 16, room + 2));
    case 0x1508:
    case 0x1008:
      room[0] = '0', room[1] = 'x';
      return arena.take(2 + put_number<std::uint64_t>(data, 16, room + 2));
    default: break;
  }
  scratch_.clear();
  append_value(value.type, data, scratch_);
  return arena.copy(scratch_);
}

}  // namespace bartizan::evtx
