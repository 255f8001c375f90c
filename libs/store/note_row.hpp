#pragma once

#include <optional>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "db/session.hpp"
#include "domain/note_list.hpp"

/// How rows become notes: what the statements of this library that read notes share.
namespace notes::store {

/// What a statement that reads notes selects or returns, in the order in which NoteStatement reads
/// it; bodies that are left out read as empty. The table stands in it under its own name.
std::string note_columns(const db::Dialect& dialect, domain::Bodies bodies = domain::Bodies::read);

/// The names of the tags of the row of `notes` at hand, one per line, as an expression.
std::string tags_column(const db::Dialect& dialect);

/// The lines that tags_column() makes, as names in the order of their code points.
std::vector<std::string> read_tags(const std::string& lines);

/// The variables that a statement returning notes is bound to. Times and ids travel as text: SOCI's
/// std::tm has no microseconds.
struct NoteRow {
  std::string id;
  std::string owner;
  std::string title;
  std::string body;
  std::string tags;
  int pinned = 0;
  int archived = 0;
  long long version = 0;
  std::string created_at;
  std::string updated_at;
  std::string deleted_at;
  soci::indicator deleted = soci::i_null;

  /// Takes the texts out. Throws Error{internal} for what the schema rules out.
  domain::Note note();
};

/// A statement on notes. The members are bound by address: it stays where it was made
/// (Session::kept()).
struct NoteStatement {
  explicit NoteStatement(db::Session& session) : statement(session.soci()) {}
  NoteStatement(const NoteStatement&) = delete;
  NoteStatement& operator=(const NoteStatement&) = delete;

  void prepare(const std::string& sql);
  /// Binds the row to what note_columns() yields, which stands first.
  void define_note();
  /// For a statement that yields note_columns().
  void prepare_reading(const std::string& sql);
  /// Runs the statement to its end: one left open pins SQLite's snapshot.
  std::vector<domain::Note> read_all();
  std::optional<domain::Note> read_one();

  NoteRow row;
  soci::statement statement;
};

}  // namespace notes::store
