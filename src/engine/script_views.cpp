// SPDX-License-Identifier: Apache-2.0
#include "engine/script_views.h"

#include <set>

#include "base/limits.h"

namespace bartizan {
namespace {

constexpr std::string_view kScriptChannel = "Microsoft-Windows-PowerShell/Operational";
constexpr std::string_view kScriptProvider = "Microsoft-Windows-PowerShell";
constexpr std::string_view kScriptField = "ScriptBlockText";
constexpr std::uint32_t kScriptEventId = 4104;

bool is_header(std::string_view name) {
  return name == "EventID" || name == "Channel" || name == "Provider_Name";
}

class ViewMaker {
 public:
  ViewMaker(const ViewedText& viewed, EventBatch& batch, std::vector<ScriptView>& out)
      : viewed_(viewed), record_(*viewed.record), batch_(batch), out_(out) {
    append_view_fields(viewed, batch, added_);
  }

  void run() {
    const auto& layers = viewed_.script->layers.layers;
    // What a plain engine has looked at already needs no second look.
    if (!viewed_.is_joined) seen_.insert(viewed_.text->text);
    // A layer as it would be run says most, so these come first.
    for (std::uint32_t i = 0; i < layers.size(); ++i) add(i, ViewName::kRaw, layers[i].text);
    for (std::uint32_t i = 0; i < layers.size(); ++i) add(i, ViewName::kNormalised, layers[i].normalised);
    for (std::uint32_t i = 0; i < layers.size(); ++i) add(i, ViewName::kMerged, layers[i].merged);
  }

 private:
  void add(std::uint32_t layer, ViewName name, std::string_view text) {
    if (text.empty() || bytes_ + text.size() > limits::kViewBytesPerRecordMax || !seen_.insert(text).second)
      return;
    bytes_ += text.size();
    ScriptView view{record_with(layer, text), name, layer, text, false};
    out_.push_back(view);
    const bool is_script = viewed_.script->layers.layers[layer].kind == powershell::LayerKind::kScript;
    if (!viewed_.text->is_command_line || !is_script) return;
    view.event = script_block_with(text);
    view.from_command_line = true;
    out_.push_back(view);
  }

  Event record_with(std::uint32_t layer, std::string_view text) {
    const Field& field = record_.fields[viewed_.field];
    std::string_view value = text;
    // A text that stands within others keeps them; a further layer stands alone.
    if (layer == 0 && viewed_.text->end - viewed_.text->begin < field.value.size()) {
      std::string around(field.value.substr(0, viewed_.text->begin));
      around.append(text).append(field.value.substr(viewed_.text->end));
      value = batch_.keep(around);
    }
    fields_.assign(record_.fields.begin(), record_.fields.end());
    fields_[viewed_.field].value = value;
    return made_of(record_);
  }

  Event script_block_with(std::string_view text) {
    fields_.clear();
    fields_.push_back({"EventID", "4104", Field::kNoColumn, true, false});
    fields_.push_back({"Channel", kScriptChannel});
    fields_.push_back({"Provider_Name", kScriptProvider});
    for (std::size_t i = 0; i < record_.fields.size(); ++i)
      if (i != viewed_.field && !is_header(record_.fields[i].name)) fields_.push_back(record_.fields[i]);
    fields_.push_back({kScriptField, text});
    Event event = made_of(record_);
    event.channel = kScriptChannel;
    event.provider = kScriptProvider;
    event.event_id = kScriptEventId;
    event.product = event.category = event.service = {};
    event.header_is_plain = true;
    return event;
  }

  Event made_of(const Event& record) {
    for (Field& field : fields_) field.column = Field::kNoColumn;
    fields_.insert(fields_.end(), added_.begin(), added_.end());
    Event event = record;
    event.columns = nullptr;
    event.fields = batch_.arena().copy(std::span<const Field>(fields_));
    return event;
  }

  const ViewedText& viewed_;
  const Event& record_;
  EventBatch& batch_;
  std::vector<ScriptView>& out_;
  std::vector<Field> added_, fields_;
  std::set<std::string_view> seen_;
  std::size_t bytes_ = 0;
};

}  // namespace

const char* view_name(ViewName name) {
  constexpr const char* kNames[] = {"raw", "normalised", "merged"};
  return kNames[static_cast<std::size_t>(name)];
}

void append_view_fields(const ViewedText& viewed, EventBatch& batch, std::vector<Field>& out) {
  const powershell::Layers& layers = viewed.script->layers;
  auto add_number = [&](std::string_view name, unsigned number) {
    out.push_back({name, batch.keep(std::to_string(number)), Field::kNoColumn, true, false});
  };
  auto add_texts = [&](std::string_view name, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) out.push_back({name, text});
  };
  add_number("Deob.Depth", layers.depth);
  add_number("Deob.Score", layers.score.points);
  add_number("Deob.Remaining", viewed.script->remaining);
  add_texts("Deob.Techniques", layers.techniques);
  add_texts("Deob.Limits", layers.limits);
  if (viewed.is_partial) out.push_back({"Deob.Limits", "missing_parts"});
  add_texts("Deob.Urls", layers.urls);
  add_texts("Deob.Reasons", layers.score.reasons);
}

Event record_with_view_fields(const ViewedText& viewed, EventBatch& batch) {
  std::vector<Field> fields(viewed.record->fields.begin(), viewed.record->fields.end());
  for (Field& field : fields) field.column = Field::kNoColumn;
  append_view_fields(viewed, batch, fields);
  Event event = *viewed.record;
  event.columns = nullptr;
  event.fields = batch.arena().copy(std::span<const Field>(fields));
  return event;
}

void append_script_views(const ViewedText& viewed, EventBatch& batch, std::vector<ScriptView>& out) {
  ViewMaker(viewed, batch, out).run();
}

}  // namespace bartizan
