// SPDX-License-Identifier: Apache-2.0
// Any text as a value of every role, and as an indicator of every kind: no crash, and normal forms are stable.
#include "base/must.h"
#include "intel/observed.h"

using namespace bartizan::intel;

namespace {

class Count final : public KeyReceiver {
 public:
  void take(Kind, std::string_view key) override { MUST(key.size() <= 1u << 20); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Count count;
  ObservedValues observed;
  for (int role = 0; role <= static_cast<int>(FieldRole::kText); ++role)
    if (!text.empty()) observed.read(static_cast<FieldRole>(role), text, count);
  for (std::size_t kind = 0; kind + 1 < kKinds; ++kind) {
    const Reading reading = read_indicator(static_cast<Kind>(kind), text);
    if (!reading) continue;
    const Reading again = read_indicator(reading->kind, indicator_text(reading->kind, reading->key));
    MUST(again.has_value() && *again == *reading);
  }
  (void)guess_indicator(text);
  return 0;
}
