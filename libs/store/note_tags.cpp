#include "store/note_tags.hpp"

#include <algorithm>

#include <soci/soci.h>

namespace notes::store {
namespace {

struct Statement {
  explicit Statement(db::Session& session) : statement(session.soci()) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void prepare(const std::string& sql) {
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
  }

  soci::statement statement;
};

constexpr auto kRemoveTags = "DELETE FROM note_tags WHERE note_id = :note";

struct RemoveTags : Statement {
  explicit RemoveTags(db::Session& session) : Statement(session) {
    statement.exchange(soci::use(note, "note"));
    prepare(kRemoveTags);
  }

  std::string note;
};

// Sets what is set already, so that RETURNING has the row in both cases and it is locked.
constexpr auto kFindOrMakeTag =
    "INSERT INTO tags (id, owner_id, name, folded, created_at) "
    "VALUES (:id, :owner, :name, :folded, :now) "
    "ON CONFLICT (owner_id, folded) DO UPDATE SET folded = excluded.folded RETURNING id, name";

struct FindOrMakeTag : Statement {
  explicit FindOrMakeTag(db::Session& session) : Statement(session) {
    statement.exchange(soci::use(new_id, "id"));
    statement.exchange(soci::use(owner, "owner"));
    statement.exchange(soci::use(new_name, "name"));
    statement.exchange(soci::use(folded, "folded"));
    statement.exchange(soci::use(now, "now"));
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(name));
    prepare(kFindOrMakeTag);
  }

  std::string new_id;
  std::string owner;
  std::string new_name;
  std::string folded;
  std::string now;
  std::string id;
  std::string name;
};

constexpr auto kAddTag = "INSERT INTO note_tags (note_id, tag_id) VALUES (:note, :tag)";

struct AddTag : Statement {
  explicit AddTag(db::Session& session) : Statement(session) {
    statement.exchange(soci::use(note, "note"));
    statement.exchange(soci::use(tag, "tag"));
    prepare(kAddTag);
  }

  std::string note;
  std::string tag;
};

}  // namespace

std::vector<std::string> set_tags(db::Session& session, domain::UserId owner, domain::NoteId note,
                                  const std::vector<domain::Tag>& tags, Timestamp now) {
  auto& remove = session.kept<RemoveTags>();
  remove.note = to_string(note);
  remove.statement.execute(true);
  std::vector<std::string> names;
  for (const auto& tag : tags) {
    auto& find = session.kept<FindOrMakeTag>();
    find.new_id = to_string(domain::TagId::make(now));
    find.owner = to_string(owner);
    find.new_name = tag.name;
    find.folded = tag.folded;
    find.now = to_string(now);
    // To its end: on SQLite the row is only there for good once the statement is done.
    for (bool more = find.statement.execute(true); more; more = find.statement.fetch()) {
      names.push_back(find.name);
    }
    auto& add = session.kept<AddTag>();
    add.note = to_string(note);
    add.tag = find.id;
    add.statement.execute(true);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace notes::store
