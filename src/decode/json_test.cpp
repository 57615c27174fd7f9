// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/time.h"

namespace bartizan {
namespace {

struct Read {
  EventBatch events;
  OddityList oddities;
  std::size_t objects = 0, skips_told = 0;
};

// Feeds `text` in steps of `step` bytes, keeping only what the cutter still wants, as a reader of files does.
Read read_json(std::string_view text, std::size_t step = SIZE_MAX, std::size_t object_bytes_max = 1 << 20) {
  Read read;
  JsonCutter cutter(object_bytes_max);
  static JsonDecoder decoder;  // owns the names of the events
  std::string buffer;
  std::size_t fed = 0, base = 0, from = 0;
  for (std::size_t calls = 0; calls < 4 * text.size() + 64; ++calls) {
    JsonCut cut = cutter.next(as_bytes(buffer), from, fed == text.size());
    if (cut.kind == JsonCut::Kind::kEnd) return read;
    if (cut.kind == JsonCut::Kind::kMore) {
      buffer.erase(0, cut.begin);
      base += cut.begin;
      from = 0;
      std::string_view more = text.substr(fed, step);
      buffer += more;
      fed += more.size();
      continue;
    }
    if (cut.kind == JsonCut::Kind::kObject) {
      ++read.objects;
      // A copy of exact size, so that a read past the object is caught.
      std::vector<std::uint8_t> object(buffer.begin() + static_cast<std::ptrdiff_t>(cut.begin),
                                       buffer.begin() + static_cast<std::ptrdiff_t>(cut.end));
      decoder.decode(object, object.size(), base + cut.begin, read.events, read.oddities);
    } else if (cut.why) {
      ++read.skips_told;
    }
    EXPECT_GT(cut.end, from);
    from = cut.end;
  }
  ADD_FAILURE() << "the cutter does not come to an end";
  return read;
}

std::string fields_of(const Event& event) {
  std::string all;
  for (const Field& field : event.fields)
    all.append(field.name)
        .append("=")
        .append(field.is_null ? "null" : field.value)
        .append(field.is_number ? "#;" : ";");
  return all;
}

std::string value(const Event& event, std::string_view name) {
  const std::string_view* found = event.find(name);
  return std::string(found ? *found : "(absent)");
}

// The one event of `text`; valid until the next call.
const Event& one(std::string_view text) {
  static Read read;
  static const Event kNone;
  read = read_json(text);
  EXPECT_EQ(read.events.size(), 1u) << text;
  return read.events.empty() ? kNone : read.events[0];
}

constexpr std::string_view kDump = R"({
  "Event": {
    "#attributes": {"xmlns": "x"},
    "System": {
      "Provider": {"#attributes": {"Name": "Prov", "Guid": "G"}},
      "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 7045},
      "Level": 4,
      "TimeCreated": {"#attributes": {"SystemTime": "2026-04-17T04:14:33.653414Z"}},
      "EventRecordID": 542,
      "Correlation": null,
      "Channel": "System", "Computer": "host1",
      "Security": {"#attributes": {"UserID": "S-1-5-18"}}
    },
    "EventData": {
      "Threat Name": "a{b}\"\\",
      "Empty": "",
      "Data": [{"#text": ["one", "two"]}, {"#attributes": {"Name": "Named"}, "#text": "three"}],
      "Yes": true, "Number": -1.50
    }
  }
})";

void expect_windows(const Event& event) {
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.provider, "Prov");
  EXPECT_EQ(event.event_id, 4688u);
  EXPECT_EQ(event.host, "host1");
  EXPECT_EQ(event.record_id, "7");
  EXPECT_EQ(format_instant(event.time), "2020-09-14T01:02:03.5000000Z");
  EXPECT_EQ(value(event, "EventID"), "4688");
  EXPECT_EQ(value(event, "Channel"), "Security");
  EXPECT_EQ(value(event, "Provider_Name"), "Prov");
  EXPECT_EQ(value(event, "Computer"), "host1");
  EXPECT_EQ(value(event, "EventRecordID"), "7");
  EXPECT_EQ(value(event, "CommandLine"), "cmd /c");
}

std::filesystem::path shared() {
  const char* set = std::getenv("BARTIZAN_SHARED");
  return set ? std::filesystem::path(set) : std::filesystem::path(__FILE__).parent_path() / "../../../shared";
}

}  // namespace

TEST(Json, Recognises) {
  for (std::string_view yes : {"{\"a\":1}", "\xef\xbb\xbf \n[\n {\"a\":1}]", "{}", "{\n  \"a\""})
    EXPECT_TRUE(looks_like_json(as_bytes(yes))) << yes;
  for (std::string_view no : {"", "[2020-01-01] hello", "{x}", "<Event/>", "[1,2]", "\xef\xbb"})
    EXPECT_FALSE(looks_like_json(as_bytes(no))) << no;
}

TEST(Json, ReadsEvtxDump) {
  Event event = one(kDump);
  EXPECT_EQ(
      fields_of(event),
      "Provider_Name=Prov;Provider_Guid=G;EventID=7045#;EventID_Qualifiers=16384#;Level=4#;"
      "TimeCreated_SystemTime=2026-04-17T04:14:33.653414Z;EventRecordID=542#;Channel=System;Computer=host1;"
      "Security_UserID=S-1-5-18;ThreatName=a{b}\"\\;Empty=;Data=one;Data=two;Named=three;Yes=true;Number=-1."
      "5#;");
  EXPECT_EQ(event.event_id, 7045u);
  EXPECT_EQ(format_instant(event.time), "2026-04-17T04:14:33.6534140Z");
}

TEST(Json, ReadsOtherWindowsShapes) {
  expect_windows(one(R"({"data":{"Event":{"System":{"Provider_attributes":{"Name":"Prov"},"EventID":4688,
    "TimeCreated_attributes":{"SystemTime":"2020-09-14T01:02:03.5Z"},"EventRecordID":7,"Channel":"Security",
    "Computer":"host1"},"UserData":{"Outer_attributes":{"xmlns":"u"},"Outer":{"CommandLine":"cmd /c"}}}}})"));
  constexpr std::string_view kBeat =
      R"({"@timestamp":"2020-09-14T01:02:03.500Z","event":{"code":"4688"},"winlog":{
    "channel":"Security","provider_name":"Prov","computer_name":"host1","record_id":7,
    "event_data":{"CommandLine":"cmd /c","param1":"p"}}})";
  expect_windows(one(kBeat));
  EXPECT_EQ(value(one(kBeat), "Data"), "p");
  EXPECT_EQ(value(one(kBeat), "param1"), "p");
  expect_windows(
      one("{\"hits\":{\"total\":1,\"hits\":[{\"_id\":\"x\",\"_source\":" + std::string(kBeat) + "}]}}"));
  expect_windows(
      one(R"({"@timestamp":"2020-09-14T01:02:03.500Z","winlog.event_id":4688,"winlog.channel":"Security",
    "winlog.provider_name":"Prov","winlog.computer_name":"host1","winlog.record_id":"7",
    "winlog.event_data.CommandLine":"cmd /c"})"));
  constexpr std::string_view kFlat =
      R"({"SourceName":"Prov","Channel":"Security","Hostname":"host1","EventID":4688,
    "EventTime":"2020-09-14 05:02:03","@timestamp":"2020-09-14T01:02:03.500Z","RecordNumber":7,"CommandLine":"cmd /c"})";
  expect_windows(one(kFlat));
  EXPECT_EQ(value(one(kFlat), "SourceName"), "Prov");
  expect_windows(one("{\"preview\":false,\"result\":" + std::string(kFlat) + "}"));
  expect_windows(
      one(R"({"result":{"host":"indexer","_raw":"{\"ProviderName\":\"Prov\",\"LogName\":\"Security\",)"
          R"(\"Id\":4688,\"MachineName\":\"host1\",\"RecordId\":7,\"CommandLine\":\"cmd /c\",)"
          R"(\"TimeCreated\":\"/Date(1600045323500)/\"}"}})"));
}

TEST(Json, ReadsOtherSources) {
  Read trail = read_json(
      R"({"Records":[{"eventSource":"s3.amazonaws.com","eventName":"Get","eventTime":"2020-09-14T01:02:03Z",
    "userIdentity":{"type":"IAM"},"none":null,"list":[{"a":1},{"a":18446744073709551615}]},{"eventName":"B"}]})");
  ASSERT_EQ(trail.events.size(), 2u);
  EXPECT_EQ(std::string(trail.events[0].product) + "/" + std::string(trail.events[0].service),
            "aws/cloudtrail");
  EXPECT_EQ(fields_of(trail.events[0]),
            "eventSource=s3.amazonaws.com;eventName=Get;eventTime=2020-09-14T01:02:03Z;userIdentity.type=IAM;"
            "none=null;"
            "list.a=1#;"
            "list.a=18446744073709551615#;");
  EXPECT_EQ(trail.events[1].product, "");
  EXPECT_EQ(one(R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get"})").product, "kubernetes");
  EXPECT_EQ(one(R"({"operationName":"x","tenantId":"t","category":"AuditLogs"})").service, "auditlogs");
  // A member called `result` does not make an event a wrapper.
  EXPECT_EQ(fields_of(one(R"({"result":{"code":1},"user":"u"})")), "result.code=1#;user=u;");
}

TEST(Json, CutsEveryForm) {
  std::string dump(kDump);
  for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{64}, SIZE_MAX}) {
    EXPECT_EQ(read_json("\xef\xbb\xbf" + dump + "\n" + dump + dump, step).events.size(), 3u);
    EXPECT_EQ(read_json("[" + dump + ",\n" + dump + "]\n", step).events.size(), 2u);
    EXPECT_EQ(read_json("[\n  {\"a\":1},\r\n  {\"a\":2}\r\n]", step).events.size(), 2u);
    EXPECT_EQ(read_json("{\n\"a\": [\n{\n\"b\": 1\n},\n{\n\"b\": 2\n}\n]\n}\n", step).events.size(), 1u);
    Read read = read_json("{\"a\":\"}\\\"{\"}\r\n\r\n{\"a\":2}", step);
    ASSERT_EQ(read.events.size(), 2u);
    EXPECT_EQ(read.events[1].offset, 16u);
    EXPECT_EQ(read.oddities.total + read.skips_told, 0u);
  }
}

TEST(Json, DamageStaysInOneRecord) {
  const std::string line = R"({"a":{"b":[1,{"c":"x\"y"}]},"d":"e"})";
  const std::string dump(kDump);
  for (const std::string& record : {line, dump}) {
    for (std::size_t size = 1; size < record.size(); ++size) {
      for (std::size_t step : {std::size_t{5}, SIZE_MAX}) {
        Read read = read_json(record + "\n" + record.substr(0, size) + "\n" + record + "\n" + record, step);
        ASSERT_EQ(read.objects, 3u) << record.substr(0, size);
        ASSERT_EQ(read.skips_told, 1u);
        Read last = read_json(record + "\n" + record.substr(0, size), step);
        ASSERT_EQ(last.objects, 1u);
        ASSERT_EQ(last.skips_told, 1u);
      }
    }
  }
  Read junk = read_json("{\"a\":1}\nnot json {\"a\":5}\n\x01\x02}}]\n{\"a\":2}\n{\"a\" 3}\n{\"a\":4}", 3);
  EXPECT_EQ(junk.events.size(), 3u);
  EXPECT_EQ(junk.skips_told, 1u);
  EXPECT_EQ(junk.oddities.total, 1u);
}

TEST(Json, ReadsOnBehindDamageInAList) {
  const std::string items[] = {R"({"a":1})", R"({"b":[{"x":1},{"y":2}],"c":"x\"y"})", R"({"d":{"e":"f"}})"};
  for (const std::string& damaged : items)
    for (std::size_t size = 1; size < damaged.size(); ++size)
      for (std::size_t step : {std::size_t{3}, SIZE_MAX}) {
        // A damaged item may take its neighbour along, never the rest of the line.
        const std::string text = "[" + items[0] + "," + damaged.substr(0, size) + "," + items[1] + "," +
                                 items[2] + "," + items[0] + "," + items[2] + "]";
        Read read = read_json(text, step);
        ASSERT_GE(read.events.size(), 3u) << text;
        ASSERT_GE(read.oddities.total + read.skips_told, 1u) << text;
        EXPECT_EQ(fields_of(read.events[read.events.size() - 1]), "d.e=f;") << text;
      }
}

TEST(Json, ReadsTheRecordsOfAListWithoutEnd) {
  const std::string text = R"({"Records": [{"a":1},{"a":{"b":2}},{"a":3},{"a)";
  for (std::size_t step : {std::size_t{1}, SIZE_MAX}) {
    Read read = read_json(text, step);
    EXPECT_EQ(read.events.size(), 3u);
    EXPECT_EQ(read.skips_told, 2u);
    Read large = read_json(text + R"(":4}]})", step, 24);
    EXPECT_EQ(large.events.size(), 4u);
  }
}

TEST(Json, TellsNullFromAbsent) {
  const Event& event = one(R"({"a":null,"b":"","c":[null]})");
  ASSERT_EQ(event.fields.size(), 3u);
  EXPECT_TRUE(event.fields[0].is_null);
  EXPECT_FALSE(event.fields[1].is_null);
  EXPECT_TRUE(event.fields[2].is_null);
  EXPECT_FALSE(one(R"({"Channel":"C","EventID":1,"Provider_Name":null,"SourceName":"P"})").header_is_plain);
  EXPECT_TRUE(one(R"({"Channel":"C","EventID":1,"SourceName":"P"})").header_is_plain);
  EXPECT_FALSE(one(R"({"Channel":"C","EventID":"01","SourceName":"P"})").header_is_plain);
}

TEST(Json, KeepsTextOfWhatRulesSearchAsText) {
  const Event& event = one(R"({"requestParameters":{"a":["x",1.5,null,true],"q":"\"\n"},"z":1})");
  EXPECT_EQ(value(event, "requestParameters"), R"({"a":["x",1.5,null,true],"q":"\"\n"})");
  EXPECT_EQ(value(event, "requestParameters.a"), "x");
}

TEST(Json, RemembersABoundedNumberOfNames) {
  std::string text;
  for (std::size_t i = 0; i < limits::kJsonNamesMax + 100; ++i)
    text += "{\"n" + std::to_string(i) + "\":{\"m\":1}}\n";
  Read read = read_json(text);
  ASSERT_EQ(read.events.size(), limits::kJsonNamesMax + 100);
  for (std::size_t i = 0; i < read.events.size(); i += 97)
    EXPECT_EQ(fields_of(read.events[i]), "n" + std::to_string(i) + ".m=1#;");
}

TEST(Json, BoundsWhatHostileInputCosts) {
  Read large = read_json("{\"a\":\"" + std::string(5000, 'x') + "\"}\n{\"a\":1}", 100, 1000);
  EXPECT_EQ(large.events.size(), 1u);
  EXPECT_EQ(large.skips_told, 1u);
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "{\"a\":";
  Read nested = read_json("{\"k\":1,\"d\":" + deep + "1" + std::string(500, '}') + "}");
  ASSERT_EQ(nested.events.size(), 1u);
  EXPECT_EQ(fields_of(nested.events[0]), "k=1#;");
  EXPECT_EQ(nested.oddities.total, 1u);
  EXPECT_EQ(read_json(std::string(100'000, '{')).events.size(), 0u);
  Read arrays = read_json("{\"a\":" + std::string(90'000, '[') + std::string(90'000, ']') + "}");
  EXPECT_EQ(arrays.events.size(), 0u);
  EXPECT_EQ(arrays.oddities.total, 1u);
  std::string wide = "{\"x\":0";
  for (std::size_t i = 0; i < limits::kFieldsPerEventMax + 10; ++i) wide += ",\"a\":1";
  Read many = read_json(wide + "}");
  ASSERT_EQ(many.events.size(), 1u);
  EXPECT_EQ(many.events[0].fields.size(), limits::kFieldsPerEventMax);
  EXPECT_EQ(many.oddities.total, 1u);
}

TEST(Json, RepairsWhatExportersGetWrong) {
  Read read = read_json(
      "{\"a\":\"x\xff\ty\",\"b\":\"\\ud800\",\"c\":NaN,\"d\":123456789012345678901234567890,\"e\":\"C:"
      "\\Windows\"}");
  ASSERT_EQ(read.events.size(), 1u);
  EXPECT_EQ(fields_of(read.events[0]),
            "a=x\xef\xbf\xbd\ty;b=\xef\xbf\xbd;c=NaN;d=123456789012345678901234567890;e=C:\\Windows;");
  EXPECT_EQ(read.oddities.total, 1u);
}

TEST(Json, ReadsTheSigmaRegressionData) {
  std::filesystem::path root = shared() / "corpus/sigma/regression_data";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no regression data: set BARTIZAN_SHARED";
  std::size_t files = 0, starts = 0, events = 0, several = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::size_t here = 0;
    for (std::size_t at = 0; (at = text.find("\"System\":", at)) != text.npos; ++at) ++here;
    Read read = read_json(text, 999);
    EXPECT_EQ(read.events.size(), here) << entry.path();
    EXPECT_EQ(read.oddities.total + read.skips_told, 0u) << entry.path();
    for (const Event& event : read.events) {
      EXPECT_FALSE(event.channel.empty() || event.provider.empty() || event.event_id == 0 ||
                   event.host.empty() || event.record_id.empty() || event.time.ticks == 0)
          << entry.path();
    }
    ++files, starts += here, events += read.events.size(), several += read.events.size() > 1;
  }
  EXPECT_GT(files, 100u);
  EXPECT_EQ(events, starts);
  EXPECT_GE(several, 6u);
  RecordProperty("events", static_cast<int>(events));
  RecordProperty("files_with_several", static_cast<int>(several));
}

}  // namespace bartizan
