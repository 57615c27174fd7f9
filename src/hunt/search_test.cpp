// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/nearest.h"
#include "hunt/search_line.h"
#include "hunt/search_sql.h"

namespace bartizan::hunt {
namespace {

std::string sql_of(std::string_view line) {
  const auto sql = sql_of_search(line, {});
  return sql ? *sql : "column " + std::to_string(sql.error().column) + ": " + sql.error().message;
}
bool holds(std::string_view line, std::string_view part) {
  return sql_of(line).find(part) != std::string::npos;
}

TEST(SearchTest, FieldsAndValues) {
  EXPECT_TRUE(holds("host:dc*", "lower(host) LIKE 'dc%'")) << sql_of("host:dc*");
  EXPECT_TRUE(holds("host:DC1", "lower(host) = 'dc1'"));
  EXPECT_TRUE(holds("host==DC1", "host = 'DC1'"));
  EXPECT_TRUE(holds("source_ip:10.0.2.15", "(source_ip = '10.0.2.15')"));
  EXPECT_TRUE(holds("source_ip:fe80::1", "lower(source_ip) = 'fe80::1'"));
  EXPECT_TRUE(holds("command_line:\"-Enc\"", "contains(lower(command_line), '-enc')"));
  EXPECT_TRUE(holds("CommandLine:x", "contains(lower(command_line)") ||
              holds("CommandLine:x", "lower(command_line)"));
  EXPECT_TRUE(holds("event_id:4625", "event_id = 4625"));
  EXPECT_TRUE(holds("event_id:(4624 OR 4625)", "event_id = 4624 OR event_id = 4625"));
  EXPECT_TRUE(holds("event_id:[4624 TO *]", "event_id >= 4624"));
  EXPECT_TRUE(holds("source_ip:10.0.0.0/8", "ip4(source_ip) BETWEEN 167772160 AND 184549375"));
  EXPECT_TRUE(holds("image:/cmd\\.exe$/", "regexp_matches(image, 'cmd\\.exe$', 'i')"));
  EXPECT_TRUE(holds("account:*", "account IS NOT NULL"));
  EXPECT_TRUE(holds("SubjectUserSid:S-1-5-18", "fields['SubjectUserSid']"));
  EXPECT_TRUE(holds("host:it's", "'it''s'"));
  EXPECT_TRUE(holds("time:2026-03-01", "time::DATE = DATE '2026-03-01'"));
  EXPECT_TRUE(holds("mimikatz", "map_values(fields)"));
  EXPECT_TRUE(holds("host:a_b*", "'a\\_b%'"));
}

TEST(SearchTest, WordsBindAsPeopleExpect) {
  EXPECT_TRUE(holds("host:a OR host:b host:c",
                    "((lower(host) = 'a') OR ((lower(host) = 'b') AND (lower(host) = 'c')))"))
      << sql_of("host:a OR host:b host:c");
  EXPECT_TRUE(
      holds("NOT (host:a OR host:b)", "NOT coalesce(((lower(host) = 'a') OR (lower(host) = 'b')), FALSE)"));
}

TEST(SearchTest, Commands) {
  EXPECT_TRUE(holds("host:a | count by account", "GROUP BY ALL ORDER BY count DESC"));
  EXPECT_TRUE(holds("* | rare 5 image", "LIMIT 5") || holds("| rare 5 image", "LIMIT 5"));
  EXPECT_TRUE(holds("| timechart every 15m by host", "to_seconds(900)"));
  EXPECT_TRUE(holds("| count by host | where count > 5", "\"count\" > 5"));
  EXPECT_TRUE(holds("| stats sum(bytes_out), dc(account) by host", "count(DISTINCT account)"));
  EXPECT_TRUE(holds("image:a | join account within 1h (event_id:4625)", "SEMI JOIN"));
  EXPECT_TRUE(holds("| dedup host, account", "PARTITION BY host, account"));
}

TEST(SearchTest, MistakesHaveAPlaceAndAHint) {
  EXPECT_EQ(sql_of("hostt:dc1"), "column 1: there is no field 'hostt'");
  EXPECT_EQ(sql_of("host:a AND (host:b"), "column 12: this parenthesis is never closed");
  EXPECT_EQ(sql_of("host:\"a"), "column 6: this quotation mark is never closed");
  EXPECT_EQ(sql_of("host:"), "column 6: a value is missing here");
  EXPECT_EQ(sql_of("event_id:x"), "column 10: 'event_id' is a number, 'x' is none");
  EXPECT_EQ(sql_of("host:a | cuont"), "column 10: there is no command 'cuont'");
  EXPECT_EQ(sql_of("host:a )"), "column 8: this parenthesis closes nothing");
  EXPECT_EQ(sql_of("| count by host | sort image"),
            "column 24: there is no field 'image' after the command before");
  EXPECT_EQ(sql_of("image:/(/").substr(0, 9), "column 7:");
  EXPECT_EQ(nearest("hostt", field_names()), "host");
}

TEST(SearchTest, HostileLinesEnd) {
  EXPECT_EQ(sql_of(std::string(5000, '(')), "column 66: too many parentheses within each other");
  std::string nots;
  for (int i = 0; i < 5000; ++i) nots += "NOT ";
  EXPECT_TRUE(holds(nots, "too many"));
  EXPECT_TRUE(holds(std::string(100'000, 'a'), "too long"));
  const std::string line =
      "host:(a OR \"b\") event_id:[1 TO 5] image:/x/ | join account within 1h (NOT host:c) | top 5 host | "
      "where count>1";
  for (std::size_t size = 0; size <= line.size(); ++size) (void)sql_of(line.substr(0, size));
}

}  // namespace
}  // namespace bartizan::hunt
