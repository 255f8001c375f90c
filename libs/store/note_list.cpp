#include "store/note_list.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <soci/soci.h>

#include "db/dialect.hpp"
#include "store/note_row.hpp"

namespace notes::store {
namespace {

using domain::NoteFilter;
using domain::NoteQuery;
using domain::NoteSort;
using domain::UserId;

/// The texts of lists that a session keeps prepared: there are thousands of combinations, of which
/// a client uses a few.
constexpr std::size_t kMostKept = 64;

constexpr auto kHasTag =
    " AND EXISTS (SELECT 1 FROM note_tags JOIN tags ON tags.id = note_tags.tag_id "
    "WHERE note_tags.note_id = notes.id AND tags.owner_id = :tag_owner AND tags.folded = :tag)";

std::string conditions(const NoteFilter& filter, std::string_view owner = "notes.owner_id") {
  auto text = fmt::format("{} = :owner AND notes.deleted_at IS ", owner);
  text += filter.trashed ? "NOT NULL" : "NULL";
  if (filter.tag) text += kHasTag;
  if (filter.pinned) text += " AND notes.pinned = :pinned";
  if (filter.archived) text += " AND notes.archived = :archived";
  if (filter.created_from) text += " AND notes.created_at >= :created_from";
  if (filter.created_before) text += " AND notes.created_at < :created_before";
  if (filter.updated_from) text += " AND notes.updated_at >= :updated_from";
  if (filter.updated_before) text += " AND notes.updated_at < :updated_before";
  return text;
}

struct Order {
  std::string_view by;
  std::string_view behind;
};

Order order(NoteSort sort) {
  switch (sort) {
    case NoteSort::created:
      return {"notes.created_at DESC, notes.id DESC", "(notes.created_at, notes.id) <"};
    case NoteSort::updated:
      return {"notes.updated_at DESC, notes.id DESC", "(notes.updated_at, notes.id) <"};
    case NoteSort::title:
      return {"notes.title, notes.id", "(notes.title, notes.id) >"};
  }
  return {};
}

std::string text_of(const std::optional<Timestamp>& time) { return time ? to_string(*time) : ""; }

/// What conditions() names.
struct FilterVariables {
  void bind(soci::statement& statement, const NoteFilter& filter) {
    statement.exchange(soci::use(owner, "owner"));
    if (filter.tag) {
      statement.exchange(soci::use(owner, "tag_owner"));
      statement.exchange(soci::use(tag, "tag"));
    }
    if (filter.pinned) statement.exchange(soci::use(pinned, "pinned"));
    if (filter.archived) statement.exchange(soci::use(archived, "archived"));
    if (filter.created_from) statement.exchange(soci::use(created_from, "created_from"));
    if (filter.created_before) statement.exchange(soci::use(created_before, "created_before"));
    if (filter.updated_from) statement.exchange(soci::use(updated_from, "updated_from"));
    if (filter.updated_before) statement.exchange(soci::use(updated_before, "updated_before"));
  }

  void set(UserId of, const NoteFilter& filter) {
    owner = to_string(of);
    tag = filter.tag.value_or("");
    pinned = filter.pinned.value_or(false) ? 1 : 0;
    archived = filter.archived.value_or(false) ? 1 : 0;
    created_from = text_of(filter.created_from);
    created_before = text_of(filter.created_before);
    updated_from = text_of(filter.updated_from);
    updated_before = text_of(filter.updated_before);
  }

  std::string owner;
  std::string tag;
  int pinned = 0;
  int archived = 0;
  std::string created_from;
  std::string created_before;
  std::string updated_from;
  std::string updated_before;
};

struct ListNotes : NoteStatement {
  ListNotes(db::Session& session, const NoteQuery& query, const std::string& sql)
      : NoteStatement(session) {
    filter.bind(statement, query.filter);
    if (query.after) {
      statement.exchange(soci::use(after_key, "after_key"));
      statement.exchange(soci::use(after_id, "after_id"));
    }
    statement.exchange(soci::use(limit, "limit"));
    prepare_reading(sql);
  }

  FilterVariables filter;
  std::string after_key;
  std::string after_id;
  long long limit = 0;
};

struct FindNotes : NoteStatement {
  FindNotes(db::Session& session, const NoteFilter& by, const std::string& sql)
      : NoteStatement(session), ids(kMostNotesAtOnce) {
    filter.bind(statement, by);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      statement.exchange(soci::use(ids[i], fmt::format("id{}", i)));
    }
    prepare_reading(sql);
  }

  FilterVariables filter;
  std::vector<std::string> ids;
};

struct CountNotes : NoteStatement {
  CountNotes(db::Session& session, const NoteFilter& by, const std::string& sql)
      : NoteStatement(session) {
    filter.bind(statement, by);
    statement.exchange(soci::use(most, "most"));
    statement.exchange(soci::into(count));
    prepare(sql);
  }

  FilterVariables filter;
  long long most = 0;
  long long count = 0;
};

/// The statements of one kind that a session keeps, by their text.
template <typename Statement>
struct KeptByText {
  explicit KeptByText(db::Session& lent) : session(lent) {}
  KeptByText(const KeptByText&) = delete;
  KeptByText& operator=(const KeptByText&) = delete;

  template <typename Shape>
  Statement& of(const Shape& shape, const std::string& sql) {
    if (statements.size() >= kMostKept && !statements.contains(sql)) statements.clear();
    auto& slot = statements[sql];
    if (!slot) slot = std::make_unique<Statement>(session, shape, sql);
    return *slot;
  }

  db::Session& session;
  std::map<std::string, std::unique_ptr<Statement>> statements;
};

}  // namespace

std::string list_statement(const db::Dialect& dialect, const NoteQuery& query) {
  const auto [by, behind] = order(query.sort);
  const auto after = query.after ? fmt::format(" AND {} (:after_key, :after_id)", behind) : "";
  return fmt::format("SELECT {} FROM notes WHERE {}{} ORDER BY {} LIMIT :limit",
                     note_columns(dialect, query.bodies), conditions(query.filter), after, by);
}

std::vector<domain::Note> list_notes(db::Session& session, UserId owner, const NoteQuery& query) {
  auto& list =
      session.kept<KeptByText<ListNotes>>().of(query, list_statement(session.dialect(), query));
  list.filter.set(owner, query.filter);
  if (query.after) {
    list.after_key = query.after->key;
    list.after_id = to_string(query.after->id);
  }
  list.limit = static_cast<long long>(query.limit);
  return list.read_all();
}

std::vector<domain::Note> find_notes(db::Session& session, UserId owner, const NoteFilter& filter,
                                     std::span<const domain::NoteId> ids) {
  if (ids.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < kMostNotesAtOnce; ++i) {
    names += fmt::format("{}:id{}", i == 0 ? "" : ", ", i);
  }
  // An owner who is not compared as the column stands: SQLite, when it has not been told how many
  // notes one has, would rather go through all of them than look up as many ids.
  const auto sql = fmt::format("SELECT {} FROM notes WHERE notes.id IN ({}) AND {}",
                               note_columns(session.dialect()), names,
                               conditions(filter, "CAST(notes.owner_id AS TEXT)"));
  auto& find = session.kept<KeptByText<FindNotes>>().of(filter, sql);
  find.filter.set(owner, filter);
  // The statement always has as many: the last id stands for those that there are not.
  for (std::size_t i = 0; i < find.ids.size(); ++i) {
    find.ids[i] = to_string(ids[std::min(i, ids.size() - 1)]);
  }
  return find.read_all();
}

std::int64_t count_notes(db::Session& session, UserId owner, const NoteFilter& filter,
                         std::int64_t most) {
  const auto sql = fmt::format(
      "SELECT COUNT(*) FROM (SELECT 1 AS found FROM notes WHERE {} LIMIT :most) AS counted",
      conditions(filter));
  auto& count = session.kept<KeptByText<CountNotes>>().of(filter, sql);
  count.filter.set(owner, filter);
  count.most = most;
  count.statement.execute(true);
  return count.count;
}

}  // namespace notes::store
