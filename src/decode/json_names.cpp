// SPDX-License-Identifier: Apache-2.0
#include "decode/json_names.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan {
namespace {

// Where exporters of Windows events keep what the event's own EventData or UserData held.
struct DataPrefix {
  std::string_view text;
  bool is_user_data;  // the name of the innermost element is the field's name
};
constexpr DataPrefix kDataPrefixes[] = {{"winlog.event_data.", false}, {"winlog.user_data.", true},
                                        {"event_data.", false},        {"user_data.", true},
                                        {"EventData.", false},         {"UserData.", true}};
constexpr std::string_view kPropertyValue =
    "Properties.Value";  // Get-WinEvent | ConvertTo-Json: values without names

std::string_view windows_name(std::string_view path, bool& unnamed) {
  if (path == kPropertyValue) return "Data";
  for (const DataPrefix& prefix : kDataPrefixes) {
    if (!path.starts_with(prefix.text)) continue;
    std::size_t cut = prefix.text.size();
    if (prefix.is_user_data) cut = std::max(cut, path.rfind('.') + 1);
    const std::string_view name = path.substr(cut);
    unnamed = !prefix.is_user_data && name.size() > 5 && name.starts_with("param") &&
              name.find_first_not_of("0123456789", 5) == name.npos;
    return name;
  }
  return path;
}

}  // namespace

JsonName& JsonNames::make_root(char joint) {
  JsonName& root = names_.emplace_back();
  root.id = static_cast<std::uint32_t>(names_.size() - 1);
  root.joint = joint;
  return root;
}

JsonName& JsonNames::find_or_make(JsonName& parent, std::string_view key, Arena& batch) {
  key = key.substr(0, limits::kFieldNameBytesMax);
  if (auto known = known_.find(Path{&parent, key}); known != known_.end()) return **known;
  JsonName made;
  made.parent = &parent;
  if (names_.size() >= limits::kJsonNamesMax) {
    made.key = batch.copy(key);
    call(made, batch);
    // The batch hands out const; the guesses in a name are the decoder's own.
    return *const_cast<JsonName*>(batch.copy(std::span<const JsonName>(&made, 1)).data());
  }
  made.id = static_cast<std::uint32_t>(names_.size());
  made.key = texts_.copy(key);
  call(made, texts_);
  known_.insert(&names_.emplace_back(made));
  return names_.back();
}

void JsonNames::call(JsonName& name, Arena& texts) {
  const JsonName& parent = *name.parent;
  const std::string_view before = parent.called(JsonNaming::kPath);
  name.joint = parent.joint;
  if (parent.joint == 0 || before.empty()) {
    name.text[0] = name.key;
  } else {
    scratch_.assign(before).append(1, parent.joint).append(name.key);
    name.text[0] = texts.copy(std::string_view(scratch_).substr(0, limits::kFieldNameBytesMax));
  }
  name.text[1] = windows_name(name.text[0], name.unnamed);
  if (name.text[1].find(' ') != std::string_view::npos) {
    scratch_.assign(name.text[1]);
    std::erase(scratch_, ' ');
    name.text[1] = texts.copy(scratch_);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    name.mark[i] = mark_of_(context_, name.text[i]);
    name.is_marked = name.is_marked || name.mark[i].slot != JsonMark::kNoSlot;
  }
}

}  // namespace bartizan
