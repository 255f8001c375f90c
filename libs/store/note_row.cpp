#include "store/note_row.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "db/dialect.hpp"

namespace notes::store {
namespace {

template <typename T>
T read_id(const std::string& text) {
  const auto read = T::parse(text);
  if (!read) throw Error(ErrorCode::internal, "notes: a row has the id '" + text + "'");
  return *read;
}

Timestamp read_time(const std::string& text) {
  const auto read = Timestamp::parse(text);
  if (!read) throw Error(ErrorCode::internal, "notes: a row has the time '" + text + "'");
  return *read;
}

}  // namespace

std::string tags_column(const db::Dialect& dialect) {
  return fmt::format(
      "COALESCE((SELECT {}(tags.name, '\n') FROM note_tags JOIN tags ON tags.id = note_tags.tag_id "
      "WHERE note_tags.note_id = notes.id), '')",
      dialect.joining_aggregate());
}

std::string note_columns(const db::Dialect& dialect, domain::Bodies bodies) {
  return fmt::format(
      "notes.id, notes.owner_id, notes.title, {}, {}, notes.pinned, notes.archived, "
      "notes.version, notes.created_at, notes.updated_at, notes.deleted_at",
      bodies == domain::Bodies::read ? "notes.body" : "''", tags_column(dialect));
}

std::vector<std::string> read_tags(const std::string& lines) {
  std::vector<std::string> names;
  std::istringstream stream(lines);
  for (std::string name; std::getline(stream, name);) names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

domain::Note NoteRow::note() {
  domain::Note note;
  note.id = read_id<domain::NoteId>(id);
  note.owner = read_id<domain::UserId>(owner);
  note.title = std::move(title);
  note.body = std::move(body);
  if (!tags.empty()) note.tags = read_tags(tags);
  note.pinned = pinned != 0;
  note.archived = archived != 0;
  note.version = version;
  note.created_at = read_time(created_at);
  note.updated_at = read_time(updated_at);
  if (deleted == soci::i_ok) note.deleted_at = read_time(deleted_at);
  return note;
}

void NoteStatement::prepare(const std::string& sql) {
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
}

void NoteStatement::define_note() {
  statement.exchange(soci::into(row.id));
  statement.exchange(soci::into(row.owner));
  statement.exchange(soci::into(row.title));
  statement.exchange(soci::into(row.body));
  statement.exchange(soci::into(row.tags));
  statement.exchange(soci::into(row.pinned));
  statement.exchange(soci::into(row.archived));
  statement.exchange(soci::into(row.version));
  statement.exchange(soci::into(row.created_at));
  statement.exchange(soci::into(row.updated_at));
  statement.exchange(soci::into(row.deleted_at, row.deleted));
}

void NoteStatement::prepare_reading(const std::string& sql) {
  define_note();
  prepare(sql);
}

std::vector<domain::Note> NoteStatement::read_all() {
  std::vector<domain::Note> notes;
  for (bool more = statement.execute(true); more; more = statement.fetch()) {
    notes.push_back(row.note());
  }
  return notes;
}

std::optional<domain::Note> NoteStatement::read_one() {
  auto notes = read_all();
  if (notes.empty()) return std::nullopt;
  return std::move(notes.front());
}

}  // namespace notes::store
