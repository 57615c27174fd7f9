// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstdio>

#include "app/hunt_verbs.h"
#include "app/output.h"
#include "app/verbs.h"
#include "engine/raw_record.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    flag("Output", "--bytes", "the bytes as they stand in the evidence, of a Windows event log too")};

bool read_number(const std::string& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Result<RawRecord> find_record(const Arguments& arguments, std::uint64_t number) {
  const std::vector<std::string>& words = arguments.operands;
  TRY(const std::unique_ptr<store::Database> database, store::Database::open(words[0], {}));
  if (words.size() == 3) return find_raw_record(*database, {words[1], number});
  TRY(const RecordPlace place, find_record_place(*database, number));
  return find_raw_record(*database, place);
}

int run(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.operands;
  std::uint64_t number = 0;
  if (words.size() > 3) return usage_error(kStoreRecordVerb, "one record at a time, please");
  if (!read_number(words.back(), number))
    return usage_error(kStoreRecordVerb, "'" + words.back() + "' is no number");
  auto record = find_record(arguments, number);
  if (!record.has_value()) {
    std::fprintf(stderr, "bartizan: %s\n", record.error().text().c_str());
    return kExitUnreadable;
  }
  const bool is_xml = !record->xml.empty() && !arguments.has("--bytes");
  const std::string text = is_xml ? record->xml + "\n" : std::move(record->bytes);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return finish_standard_output(true);
}

}  // namespace

constinit const Verb kStoreRecordVerb{
    .name = "store record",
    .operands = "DIR RECORD…",
    .operands_min = 2,
    .summary = "one record as it was, when the evidence is gone",
    .about =
        "RECORD is what the column `id` says of the event, or what its columns `evidence` and `position` "
        "say. A "
        "record of\na Windows event log is shown as XML, any other as its bytes, up to where the next record "
        "begins.\n",
    .options = kOptions,
    .examples =
        "  bartizan store record evidence.store 9372036854775807001\n"
        "  bartizan store record evidence.store /evidence/auth.log 18734\n",
    .choices = {},
    .run = run,
};

}  // namespace bartizan::app
