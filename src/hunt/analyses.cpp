// SPDX-License-Identifier: Apache-2.0
#include "hunt/analyses.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "store/database.h"
#include "store/event_columns.h"

namespace bartizan::hunt {

namespace {

// The parts of a question that are named, so that others can read from them.
class Parts {
 public:
  explicit Parts(const Dialect& dialect) : dialect_(dialect) {}
  // What stands behind FROM for it.
  std::string add(const std::string& name, const std::string& sql) {
    if (!dialect_.has_with()) return "(" + sql + ")";
    with_ += (with_.empty() ? "WITH " : ", ") + name + " AS (" + sql + ")";
    return name;
  }
  std::string question(const std::string& sql) const { return with_ + (with_.empty() ? "" : " ") + sql; }

 private:
  const Dialect& dialect_;
  std::string with_;
};

}  // namespace

std::string stack_sql(std::string_view field_sql, const TimeRange& range, const Dialect& dialect) {
  const std::string value(field_sql), time = dialect.time_column();
  return "SELECT " + value + " AS value, " + dialect.count_distinct("host") +
         " AS hosts, count(*) AS events, min(" + time + ") AS first, max(" + time + ") AS last, " +
         dialect.distinct_values("host", 5) + " AS on_hosts FROM events WHERE " +
         sql_of_range(range, dialect) + " AND " + value + " IS NOT NULL" + dialect.group_by("value") +
         " ORDER BY hosts, events, value";
}

// After RITA: four scores from 0 to 1, and their mean. Intervals: how symmetric they lie about their median (Bowley skewness)
// and how little they scatter (median absolute deviation, within 30 s). Sizes likewise (within 32 bytes). Histogram: in how
// even a number of events the day is filled, hour by hour. Duration: how much of the time observed it spans. Pairs with fewer
// than 20 connections say nothing.
std::string beacons_sql(const TimeRange& range, const Dialect& dialect) {
  constexpr unsigned kConnectionsMin = 20;
  const std::string pair = "source, destination, port";
  Parts parts(dialect);
  const std::string connections = parts.add(
      "connections",
      "SELECT " + dialect.time_column() +
          " AS began, coalesce(source_ip, host) AS source, coalesce(destination_host, "
          "destination_ip) AS destination, destination_port AS port, bytes_out FROM events WHERE " +
          sql_of_range(range, dialect) + " AND coalesce(destination_host, destination_ip) IS NOT NULL");
  const std::string pairs = parts.add("pairs", dialect.regularity_of_pairs(connections, kConnectionsMin));
  const std::string hours =
      parts.add("hours", "SELECT " + pair + ", " + dialect.hour_of("began") + " AS h, count(*) AS n FROM " +
                             connections + dialect.group_by(pair + ", h"));
  const std::string spread =
      parts.add("spread", "SELECT " + pair + ", greatest(0, 1 - stddev_pop(n) / avg(n)) AS histogram FROM " +
                              hours + dialect.group_by(pair));
  const std::string observed = "(SELECT greatest(1, " + dialect.seconds_of("max(began)") + " - " +
                               dialect.seconds_of("min(began)") + ") FROM " + connections + ")";
  const auto evenness = [](const std::string& q, const std::string& scatter) {
    const std::string width = q + "3 - " + q + "1";
    return "(CASE WHEN " + width + " > 0 THEN 1 - abs((" + q + "3 + " + q + "1 - 2 * " + q + "2) / (" +
           width + ")) ELSE 1 END + greatest(0, 1 - " + q + "mad / " + scatter + ")) / 2";
  };
  const std::string scored = parts.add(
      "scored", "SELECT *, " + evenness("g", "30") + " AS by_interval, CASE WHEN s2 IS NULL THEN NULL ELSE " +
                    evenness("s", "32") + " END AS by_size, least(1, (" + dialect.seconds_of("last") + " - " +
                    dialect.seconds_of("first") + ") / " + observed + ") AS by_duration FROM " + pairs +
                    " INNER JOIN " + spread + " USING (" + pair + ")");
  const std::string mean = "(by_interval + coalesce(by_size, by_interval) + by_duration + histogram) / 4";
  return parts.question("SELECT " + dialect.rounded(mean, 3) + " AS score, " + pair + ", connections, " +
                        dialect.rounded("g2", 1) + " AS every_seconds, " + dialect.rounded("by_interval", 3) +
                        " AS interval_score, " + dialect.rounded("by_size", 3) + " AS size_score, " +
                        dialect.rounded("histogram", 3) + " AS histogram_score, " +
                        dialect.rounded("by_duration", 3) + " AS duration_score, first, last FROM " + scored +
                        " ORDER BY score DESC, " + pair);
}

std::string first_seen_sql(std::string_view field_sql, const TimeRange& range, const Dialect& dialect) {
  const std::string value(field_sql), time = dialect.time_column();
  return "SELECT " + value + " AS value, min(" + time + ") AS first, count(*) AS events, " +
         dialect.count_distinct("host") + " AS hosts, " + dialect.earliest("host", time) +
         " AS first_host, " + dialect.earliest("id", time) + " AS id FROM events WHERE " +
         sql_of_range({std::nullopt, range.until, range.only}, dialect) + " AND " + value + " IS NOT NULL" +
         dialect.group_by("value") + " HAVING min(" + time +
         ") >= " + dialect.time(range.since.value_or(Instant{})) + " ORDER BY first, value";
}

std::string around_sql(std::uint64_t id, std::uint64_t seconds, const Dialect& dialect) {
  const std::string number = std::to_string(id), time = dialect.time_column(),
                    event = "FROM events WHERE id = " + number;
  const auto span = static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, limits::kHuntSpanSecondsMax));
  return "SELECT CASE WHEN id = " + number + " THEN '>' ELSE '' END AS here, " + shown_columns(dialect) +
         " FROM events WHERE " + dialect.is_among("host", "host", event) + " AND " + time + " BETWEEN " +
         dialect.shifted("min(" + time + ")", event, -span) + " AND " +
         dialect.shifted("max(" + time + ")", event, span) + " ORDER BY " + time + ", id";
}

std::string pivot_sql(std::string_view entity, const TimeRange& range, const Dialect& dialect) {
  const std::string value = dialect.text(folded(entity)), time = dialect.time_column();
  const std::string behind_backslash = "%\\\\" + like_pattern(folded(entity), false);
  std::string sql;
  for (const store::EventColumn& column : store::event_columns()) {
    if (!column.is_searched) continue;
    const std::string lower = dialect.lower(column.name);
    sql += (sql.empty() ? "" : " UNION ALL ") + ("SELECT '" + std::string(column.name)) +
           "' AS stands_in, count(*) AS events, " + dialect.count_distinct("host") + " AS hosts, min(" +
           time + ") AS first, max(" + time + ") AS last, " + dialect.distinct_values("host", 5) +
           " AS on_hosts, " + dialect.distinct_values("account", 5) + " AS accounts FROM events WHERE " +
           sql_of_range(range, dialect) + " AND (" + lower + " = " + value + " OR " +
           dialect.is_like(lower, behind_backslash) + ") HAVING count(*) > 0";
  }
  return "SELECT * FROM (" + sql + ") ORDER BY events DESC, stands_in";
}

// A logon ends with the first logoff of its id that is not before it.
std::string sessions_sql(const TimeRange& range, const Dialect& dialect) {
  const std::string within = sql_of_range(range, dialect), time = dialect.time_column(),
                    logon = dialect.entry("TargetLogonId") + " AS logon",
                    known = "host, who, logon_type, source_ip, logon, id";
  const std::string begun = "SELECT " + time +
                            " AS begun, host, coalesce(target_account, account) AS who, "
                            "logon_type, source_ip, " +
                            logon + ", id FROM events WHERE " + within +
                            " AND event_id = 4624 AND channel = 'Security'";
  const std::string ended = "SELECT " + time + " AS ended, host, " + logon + " FROM events WHERE " + within +
                            " AND event_id IN (4634, 4647) AND channel = 'Security'";
  return "SELECT begun AS begin, \"end\", " +
         dialect.rounded(dialect.seconds_of("\"end\"") + " - " + dialect.seconds_of("begun"), 0) +
         " AS seconds, host, who AS account, logon_type, source_ip, logon, id FROM (SELECT begun, " + known +
         ", min(CASE WHEN ended >= begun THEN ended END) AS \"end\" FROM (" + begun + ") l LEFT JOIN (" +
         ended + ") e USING (host, logon)" + dialect.group_by("begun, " + known) + ") ORDER BY begin, id";
}

std::string long_connections_sql(const TimeRange& range, const Dialect& dialect) {
  return "SELECT coalesce(source_ip, host) AS source, coalesce(destination_host, destination_ip) AS "
         "destination, "
         "destination_port AS port, count(*) AS connections, " +
         dialect.rounded("max(duration_ms) / 1000", 0) + " AS longest_seconds, " +
         dialect.rounded("sum(duration_ms) / 1000", 0) +
         " AS all_seconds, sum(bytes_out) AS bytes_out, sum(bytes_in) AS "
         "bytes_in, min(" +
         dialect.time_column() + ") AS first FROM events WHERE " + sql_of_range(range, dialect) +
         " AND duration_ms > 0 AND coalesce(destination_host, destination_ip) IS NOT NULL" +
         dialect.group_by("source, destination, port") +
         " ORDER BY longest_seconds DESC, source, destination, port";
}

}  // namespace bartizan::hunt
