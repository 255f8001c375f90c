#include "store/note_search.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "db/dialect.hpp"
#include "domain/search_terms.hpp"
#include "store/note_row.hpp"
#include "store/row_inserts.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

using domain::Note;
using domain::NoteId;
using domain::NotePosition;
using domain::UserId;

/// What the column notes.terms_state says (migration a7c4e91d3b58).
enum class TermsState { missing = 0, indexed = 1, too_many = 2 };

constexpr std::size_t kOwnerCharacters = 5;
static_assert(kOwnerCharacters <= domain::kTermAllowance);

/// In front of each term, so that nobody's search reads what others wrote: 25 bits of the owner's
/// id, by which hardly two have the same; if they do it costs time and nothing else.
std::string owner_prefix(UserId owner) {
  constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648 §6
  const auto& bytes = owner.uuid().bytes();
  std::uint32_t bits = 0;
  for (std::size_t i = bytes.size() - 4; i < bytes.size(); ++i) bits = bits << 8 | bytes[i];
  std::string prefix;
  for (std::size_t i = 0; i < kOwnerCharacters; ++i, bits >>= 5) prefix += kDigits[bits & 31];
  return prefix;
}

/// The terms as the index has them, and what notes.terms_state says then.
struct IndexedTerms {
  TermsState state = TermsState::indexed;
  std::string text;
};

IndexedTerms indexed_terms(const Note& note) {
  const auto terms = domain::terms_of(note);
  if (!terms) return {TermsState::too_many, ""};
  IndexedTerms indexed;
  const auto prefix = owner_prefix(note.owner);
  for (const auto& term : *terms) {
    if (!indexed.text.empty()) indexed.text += ' ';
    indexed.text += prefix;
    indexed.text += term;
  }
  return indexed;
}

std::string number(TermsState state) { return std::to_string(static_cast<int>(state)); }

constexpr auto kWrite =
    "INSERT INTO note_search (note_id, created_at, terms) VALUES {} "
    "ON CONFLICT (note_id) DO UPDATE SET terms = excluded.terms "
    "WHERE note_search.terms <> excluded.terms RETURNING CAST(note_id AS TEXT)";

struct WriteTerms : RowInserts {
  explicit WriteTerms(db::Session& session)
      : RowInserts(session, {.statement = kWrite,
                             .columns = {"{}", "{}", session.dialect().terms_value("{}")},
                             .returned = 1}) {}
};

RowInserts::Row row_of(const Note& note, IndexedTerms terms) {
  return {to_string(note.id), to_string(note.created_at), std::move(terms.text)};
}

constexpr auto kRemove = "DELETE FROM note_search WHERE note_id = :p0";

struct RemoveTerms {
  explicit RemoveTerms(db::Session& session) : query(session, kRemove, 1, 0) {}

  db::PreparedQuery query;
};

constexpr auto kMark =
    "UPDATE notes SET terms_state = CAST(:p0 AS SMALLINT) "
    "WHERE id = :p1 AND terms_state <> CAST(:p0 AS SMALLINT)";

struct MarkNote {
  explicit MarkNote(db::Session& session) : query(session, kMark, 2, 0) {}

  db::PreparedQuery query;
};

/// Whether that changed anything.
bool write(db::Session& session, const Note& note, IndexedTerms terms) {
  if (terms.state == TermsState::too_many) {
    return session.kept<RemoveTerms>().query.change({to_string(note.id)}) > 0;
  }
  return !session.kept<WriteTerms>().run({row_of(note, std::move(terms))}).empty();
}

void mark(db::Session& session, NoteId note, TermsState state) {
  session.kept<MarkNote>().query.change({number(state), to_string(note)});
}

// :p0 the terms, :p1 the owner, :p2 and :p3 the place to begin behind. The index is asked before
// anything is left out, so that a limit on what it finds is a limit on the time this takes.
constexpr auto kFind =
    "WITH indexed AS MATERIALIZED (SELECT note_id, note_search.created_at AS created_at {0} "
    "LIMIT {1}), "
    "others AS MATERIALIZED (SELECT id AS note_id, created_at FROM notes "
    "WHERE owner_id = :p1 AND terms_state <> 1 LIMIT {1}), "
    "found AS MATERIALIZED (SELECT note_id, created_at FROM indexed "
    "UNION SELECT note_id, created_at FROM others), "
    "counted AS (SELECT COUNT(*) AS total FROM found) "
    "SELECT CAST(counted.total AS TEXT), CAST(found.note_id AS TEXT), "
    "CAST(found.created_at AS TEXT) FROM counted LEFT JOIN found ON counted.total < {1} "
    "AND (found.created_at, found.note_id) < (:p2, :p3) "
    "ORDER BY found.created_at DESC, found.note_id DESC LIMIT CAST(:p4 AS BIGINT)";

struct FindCandidates {
  explicit FindCandidates(db::Session& session)
      : query(session,
              fmt::format(kFind, session.dialect().having_terms("note_search", ":p0"),
                          Candidates::kMost + 1),
              5, 3) {}

  db::PreparedQuery query;
};

/// Before the first of all notes.
const NotePosition& beginning() {
  static const NotePosition position{"9999-12-31T23:59:59.999999Z",
                                     *NoteId::parse("ffffffff-ffff-ffff-ffff-ffffffffffff")};
  return position;
}

struct NotesToIndex {
  std::string_view from;  ///< :p0 the owner and :p1 the id to begin behind
  std::string_view order;
};

constexpr NotesToIndex notes_to_index(Unindexed which) {
  switch (which) {
    case Unindexed::only:
      // Said twice: SQLite takes a partial index only where its own condition stands.
      return {
          "FROM notes WHERE terms_state <> 1 AND terms_state = 0 AND (owner_id, id) > (:p0, :p1)",
          "owner_id, id"};
    case Unindexed::or_not:
      return {"FROM notes WHERE CAST(:p0 AS TEXT) IS NOT NULL AND id > :p1", "id"};
  }
  return {};
}

/// Reads notes in a transaction.
std::vector<Note> read_notes(db::Session& session, const std::string& statement,
                             const NoteKey& after, std::size_t limit) {
  NoteStatement read(session);
  const auto owner = to_string(after.owner);
  const auto id = to_string(after.id);
  const auto most = static_cast<long long>(limit);
  read.statement.exchange(soci::use(owner, "p0"));
  read.statement.exchange(soci::use(id, "p1"));
  read.statement.exchange(soci::use(most, "p2"));
  read.prepare_reading(statement);
  return read.read_all();
}

std::vector<Note> read_notes(db::Session& session, Unindexed which, const NoteKey& after,
                             std::size_t limit, std::string_view lock) {
  const auto [from, order] = notes_to_index(which);
  return read_notes(session,
                    fmt::format("SELECT {} {} ORDER BY {} LIMIT :p2{}",
                                note_columns(session.dialect()), from, order, lock),
                    after, limit);
}

constexpr auto kHasTerms =
    "SELECT CAST(notes.terms_state AS TEXT), CAST(COUNT(note_search.note_id) AS TEXT) FROM notes "
    "LEFT JOIN note_search ON note_search.note_id = notes.id AND note_search.terms = {} "
    "WHERE notes.id = :p1 GROUP BY notes.terms_state";

struct HasTerms {
  explicit HasTerms(db::Session& session)
      : query(session, fmt::format(kHasTerms, session.dialect().terms_value(":p0")), 2, 2) {}

  db::PreparedQuery query;
};

/// Also right for a note that is not in the index yet, or gone.
bool has_right_terms(db::Session& session, const Note& note) {
  const auto terms = indexed_terms(note);
  const auto rows = session.kept<HasTerms>().query.run({terms.text, to_string(note.id)});
  if (rows.empty() || text_of(rows[0][0]) == number(TermsState::missing)) return true;
  const bool has_them = number_of(rows[0][1]) == 1;
  return text_of(rows[0][0]) == number(terms.state) &&
         (has_them || terms.state == TermsState::too_many);
}

}  // namespace

void add_terms(db::Session& session, std::span<const Note* const> notes) {
  std::vector<RowInserts::Row> rows;
  for (const Note* note : notes) {
    auto terms = indexed_terms(*note);
    if (terms.state == TermsState::indexed) {
      rows.push_back(row_of(*note, std::move(terms)));
    } else {
      mark(session, note->id, terms.state);
    }
  }
  session.kept<WriteTerms>().run(rows);
}

void replace_terms(db::Session& session, const Note& note) {
  auto terms = indexed_terms(note);
  const auto state = terms.state;
  write(session, note, std::move(terms));
  mark(session, note.id, state);
}

Candidates find_candidates(db::Session& session, UserId owner,
                           std::span<const domain::IndexTerm> terms,
                           const std::optional<NotePosition>& after, std::size_t limit) {
  const auto prefix = owner_prefix(owner);
  std::vector<db::Term> wanted;
  for (const auto& term : terms) wanted.push_back({prefix + term.text, term.prefix});
  const auto& behind = after ? *after : beginning();
  const auto rows = session.kept<FindCandidates>().query.run(
      {session.dialect().terms_wanted(wanted), to_string(owner), behind.key, to_string(behind.id),
       std::to_string(limit)});
  Candidates found;
  found.too_many = static_cast<std::size_t>(number_of(rows.at(0)[0])) > Candidates::kMost;
  for (const auto& row : rows) {
    if (!row[1]) continue;
    found.positions.push_back({to_string(time_of(row[2])), id_of<NoteId>(row[1])});
  }
  return found;
}

Indexed index_notes(db::Session& session, Unindexed which, const NoteKey& after,
                    std::size_t limit) {
  Indexed indexed;
  const auto lock = session.dialect().row_lock(db::RowLock::update_unlocked);
  for (const auto& note : read_notes(session, which, after, limit, lock)) {
    auto terms = indexed_terms(note);
    const auto state = terms.state;
    if (write(session, note, std::move(terms))) ++indexed.changed;
    mark(session, note.id, state);
    indexed.notes.push_back({note.owner, note.id});
  }
  return indexed;
}

std::int64_t count_notes_to_index(db::Session& session, Unindexed which, const NoteKey& after) {
  return number_of(db::query(
      session, fmt::format("SELECT CAST(COUNT(*) AS TEXT) {}", notes_to_index(which).from),
      {to_string(after.owner), to_string(after.id)}));
}

WrongTerms find_wrong_terms(db::Session& session, NoteId after, std::size_t limit) {
  WrongTerms wrong;
  for (const auto& note : read_notes(session, Unindexed::or_not, {{}, after}, limit, "")) {
    if (!has_right_terms(session, note)) wrong.notes.push_back(note.id);
    wrong.last = note.id;
  }
  return wrong;
}

}  // namespace notes::store
