// SPDX-License-Identifier: Apache-2.0
#include "model/jsonl.h"
#include "sink/report.h"

namespace bartizan {

void write_jsonl(const Findings& findings, const WriteText& write) {
  findings.write_each(
      [](const Finding& finding, std::string& out) {
        append_finding_json(finding, out);
        out += '\n';
      },
      write);
}

}  // namespace bartizan
