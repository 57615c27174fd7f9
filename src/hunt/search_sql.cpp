// SPDX-License-Identifier: Apache-2.0
#include "hunt/search_sql.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/nearest.h"
#include "base/text.h"
#include "detect/sigma/pattern.h"
#include "hunt/search_line.h"
#include "store/event_columns.h"

namespace bartizan::hunt {
namespace {

using store::ColumnType;

// Texts that are searched within; all others are compared as a whole.
constexpr std::string_view kLongTexts[] = {"image",
                                           "command_line",
                                           "parent_image",
                                           "parent_command_line",
                                           "target_image",
                                           "source_image",
                                           "url",
                                           "image_loaded",
                                           "current_directory",
                                           "user_agent",
                                           "file",
                                           "hash",
                                           "script",
                                           "registry_value",
                                           "registry_key",
                                           "service_file",
                                           "message",
                                           "evidence",
                                           "query",
                                           "task"};

bool is_number(std::string_view name) {
  if (name == "id") return true;
  const auto column = store::find_event_column(name);
  return column && store::event_columns()[*column].type == ColumnType::kNumber;
}

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    if (c != '\0') out += c;
  }
  return out += '"';
}

bool looks_like_number(std::string_view text) {
  return !text.empty() && text.size() < 19 &&
         std::ranges::all_of(text.substr(text[0] == '-'), [](char c) { return c >= '0' && c <= '9'; });
}

// Without them no other text has the same small letters.
bool has_letters(std::string_view text) {
  return !std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 'A'; });
}

class SqlMaker {
 public:
  SqlMaker(const TimeRange& range, const Dialect& dialect) : range_(range), dialect_(dialect) {}

  std::expected<std::string, Diagnostic> make(const SearchLine& line) {
    from_ = "SELECT * FROM events WHERE " + sql_of_range(range_, dialect_);
    if (line.search) from_ += " AND (" + condition(*line.search) + ")";
    for (const Pipe& pipe : line.pipes) add(pipe);
    if (wrong_) return std::unexpected(*wrong_);
    if (!names_.empty()) return from_;
    return "SELECT " + shown_columns(dialect_) + " FROM (" + from_ + ")" + order_of_events();
  }

  std::expected<std::string, Diagnostic> make_condition(const SearchLine& line) {
    if (!line.pipes.empty()) complain(line.pipes[0].at, "no command can stand here, only a search");
    const std::string sql = line.search ? condition(*line.search) : dialect_.truth(true);
    if (wrong_) return std::unexpected(*wrong_);
    return sql;
  }

 private:
  std::string complain(std::size_t at, std::string message, std::string hint = {}) {
    if (!wrong_)
      wrong_ =
          Diagnostic{"hunt.search", "", 1, static_cast<int>(at) + 1, std::move(message), std::move(hint)};
    return dialect_.truth(false);
  }

  // By time, where nobody asked for another order.
  std::string order_of_events() const {
    return names_.empty() && !is_sorted_ ? " ORDER BY " + dialect_.time_column() + ", id" : "";
  }

  // The expression of a field at this point of the pipes; a Diagnostic when there is none.
  std::string field(std::string_view name, std::size_t at) {
    if (!names_.empty()) {
      if (std::ranges::find(names_, name) != names_.end()) return quoted_name(name);
      std::string all;
      for (const std::string& one : names_) all += (all.empty() ? "" : ", ") + one;
      return complain(at, "there is no field '" + std::string(name) + "' after the command before",
                      "there are " + all);
    }
    if (const auto sql = sql_of_field(name, dialect_)) return *sql;
    const std::string_view near = nearest(name, field_names());
    return complain(at, "there is no field '" + std::string(name) + "'",
                    (near.empty() ? "" : "did you mean " + std::string(near) + "? ") +
                        std::string("Other fields of a record are written fields.") + std::string(name));
  }

  std::string condition(const SearchNode& node) {
    switch (node.kind) {
      case SearchNode::Kind::kTerm: return term(node);
      case SearchNode::Kind::kNot: return "NOT " + dialect_.is_true(condition(node.children[0]));
      default: break;
    }
    const std::string word = node.kind == SearchNode::Kind::kAnd ? " AND " : " OR ";
    std::string out = "(";
    for (std::size_t i = 0; i < node.children.size(); ++i)
      out += (i ? word : "") + condition(node.children[i]);
    return out + ")";
  }

  std::string term(const SearchNode& node) {
    std::string out = "(";
    for (std::size_t i = 0; i < node.values.size(); ++i)
      out += (i ? " OR " : "") + (node.field.empty() ? anywhere(node.values[i]) : one(node, node.values[i]));
    out += ")";
    return node.compare == Compare::kNotEquals ? "NOT " + dialect_.is_true(out) : out;
  }

  // In any of the texts people mean when they name no field.
  std::string anywhere(const SearchValue& value) {
    std::string out = "(";
    for (const std::string_view name :
         {"command_line", "parent_command_line", "image", "script", "message", "file", "registry_key", "url",
          "query", "account", "host", "source_ip", "destination_ip", "hash", "service_name", "task"}) {
      if (!names_.empty()) return complain(value.at, "after a command, a field has to be named");
      out += (out.size() > 1 ? " OR " : "") + text_test(std::string(name), true, Compare::kHas, value);
    }
    return out + " OR " + dialect_.any_of(dialect_.entry_values(), [&](const std::string& v) {
      return text_test(v, true, Compare::kHas, value);
    }) + ")";
  }

  std::string one(const SearchNode& node, const SearchValue& value) {
    const std::string name = field(node.field, node.at);
    if (value.kind == SearchValue::Kind::kAny) return name + " IS NOT NULL";
    if (node.field == "time") return time_test(node, value);
    const bool numbers = names_.empty() ? is_number(node.field) : looks_like_number(value.text);
    if (value.kind == SearchValue::Kind::kRange) return range_test(name, numbers, value);
    if (numbers && value.kind == SearchValue::Kind::kText) {
      if (!looks_like_number(value.text))
        return complain(value.at, "'" + node.field + "' is a number, '" + value.text + "' is none");
      return name + std::string(sign(node.compare)) + value.text;
    }
    if (node.compare >= Compare::kLess) return numbers_of_text(name, node, value);
    const bool is_long = std::ranges::find(kLongTexts, node.field) != std::end(kLongTexts) ||
                         node.field.starts_with("fields.");
    return text_test(numbers ? dialect_.text_of(name) : name, is_long && node.compare == Compare::kHas,
                     node.compare, value);
  }

  static std::string_view sign(Compare compare) {
    switch (compare) {
      case Compare::kLess: return " < ";
      case Compare::kLessOrEqual: return " <= ";
      case Compare::kGreater: return " > ";
      case Compare::kGreaterOrEqual: return " >= ";
      default: return " = ";
    }
  }

  std::string numbers_of_text(const std::string& name, const SearchNode& node, const SearchValue& value) {
    if (!looks_like_number(value.text)) return complain(value.at, "only numbers and times have an order");
    return dialect_.number_of(name) + std::string(sign(node.compare)) + value.text;
  }

  std::string time_test(const SearchNode& node, const SearchValue& value) {
    const auto bound = [&](const std::string& text) -> std::string {
      const auto time = parse_instant(text);
      if (!time)
        return complain(value.at, "'" + text + "' is no time",
                        "write 2026-03-01 or \"2026-03-01T08:00:00Z\"");
      return dialect_.time(*time);
    };
    const std::string column = dialect_.time_column();
    if (value.kind != SearchValue::Kind::kRange) {
      if (node.compare >= Compare::kLess) return column + std::string(sign(node.compare)) + bound(value.text);
      if (parse_date(value.text)) return dialect_.is_on_day(value.text);
      return column + " = " + bound(value.text);
    }
    std::string out = dialect_.truth(true);
    if (!value.text.empty()) out += " AND " + column + " >= " + bound(value.text);
    if (!value.last.empty()) out += " AND " + column + " <= " + bound(value.last);
    return "(" + out + ")";
  }

  std::string range_test(const std::string& name, bool numbers, const SearchValue& value) {
    std::string out = "(" + name + " IS NOT NULL";
    const std::string number = numbers ? name : dialect_.number_of(name);
    for (const auto& [text, sign] : {std::pair{&value.text, " >= "}, {&value.last, " <= "}}) {
      if (text->empty()) continue;
      if (!looks_like_number(*text))
        return complain(value.at, "'" + *text + "' is no number", "a range has two numbers");
      out += " AND " + number + sign + *text;
    }
    return out + ")";
  }

  std::string text_test(const std::string& name, bool within, Compare compare, const SearchValue& value) {
    if (value.kind == SearchValue::Kind::kRegex) {
      const re2::RE2 regex(value.text, re2::RE2::Quiet);
      if (!regex.ok()) return complain(value.at, "this regular expression is wrong: " + regex.error());
      return dialect_.matches(name, value.text, {.ignores_case = true});
    }
    if (compare == Compare::kExactly) return name + " = " + dialect_.text(value.text);
    if (value.kind == SearchValue::Kind::kPattern)
      return dialect_.is_like(dialect_.lower(name), like_pattern(folded(value.text), true));
    if (value.text.find('/') != std::string::npos)
      if (const auto network = sql_of_network(name, value.text, dialect_)) return *network;
    const std::string wanted = dialect_.text(folded(value.text));
    if (within) return dialect_.contains(dialect_.lower(name), wanted);
    // Only a bare column is looked for in the files' Bloom filters.
    return (has_letters(value.text) ? dialect_.lower(name) : name) + " = " + wanted;
  }

  struct Named {
    std::string sql, list;
  };
  Named group(const std::vector<PipeName>& names) {
    Named out;
    for (const PipeName& name : names) {
      out.sql += field(name.text, name.at) + " AS " + quoted_name(name.text) + ", ";
      out.list += (out.list.empty() ? "" : ", ") + quoted_name(name.text);
    }
    return out;
  }
  void set_names(const std::vector<PipeName>& names, std::initializer_list<std::string> more) {
    std::vector<std::string> next(more.begin(), more.end());
    for (const PipeName& name : names) next.push_back(name.text);
    names_ = std::move(next);
  }

  void add(const Pipe& pipe) {
    switch (pipe.kind) {
      case Pipe::Kind::kCount:
      case Pipe::Kind::kTop:
      case Pipe::Kind::kRare: return add_count(pipe);
      case Pipe::Kind::kTimechart: return add_timechart(pipe);
      case Pipe::Kind::kStats: return add_stats(pipe);
      case Pipe::Kind::kDedup: {
        const std::string order = names_.empty() ? dialect_.time_column() + ", id" : "";
        from_ = dialect_.first_of_each(from_, expressions(pipe.names), order);
        return;
      }
      case Pipe::Kind::kSort: {
        std::string order;
        for (const PipeName& name : pipe.names)
          order += (order.empty() ? "" : ", ") + field(name.text, name.at) + (name.descending ? " DESC" : "");
        from_ = "SELECT * FROM (" + from_ + ") ORDER BY " + order;
        is_sorted_ = true;
        return;
      }
      case Pipe::Kind::kHead:
        from_ = "SELECT * FROM (" + from_ + ")" + order_of_events() + " LIMIT " + std::to_string(pipe.number);
        return;
      case Pipe::Kind::kFields: {
        std::string list;
        for (const PipeName& name : pipe.names)
          list += (list.empty() ? "" : ", ") + field(name.text, name.at) + " AS " + quoted_name(name.text);
        from_ = "SELECT " + list + " FROM (" + from_ + order_of_events() + ")";
        set_names(pipe.names, {});
        return;
      }
      case Pipe::Kind::kWhere:
        from_ = "SELECT * FROM (" + from_ + ") WHERE " + condition(*pipe.search);
        return;
      case Pipe::Kind::kJoin: return add_join(pipe);
    }
  }

  std::string expressions(const std::vector<PipeName>& names) {
    std::string out;
    for (const PipeName& name : names) out += (out.empty() ? "" : ", ") + field(name.text, name.at);
    return out;
  }

  void add_count(const Pipe& pipe) {
    const Named by = group(pipe.names);
    const bool is_rare = pipe.kind == Pipe::Kind::kRare;
    from_ = "SELECT " + by.sql + "count(*) AS count FROM (" + from_ + ")";
    if (!by.list.empty())
      from_ += dialect_.group_by(by.list) + " ORDER BY count " + std::string(is_rare ? "" : "DESC") + ", " +
               by.list;
    if (pipe.kind != Pipe::Kind::kCount) from_ += " LIMIT " + std::to_string(pipe.number);
    set_names(pipe.names, {"count"});
  }

  void add_timechart(const Pipe& pipe) {
    const Named by = group(pipe.names);
    const std::string list = "time" + (by.list.empty() ? "" : ", " + by.list);
    from_ = "SELECT " + dialect_.time_bucket(field("time", pipe.at), pipe.seconds) + " AS time, " + by.sql +
            "count(*) AS count FROM (" + from_ + ")" + dialect_.group_by(list) + dialect_.order_by_all(list);
    set_names(pipe.names, {"time", "count"});
  }

  void add_stats(const Pipe& pipe) {
    static constexpr std::pair<std::string_view, std::string_view> kFunctions[] = {
        {"count", "count("}, {"dc", ""},        {"sum", "sum("},  {"avg", "avg("}, {"min", "min("},
        {"max", "max("},     {"first", "min("}, {"last", "max("}, {"values", ""}};
    const Named by = group(pipe.names);
    std::string list;
    std::vector<std::string> made;
    for (const PipeName& value : pipe.values) {
      const auto known =
          std::ranges::find(kFunctions, value.function, [](const auto& one) { return one.first; });
      if (known == std::end(kFunctions)) {
        complain(value.at, "there is no function '" + value.function + "'",
                 "there are count, dc, sum, avg, min, max, values");
        return;
      }
      const std::string name = value.text.empty() ? value.function : value.function + "(" + value.text + ")";
      const std::string inner = value.text.empty() ? "*" : field(value.text, value.at);
      const std::string made_of = value.function == "values" ? dialect_.distinct_values(inner, 0)
                                  : value.function == "dc"   ? dialect_.count_distinct(inner)
                                                             : std::string(known->second) + inner + ")";
      list += (list.empty() ? "" : ", ") + made_of + " AS " + quoted_name(name);
      made.push_back(name);
    }
    from_ = "SELECT " + by.sql + list + " FROM (" + from_ + ")" +
            (by.list.empty() ? "" : dialect_.group_by(by.list) + dialect_.order_by_all(by.list));
    for (const PipeName& name : pipe.names) made.push_back(name.text);
    names_ = std::move(made);
  }

  // Events that share an entity with another one that the search finds.
  void add_join(const Pipe& pipe) {
    if (!names_.empty()) return void(complain(pipe.at, "join stands before commands that count"));
    std::vector<std::string> columns;
    for (const PipeName& name : pipe.names) columns.push_back(field(name.text, name.at));
    const std::string other =
        "SELECT * FROM events WHERE " + sql_of_range(range_, dialect_) + " AND " + condition(*pipe.search);
    from_ = dialect_.rows_with_partner(from_, other, columns, pipe.seconds);
  }

  const TimeRange& range_;
  const Dialect& dialect_;
  std::string from_;
  std::vector<std::string> names_;  // the columns there are; empty: those of events
  bool is_sorted_ = false;
  std::optional<Diagnostic> wrong_;
};

}  // namespace

std::expected<std::string, Diagnostic> sql_of_search(std::string_view line, const TimeRange& range,
                                                     const Dialect& dialect) {
  auto parsed = parse_search_line(line);
  if (!parsed) return std::unexpected(parsed.error());
  return SqlMaker(range, dialect).make(*parsed);
}

std::expected<std::string, Diagnostic> sql_of_condition(std::string_view line, const Dialect& dialect) {
  auto parsed = parse_search_line(line);
  if (!parsed) return std::unexpected(parsed.error());
  return SqlMaker({}, dialect).make_condition(*parsed);
}

std::string sql_of_range(const TimeRange& range, const Dialect& dialect) {
  const auto day = [](const std::optional<Instant>& time) {
    return time ? store::day_of(*time) : std::string();
  };
  const std::string column = dialect.time_column();
  std::string out = dialect.truth(true) + dialect.is_between_days(day(range.since), day(range.until));
  if (range.since) out += " AND " + column + " >= " + dialect.time(*range.since);
  if (range.until) out += " AND " + column + " < " + dialect.time(*range.until);
  if (!range.only.empty()) out += " AND (" + range.only + ")";
  return out;
}

std::optional<std::string> sql_of_field(std::string_view name, const Dialect& dialect) {
  if (name == "time") return dialect.time_column();
  if (name == "id" || store::find_event_column(name)) return std::string(name);
  if (const auto column = store::find_sigma_column(name))
    return std::string(store::event_columns()[*column].name);
  if (name.starts_with("fields.")) return dialect.entry(name.substr(7));
  // As logs write names, not as our columns are written.
  const bool is_foreign =
      std::ranges::any_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || c == '.' || c == '-'; });
  if (is_foreign) return dialect.entry(name);
  return std::nullopt;
}

std::vector<std::string_view> field_names() {
  std::vector<std::string_view> names{"time", "id"};
  for (const store::EventColumn& column : store::event_columns()) names.push_back(column.name);
  for (const store::EventColumn& column : store::event_columns())
    if (!column.sigma.empty()) names.push_back(column.sigma);
  return names;
}

std::string further_fields_sql(std::string_view prefix, const Dialect& dialect) {
  return "SELECT DISTINCT " + dialect.joined(std::vector<std::string>{"'fields.'", "name"}) +
         " AS field FROM (SELECT " + dialect.each_entry_name() + " AS name FROM events) WHERE " +
         dialect.starts_with("name", dialect.text(prefix)) + " ORDER BY field";
}

std::string shown_columns(const Dialect& dialect) {
  const std::string column = dialect.time_column();
  return (column == "time" ? column : column + " AS time") +
         ", host, coalesce(channel, service, category, product) AS source, event_id, account, image, "
         "command_line, "
         "coalesce(file, registry_key, query, destination_host, destination_ip, service_name, task, url, "
         "source_ip, " +
         dialect.start_of("script", 200) + ", " + dialect.start_of("message", 200) + ") AS about, id";
}

// Text that is no address lies in no network.
std::optional<std::string> sql_of_network(std::string_view value, std::string_view network,
                                          const Dialect& dialect) {
  const auto parsed = sigma::parse_network(network);
  if (!parsed) return std::nullopt;
  const std::string text(value);
  if (!parsed->is_v6) {
    std::uint32_t first = 0;
    for (int i = 0; i < 4; ++i) first = first << 8 | parsed->address[static_cast<std::size_t>(i)];
    const std::uint64_t last = first + ((std::uint64_t{1} << (32 - parsed->prefix)) - 1);
    return "(" + dialect.ip4(text) + " BETWEEN " + std::to_string(first) + " AND " + std::to_string(last) +
           ")";
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string first, last;
  for (int digit = 0; digit < 32; ++digit) {
    const unsigned bits = parsed->address[static_cast<std::size_t>(digit / 2)] >> (digit % 2 ? 0 : 4) & 15u;
    const int free = std::clamp(4 * (digit + 1) - parsed->prefix, 0, 4);
    first += kDigits[bits], last += kDigits[bits | ((1u << free) - 1)];
  }
  return "(" + dialect.ip6(text) + " BETWEEN " + dialect.text(first) + " AND " + dialect.text(last) + ")";
}

std::string like_pattern(std::string_view text, bool wild) {
  std::string out;
  for (const char c : text) {
    if (wild && c == '*') out += '%';
    else if (wild && c == '?') out += '_';
    else if (c == '%' || c == '_' || c == '\\') out += '\\', out += c;
    else out += c;
  }
  return out;
}

}  // namespace bartizan::hunt
