// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>

#include "app/hunt_verbs.h"
#include "app/output.h"
#include "app/verbs.h"
#include "sink/table.h"
#include "store/open_store.h"

namespace bartizan::app {
namespace {

constexpr Option kShowOptions[] = {option("Output", "--format", "F", "what to write, a table unless given",
                                          Repeat::kOnce, "table jsonl csv html")};
constexpr Option kPruneOptions[] = {
    option("Retention", "--days", "N", "keep the last N days, today not counted; older ones go"),
    option("Retention", "--size", "MIB", "keep no more than so many MiB; the oldest days go first"),
    option("Retention", "--now", "T", "count days from this time instead of today")};

int say_failure(const Error& error) {
  std::fprintf(stderr, "bartizan: %s\n", error.text().c_str());
  return kExitUnreadable;
}

int run_show(const Arguments& arguments) {
  auto opened = store::open_store(arguments.operands[0], store::Access::kRead);
  if (!opened.has_value()) return say_failure(opened.error());
  Table table{"Store",
              {{"table", "Table"}, {"day", "Day"}, {"rows", "Rows", true}, {"bytes", "Bytes", true}},
              {},
              {}};
  std::uint64_t rows = 0, bytes = 0;
  for (const store::TableName name : store::kTables) {
    if (name == store::TableName::kRaw && !(*opened)->keeps_raw()) continue;
    auto days = (*opened)->days(name);
    if (!days.has_value()) return say_failure(days.error());
    for (const store::DayUse& use : *days) {
      table.rows.push_back({std::string(store::shape_of(name).name), use.day, std::to_string(use.rows),
                            std::to_string(use.bytes)});
      if (name == store::TableName::kEvents) rows += use.rows;
      if (name != store::TableName::kFindings) bytes += use.bytes;
    }
  }
  if (rows)
    table.notes.push_back(fmt::format("{} events in {} bytes, {} an event.", rows, bytes, bytes / rows));
  const std::string format = arguments.value("--format", "table");
  std::fputs((format == "jsonl"  ? render_table_jsonl(table)
              : format == "csv"  ? render_table_csv(table)
              : format == "html" ? render_table_html(table)
                                 : render_table_text(table))
                 .c_str(),
             stdout);
  return finish_standard_output(true);
}

bool read_number(const std::string& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Instant now() {
  using namespace std::chrono;
  return {duration_cast<duration<std::int64_t, std::ratio<1, kTicksPerSecond>>>(
              system_clock::now().time_since_epoch())
              .count()};
}

int run_prune(const Arguments& arguments) {
  store::Retention retention;
  std::uint64_t number = 0;
  if (arguments.has("--days")) {
    if (!read_number(arguments.value("--days"), number) || number > 100'000)
      return usage_error(kStorePruneVerb, "'" + arguments.value("--days") + "' is no number of days");
    retention.days = static_cast<unsigned>(number);
  }
  if (arguments.has("--size")) {
    if (!read_number(arguments.value("--size"), number) || number >> 40)
      return usage_error(kStorePruneVerb, "'" + arguments.value("--size") + "' is no size in MiB");
    retention.bytes = number << 20;
  }
  if (!retention.days && !retention.bytes)
    return usage_error(kStorePruneVerb, "keep what? --days N, --size MIB, or both");
  Instant from = now();
  if (arguments.has("--now")) {
    const auto given = parse_instant(arguments.value("--now"));
    if (!given) return usage_error(kStorePruneVerb, "'" + arguments.value("--now") + "' is no time");
    from = *given;
  }
  // What is no store must not become one because of a mistyped name.
  if (auto there = store::open_store(arguments.operands[0], store::Access::kRead); !there.has_value())
    return say_failure(there.error());
  auto opened = store::open_store(arguments.operands[0], store::Access::kWrite);
  if (!opened.has_value()) return say_failure(opened.error());
  const auto gone = (*opened)->prune(retention, from);
  if (!gone.has_value()) return say_failure(gone.error());
  for (const std::string& day : *gone) std::printf("removed %s\n", day.c_str());
  return finish_standard_output(true);
}

}  // namespace

constinit const Verb kStoreShowVerb{
    .name = "store show",
    .operands = "DIR",
    .operands_min = 1,
    .summary = "what a store holds, day by day",
    .about = {},
    .options = kShowOptions,
    .examples = "  bartizan store show evidence.store\n",
    .choices = {},
    .run = run_show,
};
constinit const Verb kStorePruneVerb{
    .name = "store prune",
    .operands = "DIR",
    .operands_min = 1,
    .summary = "let old days of a store go",
    .about = "Whole days are removed, events and findings. Prints the days that went.\n",
    .options = kPruneOptions,
    .examples = "  bartizan store prune --days 90 --size 200000 evidence.store\n",
    .choices = {},
    .run = run_prune,
};

}  // namespace bartizan::app
