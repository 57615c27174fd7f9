// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of intelligence: read without a crash, and every indicator it gives reads back as itself.
#include <algorithm>

#include "base/must.h"
#include "intel/import.h"

using namespace bartizan;
using namespace bartizan::intel;

namespace {

class Check final : public ImportReceiver {
 public:
  void take(const Statement& one) override {
    if (one.indicator.kind == Kind::kPattern) return;
    const Reading again =
        read_indicator(one.indicator.kind, indicator_text(one.indicator.kind, one.indicator.key));
    MUST(again.has_value() && *again == one.indicator);
  }
  void take_techniques(std::string_view, const std::vector<std::string>&) override {}
  void take_sighting(std::string_view, Instant, Instant, std::uint64_t) override {}
  void take_revocation(std::string_view) override {}
  void take_harmless(std::string_view, const Harmless&) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::size_t at = 0;
  const ReadBytes read = [&](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    const std::size_t part = std::min({buffer.size(), size - at, std::size_t{61}});
    std::copy_n(data + at, part, buffer.begin());
    at += part;
    return part;
  };
  Check check;
  ImportReport report;
  ImportOptions options;
  options.file = "f", options.with_context = true;
  import_intel(read, options, check, report);
  return 0;
}
