// SPDX-License-Identifier: Apache-2.0
// JsonFields: the fields of one parsed JSON object, by the shape it is recognised to have. Private to
// decode/json. The parsed object must outlive the call of read(); recursion is bounded by
// limits::kJsonDepthMax. One thread.
#pragma once

#include <simdjson.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "model/draft_event.h"
#include "model/oddity.h"

namespace bartizan {

class JsonFields {
 public:
  JsonFields(DraftEvent& event, OddityList& oddities) : event_(event), oddities_(oddities) {}
  void read(const simdjson::dom::object& root);

 private:
  using Object = simdjson::dom::object;
  using Element = simdjson::dom::element;
  using Names = std::initializer_list<std::string_view>;

  void read_windows_event(const Object& event);
  void read_system(const Object& system);
  void read_leaves(std::string_view name, const Element& value, std::size_t depth);
  void flatten(std::string& path, const Element& value, std::size_t depth);
  void flatten_members(std::string& path, const Object& object, std::size_t depth);

  void rename_winlogbeat();
  void name_windows_header();
  void name_generic(const Object& root);

  void add(std::string_view name, const Element& scalar);
  bool too_deep(std::size_t depth);
  const std::string* first_of(Names names) const;
  void add_alias(std::string_view name, Names sources);
  void remove_blanks();

  DraftEvent& event_;
  OddityList& oddities_;
  bool full_ = false, deep_ = false;
};

}  // namespace bartizan
