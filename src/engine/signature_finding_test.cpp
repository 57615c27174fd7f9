// SPDX-License-Identifier: Apache-2.0
#include "engine/signature_finding.h"

#include <gtest/gtest.h>

#include "engine/make_finding.h"

namespace bartizan {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

const Event& alert(EventBatch& batch, const Fields& fields) {
  batch.clear();
  Event& event = batch.start();
  event.product = "suricata", event.service = "alert";
  event.offset = 100;
  for (const auto& [name, value] : fields) batch.add(name, value);
  batch.commit();
  return batch.back();
}

Fields example() {
  return {{"flow_id", "7"},
          {"pcap_cnt", "6"},
          {"src_ip", "192.0.2.10"},
          {"dest_ip", "198.51.100.7"},
          {"alert.gid", "1"},
          {"alert.signature_id", "5"},
          {"alert.signature", "Seen"},
          {"alert.category", "Misc"},
          {"alert.severity", "1"}};
}

TEST(SignatureFinding, SaysWhatTheSignatureSays) {
  EventBatch batch;
  Fields fields = example();
  fields.emplace_back("alert.metadata.mitre_technique_id", "T1059_001");
  fields.emplace_back("alert.metadata.mitre_technique_id", "none");
  const Event& event = alert(batch, fields);
  ASSERT_TRUE(is_signature_alert(event));
  const Finding finding = make_signature_finding(event, Log{.file = "c.pcap!eve.json"});
  EXPECT_EQ(finding.rule_id, "suricata:1:5");
  EXPECT_EQ(finding.rule_title, "Seen");
  EXPECT_EQ(finding.level, Level::kHigh);
  EXPECT_EQ(finding.record_id, "6");
  EXPECT_EQ(finding.attack, std::vector<std::string>{"T1059.001"});
  EXPECT_EQ(finding.entities, (std::vector<Entity>{{"address", "192.0.2.10"}, {"address", "198.51.100.7"}}));
  ASSERT_EQ(finding.why.size(), 3u);
  EXPECT_EQ(finding.why[1].value, "Misc");
}

TEST(SignatureFinding, LevelsFollowSeverities) {
  EventBatch batch;
  for (const auto& [severity, level] : {std::pair{"1", Level::kHigh},
                                        {"2", Level::kMedium},
                                        {"3", Level::kLow},
                                        {"4", Level::kInformational},
                                        {"", Level::kInformational}}) {
    Fields fields = example();
    fields.back().second = severity;
    EXPECT_EQ(make_signature_finding(alert(batch, fields), Log{}).level, level) << severity;
  }
}

TEST(SignatureFinding, OtherRecordsOfTheSensorAreNone) {
  EventBatch batch;
  Event event = alert(batch, example());
  event.service = "flow";
  EXPECT_FALSE(is_signature_alert(event));
  event.product = "zeek", event.service = "alert";
  EXPECT_FALSE(is_signature_alert(event));
}

TEST(SignatureFinding, IdsStayWhereSuricataDrawsNumbersAnew) {
  EventBatch batch;
  const Log made{.file = "c.pcap!eve.json", .is_made = true}, kept{.file = "eve.json"};
  Fields fields = example();
  Event event = alert(batch, fields);
  const std::string of_made = make_signature_finding(event, made).id,
                    of_kept = make_signature_finding(event, kept).id;
  fields.front().second = "8";  // flow_id
  event = alert(batch, fields);
  event.offset = 101;
  EXPECT_EQ(make_signature_finding(event, made).id, of_made);
  EXPECT_NE(make_signature_finding(event, kept).id, of_kept);
  fields[2].second = "192.0.2.11";
  EXPECT_NE(make_signature_finding(alert(batch, fields), made).id, of_made);
}

}  // namespace
}  // namespace bartizan
