// SPDX-License-Identifier: Apache-2.0
#include "model/jsonl.h"
#include "sink/report.h"

namespace bartizan {

void write_jsonl(const Findings& findings, const WriteText& write) {
  std::string line;
  findings.for_each([&](const Finding& finding) {
    line.clear();
    append_finding_json(finding, line);
    line += '\n';
    write(line);
  });
}

}  // namespace bartizan
