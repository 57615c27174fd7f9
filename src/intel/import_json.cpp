// SPDX-License-Identifier: Apache-2.0
// Walks the outer objects of a JSON file and hands inner ones, whole, to those who know them.
#include <algorithm>

#include "base/limits.h"
#include "intel/import_objects.h"

namespace bartizan::intel {
namespace {

using Token = JsonReader::Token;

// ab12cd34-…: names of the members of a feed's manifest.
bool is_uuid(std::string_view text) {
  return text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

class JsonImport {
 public:
  JsonImport(const ReadBytes& read, const Import& import) : reader_(read), import_(import), stix_(import) {}

  void run() {
    for (Token token = reader_.next(); token != Token::kEnd; token = reader_.next()) {
      const bool going =
          token == Token::kBeginObject ? walk_object() : token == Token::kBeginList && walk_list("");
      if (!going) break;
    }
    stix_.finish();
    if (!reader_.complaint().empty())
      import_.report.mistake(import_.options, reader_.place(),
                             reader_.is_stream_broken() ? "intel.unreadable" : "json.syntax",
                             path_.empty() ? reader_.complaint() : path_ + ": " + reader_.complaint());
    else if (import_.report.format.empty())
      import_.report.mistake(
          import_.options, {1, 1}, "intel.unknown",
          "this JSON is no STIX bundle, TAXII collection, MISP event, feed or warning list");
  }

 private:
  void call(std::string_view format) {
    if (import_.report.format.empty()) import_.report.format = format;
  }

  bool whole(Token token, JsonValue& value) { return reader_.read_value(token, value); }

  // An object at the top: which of its members are there says what it is.
  bool walk_object() {
    JsonValue rest;  // small members: type, name, list, kind, value …
    rest.type = JsonValue::Type::kObject;
    rest.place = reader_.place();
    for (Token token = reader_.next(); token != Token::kEndObject; token = reader_.next()) {
      if (token != Token::kName) return false;
      const std::string name = reader_.text();
      path_ = name;
      token = reader_.next();
      if (token == Token::kBroken) return false;
      if (name == "objects" && token == Token::kBeginList) {
        call("STIX");
        if (!walk_list("objects")) return false;
      } else if (name == "more") {
        import_.report.has_more = token == Token::kTrue;
        if (!reader_.skip_value(token)) return false;
      } else if (name == "response" && token == Token::kBeginList) {
        if (!walk_list("response")) return false;
      } else if (name == "Event" || name == "Attribute" || name == "response") {
        if (!take_misp(name, token, name)) return false;
      } else if (is_uuid(name) && token == Token::kBeginObject) {
        call("MISP manifest");
        import_.report.listed_events.push_back(name);
        if (!reader_.skip_value(token)) return false;
      } else if (rest.members.size() < limits::kIntelMembersMax) {
        rest.members.push_back({name, {}});
        if (!whole(token, rest.members.back().value)) return false;
      } else if (!reader_.skip_value(token)) {
        return false;
      }
    }
    path_.clear();
    take_rest(rest);
    return true;
  }

  void take_rest(const JsonValue& rest) {
    const ObjectPlace at{path_, rest.place};
    if (rest.find("list") && rest.find("name")) {
      call("MISP warning list");
      take_warning_list(import_, rest, at);
    } else if (rest.find("kind") && rest.find("value")) {
      call("indicators");
      take_exported(import_, rest, at);
    } else if (rest.text_of("type") == "bundle" || rest.find("more")) {
      call("STIX");
    } else if (!rest.text_of("type").empty() && rest.find("id")) {
      call("STIX");
      stix_.take(rest, at);  // one object alone
    }
  }

  bool walk_list(const std::string& name) {
    std::size_t index = 0;
    for (Token token = reader_.next(); token != Token::kEndList; token = reader_.next(), ++index) {
      path_ = name + "[" + std::to_string(index) + "]";
      JsonValue value;
      if (!whole(token, value)) return false;
      const ObjectPlace at{path_, value.place};
      if (name == "objects") stix_.take(value, at);
      else if (value.find("Event") || value.find("Attribute")) take_misp_members(value, path_);
      else if (value.find("pattern") || value.text_of("type") == "indicator")
        call("STIX"), stix_.take(value, at);
      else if (value.find("kind") && value.find("value"))
        call("indicators"), take_exported(import_, value, at);
      else import_.report.leave_out("objects that are no indicators");
    }
    path_.clear();
    return true;
  }

  bool take_misp(const std::string& name, Token token, const std::string& path) {
    JsonValue holder;
    holder.type = JsonValue::Type::kObject;
    holder.members.push_back({name, {}});
    if (!whole(token, holder.members.back().value)) return false;
    if (name == "response") take_misp_members(holder.members.back().value, path);
    else take_misp_members(holder, "");
    return true;
  }

  void take_misp_members(const JsonValue& holder, const std::string& path) {
    call("MISP");
    const std::string prefix = path.empty() ? "" : path + ".";
    if (const JsonValue* event = holder.find("Event")) {
      const std::string own = prefix + "Event";
      take_misp_event(import_, *event, {own, event->place});
    }
    if (const JsonValue* attributes = holder.find("Attribute"))
      for (std::size_t i = 0; i < attributes->items.size(); ++i) {
        const std::string own = prefix + "Attribute[" + std::to_string(i) + "]";
        take_misp_attribute(import_, attributes->items[i], {}, {own, attributes->items[i].place});
      }
  }

  JsonReader reader_;
  const Import& import_;
  StixObjects stix_;
  std::string path_;
};

}  // namespace

void ImportReport::mistake(const ImportOptions& options, TextPlace place, std::string code,
                           std::string message) {
  if (++mistakes_total > limits::kIntelMistakesKept) return;
  mistakes.push_back({std::move(code),
                      options.file,
                      static_cast<int>(place.line),
                      static_cast<int>(place.column),
                      std::move(message),
                      {}});
}

void ImportReport::leave_out(std::string reason) { ++left_out[std::move(reason)]; }

void import_json(const ReadBytes& read, const ImportOptions& options, ImportReceiver& receiver,
                 ImportReport& report) {
  const Import import{options, receiver, report};
  JsonImport(read, import).run();
}

}  // namespace bartizan::intel
