// SPDX-License-Identifier: Apache-2.0
#include "hunt/analyses.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "store/database.h"
#include "store/event_columns.h"

namespace bartizan::hunt {

using store::sql_text;

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
std::string beacons_sql(const TimeRange& range) {
  return "WITH connections AS (SELECT time, coalesce(source_ip, host) AS source, coalesce(destination_host, "
         "destination_ip) AS destination, destination_port AS port, bytes_out FROM events WHERE " +
         sql_of_range(range) +
         " AND coalesce(destination_host, destination_ip) IS NOT NULL), "
         "gaps AS (SELECT *, epoch(time) - lag(epoch(time)) OVER (PARTITION BY source, destination, port "
         "ORDER BY time) AS "
         "gap FROM connections), "
         "pairs AS (SELECT source, destination, port, count(*) AS connections, min(time) AS first, max(time) "
         "AS last, "
         "quantile_cont(gap, 0.25) AS g1, quantile_cont(gap, 0.5) AS g2, quantile_cont(gap, 0.75) AS g3, "
         "mad(gap) AS gmad, "
         "quantile_cont(bytes_out, 0.25) AS s1, quantile_cont(bytes_out, 0.5) AS s2, "
         "quantile_cont(bytes_out, 0.75) AS s3, "
         "mad(bytes_out) AS smad FROM gaps GROUP BY ALL HAVING count(*) >= 20), "
         "hours AS (SELECT source, destination, port, hour(time) AS h, count(*) AS n FROM connections GROUP "
         "BY ALL), "
         "spread AS (SELECT source, destination, port, greatest(0, 1 - stddev_pop(n) / avg(n)) AS histogram "
         "FROM hours "
         "GROUP BY ALL), "
         "observed AS (SELECT greatest(1, epoch(max(time)) - epoch(min(time))) AS seconds FROM connections), "
         "scored AS (SELECT *, (CASE WHEN g3 - g1 > 0 THEN 1 - abs((g3 + g1 - 2 * g2) / (g3 - g1)) ELSE 1 "
         "END + greatest(0, "
         "1 - gmad / 30)) / 2 AS interval_score, CASE WHEN s2 IS NULL THEN NULL ELSE (CASE WHEN s3 - s1 > 0 "
         "THEN 1 - abs((s3 "
         "+ s1 - 2 * s2) / (s3 - s1)) ELSE 1 END + greatest(0, 1 - smad / 32)) / 2 END AS size_score, "
         "least(1, (epoch(last) - "
         "epoch(first)) / (SELECT seconds FROM observed)) AS duration_score FROM pairs JOIN spread USING "
         "(source, "
         "destination, port)) "
         "SELECT round((interval_score + coalesce(size_score, interval_score) + duration_score + histogram) "
         "/ 4, 3) AS score, "
         "source, destination, port, connections, round(g2, 1) AS every_seconds, round(interval_score, 3) AS "
         "interval_score, "
         "round(size_score, 3) AS size_score, round(histogram, 3) AS histogram_score, round(duration_score, "
         "3) AS "
         "duration_score, first, last FROM scored ORDER BY score DESC, source, destination, port";
}

std::string first_seen_sql(std::string_view field_sql, Instant since, const Dialect& dialect) {
  const std::string value(field_sql), time = dialect.time_column();
  return "SELECT " + value + " AS value, min(" + time + ") AS first, count(*) AS events, " +
         dialect.count_distinct("host") + " AS hosts, " + dialect.earliest("host", time) +
         " AS first_host, " + dialect.earliest("id", time) + " AS id FROM events WHERE " + value +
         " IS NOT NULL" + dialect.group_by("value") + " HAVING min(" + time + ") >= " + dialect.time(since) +
         " ORDER BY first, value";
}

// By process GUID where the log has one, else by number: of several processes of one number the last that began before.
std::string tree_sql(std::string_view host, const TimeRange& range) {
  return "WITH RECURSIVE started AS (SELECT id, time, host, image, command_line, account, "
         "coalesce(process_guid, host || '/' || "
         "process_id, id::VARCHAR) AS process, coalesce(parent_process_guid, host || '/' || "
         "parent_process_id) AS parent FROM events WHERE " +
         sql_of_range(range) +
         " AND image IS NOT NULL AND event_id IN (1, 4688) AND lower(host) = " + sql_text(folded(host)) +
         "), roots AS (SELECT *, 0 AS depth, [format('{:020d} {}', epoch_us(time), process)] AS path FROM "
         "started s WHERE NOT "
         "EXISTS (SELECT 1 FROM started p WHERE p.process = s.parent AND p.id <> s.id AND p.time <= "
         "s.time)), tree AS (SELECT "
         "* FROM roots UNION ALL SELECT c.*, t.depth + 1, list_append(t.path, format('{:020d} {}', "
         "epoch_us(c.time), "
         "c.process)) FROM started c JOIN tree t ON c.parent = t.process AND c.id <> t.id AND t.time <= "
         "c.time AND t.depth < 64 "
         "AND t.time = (SELECT max(o.time) FROM started o WHERE o.process = c.parent AND o.time <= c.time "
         "AND o.id <> c.id)) "
         "SELECT time, repeat('  ', depth) || image AS image, command_line, account, id FROM tree ORDER BY "
         "path, id";
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

std::string sessions_sql(const TimeRange& range) {
  const std::string within = sql_of_range(range);
  return "WITH logons AS (SELECT time, host, coalesce(target_account, account) AS account, logon_type, "
         "source_ip, "
         "fields['TargetLogonId'] AS logon, id FROM events WHERE " +
         within +
         " AND event_id = 4624 AND channel = 'Security'), "
         "ends AS (SELECT time, host, fields['TargetLogonId'] AS logon FROM events WHERE " +
         within +
         " AND event_id IN (4634, 4647) AND channel = 'Security'), "
         "ended AS (SELECT l.*, min(e.time) AS \"end\" FROM logons l LEFT JOIN ends e ON e.host = l.host AND "
         "e.logon = l.logon "
         "AND e.time >= l.time GROUP BY ALL) SELECT time AS begin, \"end\", round(epoch(\"end\") - "
         "epoch(time)) AS seconds, "
         "host, account, logon_type, source_ip, logon, id FROM ended ORDER BY begin, id";
}

std::string long_connections_sql(const TimeRange& range, const Dialect& dialect) {
  return "SELECT coalesce(source_ip, host) AS source, coalesce(destination_host, destination_ip) AS "
         "destination, "
         "destination_port AS port, count(*) AS connections, round(max(duration_ms) / 1000) AS "
         "longest_seconds, "
         "round(sum(duration_ms) / 1000) AS all_seconds, sum(bytes_out) AS bytes_out, sum(bytes_in) AS "
         "bytes_in, min(" +
         dialect.time_column() + ") AS first FROM events WHERE " + sql_of_range(range, dialect) +
         " AND duration_ms > 0 AND coalesce(destination_host, destination_ip) IS NOT NULL" +
         dialect.group_by("source, destination, port") +
         " ORDER BY longest_seconds DESC, source, destination, port";
}

}  // namespace bartizan::hunt
