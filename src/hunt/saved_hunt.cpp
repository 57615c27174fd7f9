// SPDX-License-Identifier: Apache-2.0
#include "hunt/saved_hunt.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/hash.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml.h"
#include "hunt/analyses.h"
#include "hunt/search_line.h"

namespace bartizan::hunt {
namespace {

constexpr std::string_view kKeys[] = {"title", "id",     "hypothesis", "search",     "sql",    "analysis",
                                      "field", "of",     "keep",       "logs",       "attack", "advisory",
                                      "every", "covers", "on_hit",     "references", "example"};
constexpr std::string_view kExampleKeys[] = {"log", "until", "finds", "leaves"};

struct Analysis {
  std::string_view name;
  SavedHunt::Asks asks;
  bool has_field;
};
constexpr Analysis kAnalyses[] = {{"stack", SavedHunt::Asks::kStack, true},
                                  {"first-seen", SavedHunt::Asks::kFirstSeen, true},
                                  {"beacons", SavedHunt::Asks::kBeacons, false},
                                  {"long-connections", SavedHunt::Asks::kLongConnections, false},
                                  {"sessions", SavedHunt::Asks::kSessions, false}};

constexpr std::pair<char, std::int64_t> kUnits[] = {{'d', 86'400}, {'h', 3'600}, {'m', 60}, {'s', 1}};

std::optional<std::int64_t> parse_span(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end + 1 != text.data() + text.size() || number <= 0) return std::nullopt;
  const auto unit = std::ranges::find(kUnits, *end, &std::pair<char, std::int64_t>::first);
  if (unit == std::end(kUnits) || number > limits::kHuntSpanSecondsMax / unit->second) return std::nullopt;
  return number * unit->second;
}

bool is_technique(std::string_view id) {
  const auto digits = [&](std::size_t from, std::size_t count) {
    return std::ranges::all_of(id.substr(from, count), [](char c) { return c >= '0' && c <= '9'; });
  };
  return (id.size() == 5 || (id.size() == 9 && id[5] == '.' && digits(6, 3))) && id[0] == 'T' && digits(1, 4);
}

// docs/advisory.md
bool is_advisory_item(std::string_view id) {
  int number = 0;
  const auto [end, error] = std::from_chars(id.data() + (id.empty() ? 0 : 1), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size() || number < 1) return false;
  const int last = id[0] == 'P' ? 12 : id[0] == 'D' ? 8 : id[0] == 'R' ? 7 : id[0] == 'A' ? 1 : 0;
  return number <= last;
}

class Reader {
 public:
  Reader(std::string_view file, std::vector<Diagnostic>& diagnostics)
      : file_(file), diagnostics_(diagnostics) {
    hunt_.file = file;
    hunt_.id = std::filesystem::path(file_).stem().string();
  }

  std::optional<SavedHunt> read(const YamlNode& document) {
    const std::size_t errors_before = count_errors(diagnostics_);
    if (!document.is_map())
      return bad(document, "a hunt is a map", "with the keys title, id, search …"), std::nullopt;
    for (const auto& [key, value] : document.entries) check_key(key, kKeys);
    read_about(document);
    read_question(document);
    read_times(document);
    if (const YamlNode* example = document.find("example")) read_example(*example);
    if (count_errors(diagnostics_) != errors_before) return std::nullopt;
    return std::move(hunt_);
  }

 private:
  void bad(const YamlNode& node, std::string message, std::string hint = {}) {
    diagnostics_.push_back({"hunt.file", file_, node.line, node.column, std::move(message), std::move(hint)});
  }

  void check_key(const YamlNode& key, std::span<const std::string_view> known) {
    if (std::ranges::find(known, key.text) != known.end()) return;
    const std::string_view near = nearest(key.text, known);
    bad(key, "unknown key '" + key.text + "'", near.empty() ? "" : "did you mean " + std::string(near) + "?");
  }

  // Empty, and said so, when it is demanded and not there.
  std::string text(const YamlNode& map, std::string_view key, bool is_demanded) {
    const YamlNode* node = map.find(key);
    const bool is_text = node && node->is_scalar() && !node->is_null() && !node->text.empty();
    if (node && !is_text) bad(*node, "'" + std::string(key) + "' must be text");
    else if (!node && is_demanded) bad(map, "'" + std::string(key) + "' is missing");
    return is_text ? trimmed(node->text) : std::string();
  }

  static std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
  }

  std::vector<std::string> list(const YamlNode& map, std::string_view key, bool is_demanded) {
    std::vector<std::string> out;
    const YamlNode* node = map.find(key);
    if (!node) {
      if (is_demanded) bad(map, "'" + std::string(key) + "' is missing", "a list: [a, b]");
      return out;
    }
    for (const YamlNode& item : node->is_sequence() ? node->items : std::vector{*node}) {
      if (item.is_scalar() && !item.is_null() && !item.text.empty()) out.push_back(item.text);
      else bad(item, "'" + std::string(key) + "' must be text or a list of texts");
    }
    return out;
  }

  void read_about(const YamlNode& document) {
    hunt_.title = text(document, "title", true);
    if (const std::string id = text(document, "id", true); !id.empty() && id != hunt_.id)
      bad(*document.find("id"), "the id is '" + id + "' and the file " + hunt_.id + ".yml",
          "give them one name; runs are recorded under it");
    hunt_.hypothesis = text(document, "hypothesis", true);
    hunt_.on_hit = text(document, "on_hit", true);
    hunt_.logs = list(document, "logs", false);
    hunt_.references = list(document, "references", false);
    hunt_.attack = list(document, "attack", false);
    for (const std::string& id : hunt_.attack)
      if (!is_technique(id))
        bad(*document.find("attack"), "'" + id + "' is no technique", "such as T1053.005");
    hunt_.advisory = list(document, "advisory", true);
    for (const std::string& id : hunt_.advisory)
      if (!is_advisory_item(id))
        bad(*document.find("advisory"), "'" + id + "' is no item of docs/advisory.md", "such as D5");
  }

  void read_question(const YamlNode& document) {
    const YamlNode* asked = nullptr;
    int questions = 0;
    for (const std::string_view key : {"search", "sql", "analysis"})
      if (const YamlNode* node = document.find(key)) asked = node, ++questions;
    if (questions != 1) return bad(document, "a hunt asks one question", "one of: search sql analysis");
    hunt_.query_line = asked->line;
    if (document.find("search")) {
      hunt_.query = text(document, "search", true);
      if (const auto sql = sql_of_search(hunt_.query, {}); !sql) bad_search(*asked, hunt_.query, sql.error());
    } else if (document.find("sql")) {
      hunt_.asks = SavedHunt::Asks::kSql, hunt_.query = text(document, "sql", true);
    } else {
      read_analysis(document, *asked);
    }
    hunt_.keep = text(document, "keep", false);
    if (const std::string of = text(document, "of", false); !of.empty()) {
      if (const auto sql = sql_of_condition(of)) hunt_.of = of;
      else bad_search(*document.find("of"), of, sql.error());
    }
  }

  void read_analysis(const YamlNode& document, const YamlNode& asked) {
    const auto known = std::ranges::find(kAnalyses, asked.text, &Analysis::name);
    if (known == std::end(kAnalyses))
      return bad(asked, "there is no analysis '" + asked.text + "'",
                 "one of: stack first-seen beacons long-connections sessions");
    hunt_.asks = known->asks;
    if (!known->has_field) return;
    const std::string field = text(document, "field", true);
    if (field.empty()) return;
    if (sql_of_field(field)) hunt_.query = field;
    else
      bad(*document.find("field"), "there is no field '" + field + "'", "`bartizan hunt fields` lists them");
  }

  void bad_search(const YamlNode& node, const std::string& line, const Diagnostic& wrong) {
    bad(node, "the search line is wrong:\n" + trimmed(pointed(line, wrong)));
  }

  void read_times(const YamlNode& document) {
    const auto span = [&](std::string_view key, std::int64_t& seconds) {
      const std::string given = text(document, key, key == "every");
      if (given.empty()) return;
      if (const auto parsed = parse_span(given)) seconds = *parsed;
      else bad(*document.find(key), "'" + given + "' is no span of time", "such as 7d or 12h");
    };
    span("every", hunt_.every_seconds);
    hunt_.covers_seconds = hunt_.every_seconds;
    span("covers", hunt_.covers_seconds);
    if (hunt_.covers_seconds < hunt_.every_seconds)
      bad(*document.find("covers"), "it covers less time than lies between two runs",
          "covers: " + format_span(hunt_.every_seconds) + ", or more");
  }

  void read_example(const YamlNode& node) {
    if (!node.is_map()) return bad(node, "an example is a map", "with the keys log until finds leaves");
    for (const auto& [key, value] : node.entries) check_key(key, kExampleKeys);
    HuntExample example;
    example.log = text(node, "log", true) + "\n";
    example.finds = list(node, "finds", true), example.leaves = list(node, "leaves", false);
    const std::string until = text(node, "until", true);
    if (const auto time = parse_instant(until)) example.until = *time;
    else if (!until.empty()) bad(*node.find("until"), "'" + until + "' is no time", "such as 2026-03-08");
    hunt_.example = std::move(example);
  }

  SavedHunt hunt_;
  std::string file_;
  std::vector<Diagnostic>& diagnostics_;
};

// The range is that of the events `of` the hunt. Lines and fields were understood when the file was read.
std::string question_of(const SavedHunt& hunt, const TimeRange& range, const Dialect& dialect) {
  switch (hunt.asks) {
    case SavedHunt::Asks::kSearch: return sql_of_search(hunt.query, range, dialect).value();
    case SavedHunt::Asks::kStack: return stack_sql(*sql_of_field(hunt.query, dialect), range, dialect);
    case SavedHunt::Asks::kFirstSeen:
      return first_seen_sql(*sql_of_field(hunt.query, dialect), range, dialect);
    case SavedHunt::Asks::kBeacons: return beacons_sql(range, dialect);
    case SavedHunt::Asks::kLongConnections: return long_connections_sql(range, dialect);
    case SavedHunt::Asks::kSessions: return sessions_sql(range, dialect);
    case SavedHunt::Asks::kSql: break;
  }
  return hunt.query;
}

// Before a hunt in SQL: the tables it sees.
std::string tables_of(const TimeRange& range) {
  const auto part = [&](std::string_view name, std::string_view table, const TimeRange& times) {
    return std::string(name) + " AS NOT MATERIALIZED (SELECT * FROM main." + std::string(table) + " WHERE " +
           sql_of_range(times) + ")";
  };
  return "WITH " + part("events", "events", range) + ", " +
         part("history", "events", {std::nullopt, range.since, range.only}) + ", " +
         part("findings", "findings", {range.since, range.until}) + " ";
}

}  // namespace

std::optional<SavedHunt> parse_hunt(std::string_view text, std::string_view file,
                                    std::vector<Diagnostic>& diagnostics) {
  auto documents = parse_yaml(text, file);
  if (!documents) return diagnostics.push_back(std::move(documents.error())), std::nullopt;
  if (documents->size() != 1) {
    diagnostics.push_back({"hunt.file", std::string(file), 1, 1,
                           "a file holds one hunt, this one " + std::to_string(documents->size()),
                           "give each a file of its own"});
    return std::nullopt;
  }
  auto hunt = Reader(file, diagnostics).read(documents->front());
  if (hunt) hunt->content = sha256_hex(text).substr(0, 16);
  return hunt;
}

bool can_ask(const SavedHunt& hunt, store::Engine engine) {
  return hunt.asks != SavedHunt::Asks::kSql || engine == store::Engine::kDuckDb;
}

std::string sql_of_hunt(const SavedHunt& hunt, const TimeRange& range, store::Engine engine) {
  const Dialect& dialect = dialect_of(engine);
  TimeRange events = range;
  if (!hunt.of.empty()) events.only = sql_of_condition(hunt.of, dialect).value();
  std::string sql = hunt.asks == SavedHunt::Asks::kSql ? tables_of(events) : "";
  sql += "SELECT * FROM (" + question_of(hunt, events, dialect) + "\n)";
  if (!hunt.keep.empty()) sql += " WHERE " + hunt.keep;
  return sql;
}

TimeRange range_at(const SavedHunt& hunt, Instant now) {
  return {Instant{now.ticks - hunt.covers_seconds * kTicksPerSecond}, now};
}

std::string format_span(std::int64_t seconds) {
  for (const auto& [unit, length] : kUnits)
    if (seconds % length == 0) return std::to_string(seconds / length) + unit;
  return {};
}

}  // namespace bartizan::hunt
