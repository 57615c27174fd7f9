// SPDX-License-Identifier: Apache-2.0
#include "hunt/dialect.h"

#include <cstdlib>

#include "store/views.h"

namespace bartizan::hunt {
namespace {

using Sql = Dialect::Sql;
using Sees = Dialect::Sees;

// f(a, b)
template <class... Parts>
Sql call(Sees function, Sees first, const Parts&... more) {
  Sql out(function);
  out += '(';
  out += first;
  ((out += ", ", out += more), ...);
  return out += ')';
}

// a, b
Sql list(std::span<const Sql> parts) {
  Sql out;
  for (const Sql& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

class DuckDb final : public Dialect {
 public:
  Sql text(std::string_view value) const override { return store::sql_text(value); }
  Sql truth(bool value) const override { return value ? "TRUE" : "FALSE"; }
  Sql time(Instant value) const override { return "TIMESTAMP " + text(format_instant(value).substr(0, 26)); }

  Sql time_column() const override { return "time"; }
  Sql entry(std::string_view name) const override { return "fields[" + text(name) + "]"; }
  Sql has_entry(std::string_view name) const override { return call("map_contains", "fields", text(name)); }
  Sql entry_values() const override { return "map_values(fields)"; }
  Sql entry_values_starting(std::string_view prefix) const override {
    return "list_transform(list_filter(map_entries(fields), lambda e: e.value IS NOT NULL AND " +
           starts_with("e.key", text(prefix)) + "), lambda e: e.value)";
  }
  Sql each_entry_name() const override { return each("map_keys(fields)"); }
  Sql lacks_bit(Sees number, std::uint64_t bit) const override {
    return Sql(number) + " & " + std::to_string(bit) + " = 0";
  }
  Sql is_on_day(std::string_view date) const override { return "time::DATE = DATE " + text(date); }
  Sql is_between_days(std::string_view, std::string_view) const override {
    return {};
  }  // files are chosen before

  Sql lower(Sees value) const override { return call("lower", value); }
  Sql contains(Sees value, Sees part) const override { return call("contains", value, part); }
  Sql starts_with(Sees value, Sees part) const override { return call("starts_with", value, part); }
  Sql ends_with(Sees value, Sees part) const override { return call("ends_with", value, part); }
  Sql joined(std::span<const Sql> texts) const override {
    Sql out;
    for (const Sql& one : texts) out += (out.empty() ? "" : " || ") + one;
    return out;
  }
  Sql joined_with(Sees between, std::span<const Sql> texts) const override {
    return call("concat_ws", between, list(texts));
  }
  Sql is_like(Sees value, std::string_view pattern) const override {
    return Sql(value) + " LIKE " + text(pattern) + " ESCAPE '\\'";
  }
  Sql matches(Sees value, std::string_view regex, RegexFlags flags) const override {
    const Sql letters = Sql(flags.ignores_case ? "i" : "") + (flags.dot_takes_line_ends ? "s" : "");
    return letters.empty() ? call("regexp_matches", value, text(regex))
                           : call("regexp_matches", value, text(regex), text(letters));
  }
  Sql matches_whole(Sees value, std::string_view regex) const override {
    return call("regexp_full_match", value, text(regex));
  }
  Sql without(Sees value, std::string_view regex) const override {
    return call("regexp_replace", value, text(regex), "''");
  }
  Sql has_line_of(Sees value, std::uint64_t letters_min) const override {
    return "coalesce(list_max(list_transform(string_split(" + Sql(value) +
           ", chr(10)), lambda l: length(l))), 0) >= " + std::to_string(letters_min);
  }
  Sql start_of(Sees value, unsigned letters) const override {
    return call("left", value, std::to_string(letters));
  }
  Sql rest_from(Sees value, std::size_t letter) const override {
    return call("substr", value, std::to_string(letter));
  }
  Sql hex_as_decimal(Sees value) const override {
    const Sql same(value);
    return "CASE WHEN " + starts_with(value, "'0x'") + " THEN coalesce(TRY_CAST(" + same +
           " AS UBIGINT)::VARCHAR, " + same + ") ELSE " + same + " END";
  }
  Sql number_of(Sees value) const override { return "TRY_CAST(" + Sql(value) + " AS DOUBLE)"; }
  Sql text_of(Sees number) const override { return Sql(number) + "::VARCHAR"; }
  Sql ip4(Sees value) const override { return call("ip4", value); }
  Sql ip6(Sees value) const override { return call("ip6", value); }

  Sql list_of(std::span<const Sql> texts) const override {
    return "list_filter([" + list(texts) + "]::VARCHAR[], lambda v: v IS NOT NULL)";
  }
  Sql joined_lists(Sees first, Sees second) const override { return call("list_concat", first, second); }
  Sql is_empty(Sees list) const override { return "(" + call("len", list) + " = 0)"; }
  Sql any_of(Sees list, const Test& test, Sees) const override {
    return "list_bool_or(list_transform(" + Sql(list) + ", lambda v: " + test("v") + "))";
  }
  Sql each(Sees list) const override { return call("unnest", list); }
  Sql numbers_that_hold(std::span<const std::pair<std::uint32_t, Sql>> conditions) const override {
    Sql cases;
    for (const auto& [number, condition] : conditions)
      cases += (cases.empty() ? "" : ",\n") + ("CASE WHEN " + condition) + " THEN " + std::to_string(number) +
               " END";
    return "list_filter([" + cases + "], lambda r: r IS NOT NULL)";
  }

  Sql is_among(Sees value, Sees column, Sees from) const override {
    return "(" + Sql(value) + ", 1) IN (SELECT (" + Sql(column) + ", 1) " + Sql(from) + ")";
  }
  Sql is_true(Sees condition) const override { return call("coalesce", condition, "FALSE"); }
  Sql seconds_of(Sees value) const override { return call("epoch", value); }
  Sql shifted(Sees value, Sees from, std::int64_t seconds) const override {
    return "(SELECT " + Sql(value) + " " + Sql(from) + ")" + (seconds < 0 ? " - " : " + ") +
           call("to_seconds", std::to_string(std::abs(seconds)));
  }
  Sql time_bucket(Sees value, std::uint64_t seconds) const override {
    return call("time_bucket", call("to_seconds", std::to_string(seconds)), value);
  }
  Sql hour_of(Sees value) const override { return call("hour", value); }
  Sql rounded(Sees number, unsigned decimals) const override {
    return call("round", number, std::to_string(decimals));
  }

  Sql count_distinct(Sees value) const override { return "count(DISTINCT " + Sql(value) + ")"; }
  Sql distinct_values(Sees value, unsigned values_max) const override {
    return "coalesce(list_sort(list(DISTINCT " + Sql(value) + ") FILTER (" + Sql(value) + " IS NOT NULL))" +
           (values_max ? "[1:" + std::to_string(values_max) + "]" : "") + ", [])";
  }
  Sql earliest(Sees value, Sees time) const override { return call("arg_min", value, time); }
  Sql group_by(Sees) const override { return " GROUP BY ALL"; }
  Sql order_by_all(Sees) const override { return " ORDER BY ALL"; }
  Sql first_of_each(Sees from, Sees columns, Sees order) const override {
    return "SELECT * FROM (" + Sql(from) + ") QUALIFY row_number() OVER (PARTITION BY " + Sql(columns) +
           " ORDER BY " + Sql(order.empty() ? "1" : order) + ") = 1";
  }
  Sql rows_with_partner(Sees from, Sees other, std::span<const std::string> columns,
                        std::uint64_t seconds) const override {
    Sql same;
    for (const std::string& column : columns) same += " AND near." + column + " = far." + column;
    if (seconds) same += " AND abs(epoch(near.time) - epoch(far.time)) <= " + std::to_string(seconds);
    return "SELECT near.* FROM (" + Sql(from) + ") near SEMI JOIN (" + Sql(other) +
           ") far ON near.id <> far.id" + same;
  }
  Sql regularity_of_pairs(Sees from, unsigned connections_min) const override {
    const auto quartiles = [](const Sql& value, const Sql& name) {
      return ", quantile_cont(" + value + ", 0.25) AS " + name + "1, quantile_cont(" + value + ", 0.5) AS " +
             name + "2, quantile_cont(" + value + ", 0.75) AS " + name + "3, mad(" + value + ") AS " + name +
             "mad";
    };
    return "SELECT source, destination, port, count(*) AS connections, min(began) AS first, max(began) AS "
           "last" +
           quartiles("gap", "g") + quartiles("bytes_out", "s") +
           " FROM (SELECT *, epoch(began) - lag(epoch(began)) OVER (PARTITION BY source, destination, port "
           "ORDER "
           "BY began) AS gap FROM " +
           Sql(from) + ") GROUP BY ALL HAVING count(*) >= " + std::to_string(connections_min);
  }
  bool has_with() const override { return true; }
};

class ClickHouse final : public Dialect {
 public:
  // Backslashes escape there.
  Sql text(std::string_view value) const override {
    Sql out = "'";
    for (const char c : value) {
      if (c == '\0') continue;  // as for DuckDB
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    return out += '\'';
  }
  Sql truth(bool value) const override { return value ? "1" : "0"; }
  Sql time(Instant value) const override {
    constexpr std::int64_t kMillion = 1'000'000;
    const std::int64_t all = value.ticks / (kTicksPerSecond / kMillion);
    Sql fraction = std::to_string(all < 0 ? -(all % kMillion) : all % kMillion);
    fraction.insert(0, 6 - fraction.size(), '0');
    const Sql seconds = (all < 0 ? "-" : "") + std::to_string(all < 0 ? -(all / kMillion) : all / kMillion);
    return call("toDecimal64", text(seconds + "." + fraction), "6");
  }

  Sql time_column() const override { return "exact"; }
  Sql entry(std::string_view name) const override {
    const Sql key = text(name);
    return "if(has(fields.name, " + key + "), fields.value[indexOf(fields.name, " + key + ")], NULL)";
  }
  Sql has_entry(std::string_view name) const override {
    return "(" + call("has", "fields.name", text(name)) + " OR " + call("has", "fields_null", text(name)) +
           ")";
  }
  Sql entry_values() const override { return "fields.value"; }
  Sql entry_values_starting(std::string_view prefix) const override {
    return "arrayFilter((v, n) -> " + starts_with("n", text(prefix)) + ", fields.value, fields.name)";
  }
  Sql each_entry_name() const override { return each("arrayConcat(fields.name, fields_null)"); }
  Sql lacks_bit(Sees number, std::uint64_t bit) const override {
    return call("bitAnd", number, std::to_string(bit)) + " = 0";
  }
  Sql is_on_day(std::string_view date) const override { return "day = " + text(date); }
  Sql is_between_days(std::string_view first, std::string_view last) const override {
    return (first.empty() ? "" : " AND day >= " + text(first)) +
           (last.empty() ? "" : " AND day <= " + text(last));
  }

  Sql lower(Sees value) const override { return call("lowerUTF8", value); }
  Sql contains(Sees value, Sees part) const override { return call("position", value, part) + " > 0"; }
  Sql starts_with(Sees value, Sees part) const override { return call("startsWith", value, part); }
  Sql ends_with(Sees value, Sees part) const override { return call("endsWith", value, part); }
  Sql joined(std::span<const Sql> texts) const override {
    Sql out = "concat('', ''";
    for (const Sql& one : texts) out += ", " + one;
    return out + ")";
  }
  Sql joined_with(Sees between, std::span<const Sql> texts) const override {
    return call("arrayStringConcat", list_of(texts), between);
  }
  Sql is_like(Sees value, std::string_view pattern) const override {
    return call("like", value, text(pattern));
  }
  // There, unlike in RE2 itself, a dot takes line ends unless told not to. 18.16 first looks for literal parts of a pattern, and
  // minds their case even after (?i); within a group it looks for none.
  Sql matches(Sees value, std::string_view regex, RegexFlags flags) const override {
    const Sql letters = Sql(flags.ignores_case ? "i" : "") + (flags.dot_takes_line_ends ? "" : "-s");
    return call("match", value, text("(?" + letters + ":" + Sql(regex) + ")"));
  }
  Sql matches_whole(Sees value, std::string_view regex) const override {
    return call("match", value, text("^(?:" + Sql(regex) + ")$"));
  }
  Sql without(Sees value, std::string_view regex) const override {
    return call("replaceRegexpOne", value, text(regex), "''");
  }
  Sql has_line_of(Sees value, std::uint64_t letters_min) const override {
    return "arrayExists(l -> lengthUTF8(l) >= " + std::to_string(letters_min) + ", " +
           call("splitByChar", "'\\n'", call("ifNull", value, "''")) + ")";
  }
  Sql start_of(Sees value, unsigned letters) const override {
    return call("substringUTF8", value, "1", std::to_string(letters));
  }
  Sql rest_from(Sees value, std::size_t letter) const override {
    return call("substringUTF8", value, std::to_string(letter), "4294967295");
  }
  Sql hex_as_decimal(Sees value) const override {
    const Sql digits = "substring(concat('0000000000000000', substring(" + call("ifNull", value, "''") +
                       ", 3)), length(" + call("ifNull", value, "''") + ") - 1, 16)";
    return "CASE WHEN " + is_true(matches_whole(value, "0x0*[0-9a-fA-F]{1,16}")) +
           " THEN toString(reinterpretAsUInt64(reverse(unhex(" + digits + ")))) ELSE " + Sql(value) + " END";
  }
  Sql number_of(Sees value) const override { return call("toFloat64OrNull", value); }
  Sql text_of(Sees number) const override { return call("toString", number); }
  Sql ip4(Sees value) const override {
    const Sql parts = call("splitByChar", "'.'", call("ifNull", value, "''"));
    Sql sum;
    for (const auto& [place, weight] : {std::pair{"1", "16777216"}, {"2", "65536"}, {"3", "256"}, {"4", "1"}})
      sum += (sum.empty() ? "" : " + ") + call("toUInt32OrZero", parts + "[" + place + "]") + " * " + weight;
    return "if(" + is_true(matches_whole(value, store::ip4_regex())) + ", " + sum + ", NULL)";
  }
  Sql ip6(Sees value) const override {
    return "if(" + is_true(matches_whole(value, store::ip6_regex())) + ", hex(IPv6StringToNum(" +
           call("ifNull", value, "''") + ")), NULL)";
  }

  Sql list_of(std::span<const Sql> texts) const override {
    if (texts.empty()) return "emptyArrayString()";
    Sql values, are_there;
    for (const Sql& one : texts) {
      values += (values.empty() ? "" : ", ") + call("ifNull", one, "''");
      are_there += (are_there.empty() ? "" : ", ") + call("isNotNull", one);
    }
    return "arrayFilter((v, is) -> is, [" + values + "], [" + are_there + "])";
  }
  Sql joined_lists(Sees first, Sees second) const override { return call("arrayConcat", first, second); }
  Sql is_empty(Sees list) const override { return call("empty", list); }
  // Of columns that a lambda alone names, 18.16 does not know that they are needed.
  Sql any_of(Sees list, const Test& test, Sees named) const override {
    const Sql found = "arrayExists(v -> " + test("v") + ", " + Sql(list) + ")", column(named);
    return column.empty() ? found : "(" + is_true(column + " = " + column) + " AND " + found + ")";
  }
  Sql each(Sees list) const override { return call("arrayJoin", list); }
  Sql numbers_that_hold(std::span<const std::pair<std::uint32_t, Sql>> conditions) const override {
    Sql cases;
    for (const auto& [number, condition] : conditions)
      cases += (cases.empty() ? "" : ",\n") + call("if", condition, std::to_string(number), "-1");
    return "arrayFilter(r -> r >= 0, [" + cases + "])";
  }

  Sql is_among(Sees value, Sees column, Sees from) const override {
    return call("ifNull", value, "''") + " IN (SELECT " + call("ifNull", column, "''") + " " + Sql(from) +
           ")";
  }
  Sql is_true(Sees condition) const override { return call("ifNull", condition, "0"); }
  Sql seconds_of(Sees value) const override { return call("toFloat64", value); }
  // By way of text: 18.16 loses the type of a decimal that a question within a question finds.
  Sql shifted(Sees value, Sees from, std::int64_t seconds) const override {
    return call("toDecimal64", "(SELECT toString(" + Sql(value) + ") " + Sql(from) + ")", "6") +
           (seconds < 0 ? " - " : " + ") + std::to_string(std::abs(seconds));
  }
  // Counted from Monday 2000-01-03, as DuckDB does.
  Sql time_bucket(Sees value, std::uint64_t seconds) const override {
    const Sql width = std::to_string(seconds), start = "946857600";
    return "toDateTime(toUInt32(floor((toFloat64(" + Sql(value) + ") - " + start + ") / " + width + ") * " +
           width + " + " + start + "))";
  }
  Sql hour_of(Sees value) const override {
    return "toInt64(floor(toFloat64(" + Sql(value) + ") / 3600)) % 24";
  }
  // Its own round() takes halves to the even number.
  Sql rounded(Sees number, unsigned decimals) const override {
    const Sql scale = "1" + Sql(decimals, '0');
    return "(floor((" + Sql(number) + ") * " + scale + " + 0.5) / " + scale + ")";
  }

  // Of no value at all it would be null.
  Sql count_distinct(Sees value) const override {
    return call("ifNull", "uniqExact(" + Sql(value) + ")", "0");
  }
  Sql distinct_values(Sees value, unsigned values_max) const override {
    const Sql all = "arraySort(groupUniqArray(" + Sql(value) + "))";
    return values_max ? call("arraySlice", all, "1", std::to_string(values_max)) : all;
  }
  Sql earliest(Sees value, Sees time) const override { return call("argMin", value, time); }
  Sql group_by(Sees list) const override { return list.empty() ? Sql() : " GROUP BY " + Sql(list); }
  Sql order_by_all(Sees list) const override { return list.empty() ? Sql() : " ORDER BY " + Sql(list); }
  Sql first_of_each(Sees from, Sees columns, Sees order) const override {
    return "SELECT * FROM (" + Sql(from) + ")" + (order.empty() ? "" : " ORDER BY " + Sql(order)) +
           " LIMIT 1 BY " + Sql(columns);
  }
  // Partners of one kind are gathered, since a join knows equality alone.
  Sql rows_with_partner(Sees from, Sees other, std::span<const std::string> columns,
                        std::uint64_t seconds) const override {
    Sql keys, names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Sql name = "key" + std::to_string(i);
      keys += ", " + columns[i] + " AS " + name;
      names += (i ? ", " : "") + name;
    }
    // Of columns that a lambda alone names, 18.16 does not know that they are needed.
    const Sql needed = "id = id AND exact = exact";
    Sql test = "p.1 != id";
    if (seconds) test += " AND abs(p.2 - toFloat64(exact)) <= " + std::to_string(seconds);
    return "SELECT * FROM (SELECT *" + keys + " FROM (" + Sql(from) + ")) ANY INNER JOIN (SELECT " + names +
           ", groupArray((id, toFloat64(exact))) AS partners FROM (SELECT *" + keys + " FROM (" + Sql(other) +
           ")) GROUP BY " + names + ") USING " + names + " WHERE " + needed + " AND arrayExists(p -> " +
           test + ", partners)";
  }
  Sql regularity_of_pairs(Sees from, unsigned connections_min) const override {
    const Sql pair = "SELECT source, destination, port, connections, first, last, ";
    const Sql gathered =
        "SELECT source, destination, port, count(*) AS connections, min(began) AS first, max(began) AS last, "
        "arraySort(groupArray(toFloat64(began))) AS times, arraySort(groupArray(toFloat64(bytes_out))) AS "
        "sizes "
        "FROM " +
        Sql(from) +
        " GROUP BY source, destination, port HAVING count(*) >= " + std::to_string(connections_min);
    const Sql gaps = pair +
                     "sizes, arraySort(arrayMap((a, b) -> b - a, arrayPopBack(times), arrayPopFront(times))) "
                     "AS gaps FROM (" +
                     gathered + ")";
    const Sql middles = pair + "gaps, sizes, " + quantile("gaps", "0.5") + " AS g2, " +
                        quantile("sizes", "0.5") + " AS s2 FROM (" + gaps + ")";
    const Sql distances = pair +
                          "gaps, sizes, g2, s2, arraySort(arrayMap(v -> abs(v - g2), gaps)) AS far_gaps, "
                          "arraySort(arrayMap(v -> abs(v - ifNull(s2, 0)), sizes)) AS far_sizes FROM (" +
                          middles + ")";
    return pair + "g2, s2, " + quantile("gaps", "0.25") + " AS g1, " + quantile("gaps", "0.75") + " AS g3, " +
           quantile("far_gaps", "0.5") + " AS gmad, " + quantile("sizes", "0.25") + " AS s1, " +
           quantile("sizes", "0.75") + " AS s3, " + quantile("far_sizes", "0.5") + " AS smad FROM (" +
           distances + ")";
  }
  bool has_with() const override { return false; }

 private:
  // Of a sorted list; null when it is empty. Between two elements it goes straight, as quantile_cont does.
  static Sql quantile(const Sql& list, const Sql& part) {
    const Sql place = "((greatest(length(" + list + "), 1) - 1) * " + part + ")";
    const Sql below = list + "[toUInt64(floor(" + place + ")) + 1]";
    const Sql above = list + "[least(toUInt64(floor(" + place + ")) + 2, length(" + list + "))]";
    return "if(empty(" + list + "), NULL, " + below + " + (" + above + " - " + below + ") * (" + place +
           " - floor(" + place + ")))";
  }
};

}  // namespace

const Dialect& duckdb_dialect() {
  static const DuckDb dialect;
  return dialect;
}
const Dialect& clickhouse_dialect() {
  static const ClickHouse dialect;
  return dialect;
}
const Dialect& dialect_of(store::Engine engine) {
  return engine == store::Engine::kClickHouse ? clickhouse_dialect() : duckdb_dialect();
}

}  // namespace bartizan::hunt
