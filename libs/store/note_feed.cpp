#include "store/note_feed.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

#include "db/dialect.hpp"
#include "db/query.hpp"
#include "store/note_row.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::NoteChange;
using domain::NoteId;
using domain::UserId;

/// How many rows one INSERT gets: SQLite looks each parameter up among all of them.
constexpr std::size_t kRowsAtOnce = 200;

constexpr auto kTakeSequences =
    "INSERT INTO note_feeds (owner_id, last_sequence) VALUES (:owner, :count) "
    "ON CONFLICT (owner_id) DO UPDATE "
    "SET last_sequence = note_feeds.last_sequence + excluded.last_sequence "
    "RETURNING last_sequence";

struct TakeSequences {
  explicit TakeSequences(db::Session& session) : statement(session.soci()) {
    statement.exchange(soci::use(owner, "owner"));
    statement.exchange(soci::use(count, "count"));
    statement.exchange(soci::into(last));
    statement.alloc();
    statement.prepare(kTakeSequences);
    statement.define_and_bind();
  }
  TakeSequences(const TakeSequences&) = delete;
  TakeSequences& operator=(const TakeSequences&) = delete;

  std::string owner;
  long long count = 0;
  long long last = 0;
  soci::statement statement;
};

constexpr auto kTakeFreeSequences =
    "UPDATE note_feeds SET last_sequence = last_sequence + CAST(:p0 AS BIGINT) WHERE owner_id IN "
    "(SELECT owner_id FROM note_feeds WHERE {}{}) "
    "RETURNING CAST(owner_id AS TEXT), CAST(last_sequence AS TEXT)";

struct TakeFreeSequences {
  explicit TakeFreeSequences(db::Session& session)
      : query(session,
              fmt::format(kTakeFreeSequences, session.dialect().one_of("owner_id", "UUID", ":p1"),
                          session.dialect().row_lock(db::RowLock::update_unlocked)),
              2, 2) {}
  db::PreparedQuery query;
};

// One statement, so that what is read of the feed and of its row is of one moment.
constexpr auto kReadPage =
    "SELECT CAST(note_feeds.last_sequence AS TEXT), "
    "CAST(note_feeds.forgotten_sequence AS TEXT), CAST(page.sequence AS TEXT), "
    "CAST(page.buried AS TEXT) FROM note_feeds LEFT JOIN ("
    "SELECT sequence, CAST(NULL AS UUID) AS buried FROM notes "
    "WHERE owner_id = :p0 AND sequence > CAST(:p1 AS BIGINT) UNION ALL "
    "SELECT sequence, note_id AS buried FROM note_tombstones "
    "WHERE owner_id = :p0 AND sequence > CAST(:p1 AS BIGINT) "
    "ORDER BY sequence LIMIT CAST(:p2 AS BIGINT)) AS page ON 1 = 1 "
    "WHERE note_feeds.owner_id = :p0 ORDER BY page.sequence";

struct ReadPage {
  explicit ReadPage(db::Session& session) : query(session, kReadPage, 3, 4) {}
  db::PreparedQuery query;
};

constexpr auto kReadNotes =
    "SELECT {}, notes.sequence FROM notes WHERE owner_id = :owner "
    "AND sequence > :since AND sequence <= :last ORDER BY sequence";

struct ReadNotes : NoteStatement {
  explicit ReadNotes(db::Session& session) : NoteStatement(session) {
    statement.exchange(soci::use(owner, "owner"));
    statement.exchange(soci::use(since, "since"));
    statement.exchange(soci::use(last, "last"));
    define_note();
    statement.exchange(soci::into(sequence));
    prepare(fmt::format(kReadNotes, note_columns(session.dialect())));
  }

  std::string owner;
  long long since = 0;
  long long last = 0;
  long long sequence = 0;
};

void add_notes(db::Session& session, UserId owner, std::int64_t since, FeedPage& page) {
  auto& read = session.kept<ReadNotes>();
  read.owner = to_string(owner);
  read.since = since;
  read.last = page.read_to;
  for (bool more = read.statement.execute(true); more; more = read.statement.fetch()) {
    auto note = read.row.note();
    const auto id = note.id;
    page.changes.push_back({.sequence = read.sequence, .id = id, .note = std::move(note)});
  }
  std::sort(page.changes.begin(), page.changes.end(),
            [](const auto& left, const auto& right) { return left.sequence < right.sequence; });
}

constexpr auto kCountUnplaced =
    "SELECT CAST(COUNT(*) AS TEXT) FROM (SELECT 1 AS found FROM notes "
    "WHERE owner_id = :p0 AND sequence IS NULL LIMIT CAST(:p1 AS BIGINT)) AS unplaced";

struct CountUnplaced {
  explicit CountUnplaced(db::Session& session) : query(session, kCountUnplaced, 2, 1) {}
  db::PreparedQuery query;
};

constexpr auto kPlaceNotes =
    "UPDATE notes SET sequence = CAST(:p0 AS BIGINT) - 1 + ranked.place FROM "
    "(SELECT id, ROW_NUMBER() OVER (ORDER BY updated_at, id) AS place FROM notes "
    "WHERE owner_id = :p1 AND sequence IS NULL "
    "ORDER BY updated_at, id LIMIT CAST(:p2 AS BIGINT)) AS ranked WHERE ranked.id = notes.id "
    "RETURNING CAST(notes.id AS TEXT)";

constexpr auto kCountTombstones =
    "SELECT CAST(COUNT(*) AS TEXT) FROM note_tombstones WHERE deleted_at < :p0";

constexpr auto kOldTombstones =
    "SELECT CAST(owner_id AS TEXT), CAST(MAX(sequence) AS TEXT) FROM "
    "(SELECT owner_id, sequence FROM note_tombstones WHERE deleted_at < :p0 "
    "ORDER BY deleted_at LIMIT CAST(:p1 AS BIGINT)) AS old GROUP BY owner_id ORDER BY owner_id";

constexpr auto kForget =
    "UPDATE note_feeds SET forgotten_sequence = CAST(:p0 AS BIGINT) "
    "WHERE owner_id = :p1 AND forgotten_sequence < CAST(:p0 AS BIGINT) RETURNING CAST(owner_id AS "
    "TEXT)";

constexpr auto kDeleteTombstones =
    "DELETE FROM note_tombstones WHERE owner_id = :p0 AND sequence <= CAST(:p1 AS BIGINT) "
    "AND deleted_at < :p2 RETURNING CAST(sequence AS TEXT)";

}  // namespace

std::int64_t take_sequences(db::Session& session, UserId owner, std::int64_t count) {
  auto& take = session.kept<TakeSequences>();
  take.owner = to_string(owner);
  take.count = count;
  // To its end: on SQLite the row is only there for good once the statement is done.
  for (bool more = take.statement.execute(true); more; more = take.statement.fetch()) continue;
  return take.last - count + 1;
}

std::vector<std::optional<std::int64_t>> take_free_sequences(db::Session& session,
                                                             std::span<const UserId> owners,
                                                             std::int64_t count) {
  std::vector<std::string> names;
  names.reserve(owners.size());
  for (const auto owner : owners) names.push_back(to_string(owner));
  const auto rows = session.kept<TakeFreeSequences>().query.run(
      {std::to_string(count), session.dialect().list_value(names)});
  std::vector<std::optional<std::int64_t>> first(owners.size());
  for (const auto& row : rows) {
    const auto owner = std::find(names.begin(), names.end(), text_of(row[0]));
    first[static_cast<std::size_t>(owner - names.begin())] = number_of(row[1]) - count + 1;
  }
  return first;
}

void bury(db::Session& session, std::span<const Tombstone> tombstones, Timestamp now) {
  while (!tombstones.empty()) {
    const auto rows = tombstones.first(std::min(tombstones.size(), kRowsAtOnce));
    tombstones = tombstones.subspan(rows.size());
    db::Placeholders parameters;
    std::string values;
    for (const auto& row : rows) {
      values += fmt::format("{}({}, CAST({} AS BIGINT), {}, {})", values.empty() ? "" : ", ",
                            parameters.add(to_string(row.owner)),
                            parameters.add(std::to_string(row.sequence)),
                            parameters.add(to_string(row.note)), parameters.add(to_string(now)));
    }
    db::query(
        session,
        "INSERT INTO note_tombstones (owner_id, sequence, note_id, deleted_at) VALUES " + values,
        parameters.values());
  }
}

FeedPage read_feed(db::Session& session, UserId owner, std::int64_t since, std::size_t limit) {
  // One more than asked for tells whether there is a next page.
  auto rows = session.kept<ReadPage>().query.run(
      {to_string(owner), std::to_string(since), std::to_string(limit + 1)});
  FeedPage page;
  if (rows.empty()) return page;
  page.last_sequence = number_of(rows[0][0]);
  page.forgotten_sequence = number_of(rows[0][1]);
  page.read_to = std::max(since, page.last_sequence);
  if (rows.size() > limit) {
    page.has_more = true;
    rows.resize(limit);
    page.read_to = number_of(rows.back()[2]);
  }
  bool notes = false;
  for (const auto& row : rows) {
    notes = notes || (row[2] && !row[3]);
    if (row[3])
      page.changes.push_back({.sequence = number_of(row[2]), .id = id_of<NoteId>(row[3])});
  }
  if (notes) add_notes(session, owner, since, page);
  return page;
}

std::int64_t count_unplaced(db::Session& session, UserId owner, std::int64_t most) {
  return number_of(
      session.kept<CountUnplaced>().query.run({to_string(owner), std::to_string(most)}));
}

void place_notes(db::Session& session, UserId owner, std::int64_t first, std::int64_t count) {
  db::query(session, kPlaceNotes, {std::to_string(first), to_string(owner), std::to_string(count)});
}

std::int64_t count_tombstones(db::Session& session, Timestamp cutoff) {
  return number_of(db::query(session, kCountTombstones, {to_string(cutoff)}));
}

std::int64_t delete_tombstones(db::Session& session, Timestamp cutoff, std::size_t limit) {
  const auto before = to_string(cutoff);
  std::int64_t deleted = 0;
  for (const auto& row : db::query(session, kOldTombstones, {before, std::to_string(limit)})) {
    db::query(session, kForget, {row[1], row[0]});
    deleted += static_cast<std::int64_t>(
        db::query(session, kDeleteTombstones, {row[0], row[1], before}).size());
  }
  return deleted;
}

}  // namespace notes::store
