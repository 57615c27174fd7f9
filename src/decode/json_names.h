// SPDX-License-Identifier: Apache-2.0
// JsonNames: the member paths a decoder has met, each made once, so that an event's fields need no text of
// their own. Each name also remembers which name followed it last time: logs repeat themselves, and most
// look-ups are one comparison. What hostile input invents beyond limits::kJsonNamesMax lives in the batch
// instead. Names last as long as this; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/arena.h"

namespace bartizan {

// How the fields of a record are called: by their path, or as the Windows event log calls them.
enum class JsonNaming : std::uint8_t { kPath, kWindows };

// What the shape tables know of a path (json_shapes.h).
struct JsonMark {
  static constexpr std::uint16_t kNoSlot = 0xffff;
  std::uint16_t slot = kNoSlot;  // of a path a shape asks for
  bool wraps = false;            // as a member of the outermost object it may hold the record or several
  bool has_text = false;         // as an object or list it is also a field: its JSON text
  bool has_pairs = false;        // a list of {name, value}: each is also a field of that name
};

struct JsonName {
  static constexpr std::uint32_t kNoId = UINT32_MAX;

  const JsonName* parent = nullptr;
  std::string_view key;      // the member's own name
  std::string_view text[2];  // by JsonNaming
  JsonMark mark[2];
  std::uint32_t id = kNoId;   // dense; kNoId: lives in the batch
  char joint = 0;             // stands between this name and a member's; 0: a member's name stands alone
  bool is_marked = false;     // under either name a shape asks for it
  bool unnamed = false;       // Winlogbeat's param1, param2... for Data elements without a name
  JsonName* first = nullptr;  // guesses: the member, and the sibling, that followed last time
  JsonName* next = nullptr;

  std::string_view called(JsonNaming naming) const { return text[static_cast<std::size_t>(naming)]; }
  const JsonMark& marked(JsonNaming naming) const { return mark[static_cast<std::size_t>(naming)]; }
};

class JsonNames {
 public:
  using MarkOf = JsonMark (*)(const void* context, std::string_view text);

  JsonNames(MarkOf mark_of, const void* context) : mark_of_(mark_of), context_(context) {}
  // The root of names whose parts are joined by `joint`.
  JsonName& make_root(char joint);
  // `guess` is parent.first or the `next` of the name before it; updated.
  JsonName& child(JsonName& parent, JsonName*& guess, std::string_view key, Arena& batch) {
    if (guess && guess->key == key && guess->parent == &parent) return *guess;
    JsonName& name = find_or_make(parent, key, batch);
    if (name.id != JsonName::kNoId) guess = &name;
    return name;
  }
  std::size_t size() const { return names_.size(); }

 private:
  struct Path {
    const JsonName* parent;
    std::string_view key;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Path& path) const {
      return std::hash<std::string_view>()(path.key) ^
             (reinterpret_cast<std::uintptr_t>(path.parent) * 0x9e3779b97f4a7c15u);
    }
    std::size_t operator()(const JsonName* name) const { return (*this)(Path{name->parent, name->key}); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const JsonName* a, const JsonName* b) const { return a == b; }
    bool operator()(const Path& a, const JsonName* b) const {
      return a.parent == b->parent && a.key == b->key;
    }
    bool operator()(const JsonName* a, const Path& b) const { return (*this)(b, a); }
  };

  JsonName& find_or_make(JsonName& parent, std::string_view key, Arena& batch);
  void call(JsonName& name, Arena& texts);

  MarkOf mark_of_;
  const void* context_;
  std::deque<JsonName> names_;  // a deque: names point at each other
  std::unordered_set<JsonName*, Hash, Equal> known_;
  Arena texts_;
  std::string scratch_;
};

}  // namespace bartizan
