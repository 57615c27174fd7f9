// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/metadata.h"

#include <gtest/gtest.h>

namespace bartizan::sigma {
namespace {

std::string complaints(const std::string& text) {
  MetadataCheck check;
  std::vector<Diagnostic> diagnostics;
  const auto documents = parse_yaml(text, "r.yml").value();
  for (const YamlNode& document : documents) check.look_at(document, "r.yml", diagnostics);
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    EXPECT_EQ(d.severity, Severity::kWarning);
    out += std::to_string(d.line) + ":" + std::to_string(d.column) + " " + d.code + "\n";
  }
  return out;
}

const std::string kId = "id: 0f4fe4b7-9b70-4a1e-8e5a-1f54b1a8a001\n";

TEST(MetadataCheck, GoodOnesPass) {
  EXPECT_EQ(complaints(kId + "level: low\ndate: 2026-02-28\nmodified: 2026-03-01\n"
                             "tags: [attack.t1059.001, attack.execution, attack.g0027, cve.2021-44228, "
                             "detection.threat-hunting, "
                             "tlp.clear, advisory.d7, car.2016-03-001]\n"),
            "");
  EXPECT_EQ(complaints("name: a\nlevel: low\n"), "");
}

TEST(MetadataCheck, BadOnesAreNamed) {
  EXPECT_EQ(complaints("id: 12\nlevel: low\n"), "1:5 sigma.id\n");
  EXPECT_EQ(complaints("level: low\n"), "1:1 sigma.id\n");
  EXPECT_EQ(complaints(kId), "1:1 sigma.level\n");
  EXPECT_EQ(complaints(kId + "level: low\ndate: 2026/02/01\nmodified: 2026-02-30\n"),
            "3:7 sigma.date\n4:11 sigma.date\n");
  EXPECT_EQ(complaints(kId + "level: low\ntags: [mine, foo.bar, attack.t12, attack.evil, cve.44228]\n"),
            "3:8 sigma.tag\n3:14 sigma.tag\n3:23 sigma.tag\n3:35 sigma.tag\n3:48 sigma.tag\n");
  EXPECT_EQ(complaints(kId + "level: low\n---\n" + kId + "level: low\n"), "4:5 sigma.duplicate_id\n");
  EXPECT_EQ(complaints(kId + "level: low\nrelated: [{id: x, type: derived}]\n"), "3:16 sigma.id\n");
}

}  // namespace
}  // namespace bartizan::sigma
