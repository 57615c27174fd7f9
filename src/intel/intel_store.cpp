// SPDX-License-Identifier: Apache-2.0
#include "intel/intel_store.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "base/text.h"
#include "intel/database.h"

namespace bartizan::intel {
namespace {

constexpr const char* kSchema = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -65536;
CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, format TEXT NOT NULL,
  imported INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS indicator(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, key BLOB NOT NULL,
  UNIQUE(kind, key));
CREATE TABLE IF NOT EXISTS statement(indicator INTEGER NOT NULL, source INTEGER NOT NULL, confidence INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, until INTEGER NOT NULL, title TEXT NOT NULL, reference TEXT NOT NULL,
  attack TEXT NOT NULL, PRIMARY KEY(indicator, source)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS statement_reference ON statement(reference, source) WHERE reference <> '';
CREATE TABLE IF NOT EXISTS sighting(indicator INTEGER NOT NULL, source INTEGER NOT NULL, first INTEGER NOT NULL,
  last INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(indicator, source)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS harmless(list TEXT NOT NULL, match INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL,
  PRIMARY KEY(list, match, kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS removed(kind INTEGER NOT NULL, key BLOB NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
INSERT OR IGNORE INTO setting VALUES('schema', 1), ('version', 0);
)sql";

constexpr std::string_view kKnownColumns =
    "SELECT i.id, i.kind, i.key, s.confidence, s.first, s.last, s.until, s.title, s.reference, s.attack, "
    "o.name,"
    " coalesce((SELECT sum(count) FROM sighting g WHERE g.indicator = i.id), 0),"
    " coalesce((SELECT min(first) FROM sighting g WHERE g.indicator = i.id AND first <> 0), 0),"
    " coalesce((SELECT max(last) FROM sighting g WHERE g.indicator = i.id), 0),"
    " r.reason, r.kind IS NOT NULL"
    " FROM indicator i LEFT JOIN statement s ON s.indicator = i.id LEFT JOIN source o ON o.id = s.source"
    " LEFT JOIN removed r ON r.kind = i.kind AND r.key = i.key ";

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    words.emplace_back(text.substr(0, blank));
    text.remove_prefix(blank == text.npos ? text.size() : blank + 1);
  }
  return words;
}

// Reads rows of kKnownColumns, sorted by indicator, into `known`; `visit` gets each.
Result<void> read_known(Query& query, const std::function<bool(const Known&)>& visit) {
  Known known;
  for (;;) {
    TRY(const bool more, query.step());
    const auto id = more ? static_cast<std::uint32_t>(query.number(0)) : 0;
    if (id != known.id && known.id != 0 && !visit(known)) return query.reset(), Result<void>{};
    if (!more) return {};
    if (id != known.id) {
      known = Known{};
      known.id = id;
      known.indicator = {static_cast<Kind>(query.number(1)), std::string(query.blob(2))};
      known.sightings = static_cast<std::uint64_t>(query.number(11));
      known.sighted_first = {query.number(12)}, known.sighted_last = {query.number(13)};
      known.removed_because = query.text(14);
      known.is_removed = query.number(15) != 0;
    }
    if (query.text(10).empty()) continue;
    known.statements.push_back({std::string(query.text(10)),
                                static_cast<int>(query.number(3)),
                                {query.number(4)},
                                {query.number(5)},
                                {query.number(6)},
                                std::string(query.text(7)),
                                std::string(query.text(8)),
                                parted(query.text(9))});
  }
}

}  // namespace

class IntelStore::Statements final : public ImportReceiver {
 public:
  explicit Statements(Database database) : database_(std::move(database)) {}

  Result<void> prepare() {
    TRY_VOID(database_.run(kSchema));
    const std::pair<Query*, std::string_view> kQueries[] = {
        {&add_, "INSERT OR IGNORE INTO indicator(kind, key) VALUES(?, ?)"},
        {&find_id_, "SELECT id FROM indicator WHERE kind = ? AND key = ?"},
        {&state_,
         "INSERT INTO statement VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
         " confidence = max(confidence, excluded.confidence),"
         " first = iif(first = 0 OR excluded.first = 0, max(first, excluded.first), min(first, "
         "excluded.first)),"
         " last = max(last, excluded.last),"
         " until = iif(until = 0 OR excluded.until = 0, 0, max(until, excluded.until)),"
         " title = iif(excluded.title = '', title, excluded.title),"
         " reference = iif(excluded.reference = '', reference, excluded.reference),"
         " attack = iif(excluded.attack = '', attack, excluded.attack)"},
        {&techniques_, "UPDATE statement SET attack = ? WHERE reference = ? AND source = ?"},
        {&sight_,
         "INSERT INTO sighting SELECT indicator, source, ?, ?, ? FROM statement WHERE reference = ? AND "
         "source = ?"
         " ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last),"
         " count = max(count, excluded.count)"},
        {&revoke_, "DELETE FROM statement WHERE reference = ? AND source = ?"},
        {&harmless_, "INSERT OR IGNORE INTO harmless VALUES(?, ?, ?, ?)"}};
    for (const auto& [query, sql] : kQueries) {
      TRY(*query, database_.prepare(sql));
    }
    return {};
  }

  Result<void> begin(const Source& source, Instant now) {
    given_ = source;
    trouble_ = {};
    waiting_.clear();
    TRY_VOID(database_.run("PRAGMA cache_size = -393216; BEGIN IMMEDIATE"));
    TRY(Query add,
        database_.prepare("INSERT INTO source(name, format, imported) VALUES(?, '', ?)"
                          " ON CONFLICT(name) DO UPDATE SET imported = excluded.imported RETURNING id"));
    TRY(const bool has_row, add.bind(1, source.name).bind(2, now.ticks).step());
    source_ = has_row ? add.number(0) : 0;
    add.reset();
    if (!source.replaces) return {};
    TRY(Query forget, database_.prepare("DELETE FROM statement WHERE source = ?"));
    return forget.bind(1, source_).run();
  }

  Result<bool> end(const ImportReport& report) {
    flush();
    TRY_VOID(database_.run("PRAGMA cache_size = -65536"));
    if (trouble_.message.empty() && (report.mistakes_total == 0 || given_.keep_valid)) {
      TRY(Query format, database_.prepare("UPDATE source SET format = ? WHERE id = ?"));
      TRY_VOID(format.bind(1, report.format).bind(2, source_).run());
      TRY_VOID(raise_version());
      TRY_VOID(database_.run("COMMIT"));
      return true;
    }
    TRY_VOID(database_.run("ROLLBACK"));
    if (!trouble_.message.empty()) return std::unexpected(trouble_);
    return false;
  }

  Result<void> raise_version() {
    return database_.run("UPDATE setting SET value = value + 1 WHERE name = 'version'");
  }

  // Statements wait until many can be sorted: keys in order find their places in the file together. What fits one batch stays in the order of the file.
  void take(const Statement& statement) override {
    waiting_.push_back(statement);
    if (waiting_.size() < limits::kIntelBatchMax) return;
    std::sort(waiting_.begin(), waiting_.end(), [](const Statement& a, const Statement& b) {
      return std::tie(a.indicator.kind, a.indicator.key, a.reference, a.title) <
             std::tie(b.indicator.kind, b.indicator.key, b.reference, b.title);
    });
    flush();
  }
  void take_techniques(std::string_view reference, const std::vector<std::string>& attack) override {
    flush();
    const std::string text = joined(attack, " ");
    note(techniques_.bind(1, std::string_view(text)).bind(2, reference).bind(3, source_).run());
  }
  void take_sighting(std::string_view reference, Instant first, Instant last, std::uint64_t count) override {
    constexpr std::uint64_t kCountMax = 1ull << 40;
    flush();
    sight_.bind(1, first.ticks).bind(2, std::max(first, last).ticks);
    sight_.bind(3, static_cast<std::int64_t>(std::min(count, kCountMax)));
    note(sight_.bind(4, reference).bind(5, source_).run());
  }
  void take_revocation(std::string_view reference) override {
    flush();
    note(revoke_.bind(1, reference).bind(2, source_).run());
  }
  void take_harmless(std::string_view list, const Harmless& harmless) override {
    harmless_.bind(1, list).bind(2, static_cast<std::int64_t>(harmless.match));
    note(harmless_.bind(3, static_cast<std::int64_t>(harmless.kind)).bind_blob(4, harmless.key).run());
  }

  mutable Database database_;

 private:
  void flush() {
    for (const Statement& statement : waiting_) write(statement);
    waiting_.clear();
  }

  void write(const Statement& statement) {
    if (!trouble_.message.empty()) return;
    auto id = id_of(statement.indicator);
    if (!id.has_value()) return note(id.error());
    const int confidence = statement.confidence < 0 ? given_.confidence : statement.confidence;
    const std::string attack = joined(statement.attack, " ");
    std::string_view title = statement.title;
    state_.bind(1, *id)
        .bind(2, source_)
        .bind(3, std::int64_t{confidence})
        .bind(4, statement.valid_from.ticks);
    state_.bind(5, statement.valid_from.ticks).bind(6, statement.valid_until.ticks);
    state_.bind(7, title.substr(0, limits::kIntelValueBytesMax))
        .bind(8, std::string_view(statement.reference));
    note(state_.bind(9, std::string_view(attack)).run());
  }

  Result<std::int64_t> id_of(const Indicator& indicator) {
    const auto kind = static_cast<std::int64_t>(indicator.kind);
    TRY_VOID(add_.bind(1, kind).bind_blob(2, indicator.key).run());
    if (database_.changes() > 0) return database_.last_id();
    TRY(const bool has_row, find_id_.bind(1, kind).bind_blob(2, indicator.key).step());
    const std::int64_t id = has_row ? find_id_.number(0) : 0;
    find_id_.reset();
    return id;
  }
  void note(const Error& error) {
    if (trouble_.message.empty()) trouble_ = error;
  }
  void note(const Result<void>& done) {
    if (!done.has_value()) note(done.error());
  }

  Query add_, find_id_, state_, techniques_, sight_, revoke_, harmless_;
  Source given_;
  std::int64_t source_ = 0;
  std::vector<Statement> waiting_;
  Error trouble_;
};

IntelStore::IntelStore() = default;
IntelStore::IntelStore(IntelStore&&) noexcept = default;
IntelStore& IntelStore::operator=(IntelStore&&) noexcept = default;
IntelStore::~IntelStore() = default;

Result<IntelStore> IntelStore::open(const std::string& path) {
  TRY(Database database, Database::open(path));
  IntelStore store;
  store.statements_ = std::make_unique<Statements>(std::move(database));
  TRY_VOID(store.statements_->prepare());
  return store;
}

Result<void> IntelStore::begin(const Source& source, Instant now) { return statements_->begin(source, now); }
void IntelStore::import(const ReadBytes& read, const ImportOptions& options, ImportReport& report) {
  import_intel(read, options, *statements_, report);
}
Result<bool> IntelStore::end(const ImportReport& report) { return statements_->end(report); }

Result<void> IntelStore::for_each(const std::function<bool(const Known&)>& visit,
                                  std::optional<Kind> kind) const {
  const std::string sql =
      std::string(kKnownColumns) + (kind ? "WHERE i.kind = ? " : "") + "ORDER BY i.id, s.source";
  TRY(Query query, statements_->database_.prepare(sql));
  if (kind) query.bind(1, static_cast<std::int64_t>(*kind));
  return read_known(query, visit);
}

Result<std::optional<Known>> IntelStore::find(const Indicator& indicator) const {
  const std::string sql = std::string(kKnownColumns) + "WHERE i.kind = ? AND i.key = ? ORDER BY s.source";
  TRY(Query query, statements_->database_.prepare(sql));
  query.bind(1, static_cast<std::int64_t>(indicator.kind)).bind_blob(2, indicator.key);
  std::optional<Known> found;
  TRY_VOID(read_known(query, [&](const Known& known) { return found = known, true; }));
  return found;
}

Result<std::optional<Known>> IntelStore::find(std::uint32_t id) const {
  const std::string sql = std::string(kKnownColumns) + "WHERE i.id = ? ORDER BY s.source";
  TRY(Query query, statements_->database_.prepare(sql));
  query.bind(1, std::int64_t{id});
  std::optional<Known> found;
  TRY_VOID(read_known(query, [&](const Known& known) { return found = known, true; }));
  return found;
}

Result<std::vector<SourceFacts>> IntelStore::sources() const {
  TRY(Query query,
      statements_->database_.prepare("SELECT name, format, imported, (SELECT count(*) FROM statement s WHERE"
                                     " s.source = o.id) FROM source o ORDER BY name"));
  std::vector<SourceFacts> out;
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return out;
    out.push_back({std::string(query.text(0)),
                   std::string(query.text(1)),
                   {query.number(2)},
                   static_cast<std::uint64_t>(query.number(3))});
  }
}

Result<void> IntelStore::load_harmless(HarmlessList& list) const {
  TRY(Query query, statements_->database_.prepare("SELECT list, match, kind, key FROM harmless"));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return {};
    list.add(query.text(0), {static_cast<Harmless::Match>(query.number(1)),
                             static_cast<Kind>(query.number(2)), std::string(query.blob(3))});
  }
}

Result<bool> IntelStore::remove(const Indicator& indicator, std::string_view reason) {
  TRY(const std::optional<Known> known, find(indicator));
  if (!known) return false;
  TRY(Query query, statements_->database_.prepare("INSERT OR REPLACE INTO removed VALUES(?, ?, ?)"));
  query.bind(1, static_cast<std::int64_t>(indicator.kind)).bind_blob(2, indicator.key);
  TRY_VOID(query.bind(3, reason).run());
  TRY_VOID(statements_->raise_version());
  return true;
}

Result<std::uint64_t> IntelStore::remove_source(std::string_view name) {
  TRY(Query query, statements_->database_.prepare(
                       "DELETE FROM statement WHERE source IN (SELECT id FROM source WHERE name = ?)"));
  TRY_VOID(query.bind(1, name).run());
  const auto count = static_cast<std::uint64_t>(statements_->database_.changes());
  TRY(Query forget, statements_->database_.prepare("DELETE FROM source WHERE name = ?"));
  TRY_VOID(forget.bind(1, name).run());
  TRY_VOID(statements_->raise_version());
  return count;
}

Result<std::int64_t> IntelStore::version() const {
  TRY(Query query, statements_->database_.prepare("SELECT value FROM setting WHERE name = 'version'"));
  TRY(const bool has_row, query.step());
  return has_row ? query.number(0) : 0;
}

}  // namespace bartizan::intel
