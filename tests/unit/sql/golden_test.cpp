#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "sql/statement.hpp"
#include "support/temporary_directory.hpp"

using namespace notes::sql;

namespace {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::ordinary:
      return "ordinary";
    case Kind::transaction_control:
      return "transaction_control";
    case Kind::standalone:
      return "standalone";
    case Kind::procedural:
      return "procedural";
  }
  return "";
}

std::string_view name_of(Effect effect) {
  switch (effect) {
    case Effect::none:
      return "";
    case Effect::repeatable:
      return " repeatable";
    case Effect::index_created:
      return " index_created";
    case Effect::index_dropped:
      return " index_dropped";
    case Effect::partition_detached:
      return " partition_detached";
    case Effect::reindexed:
      return " reindexed";
  }
  return "";
}

/// One line for each statement (where, what), then its text behind a bar; a carriage return shows
/// as <CR>.
std::string render(const std::string& text, Syntax syntax) {
  std::string out;
  try {
    for (const auto& statement : split(text, syntax)) {
      fmt::format_to(std::back_inserter(out), "{}:{} {}{}{}{}\n  | ", statement.position.line,
                     statement.position.column, name_of(statement.kind), name_of(statement.effect),
                     statement.command.empty() ? "" : " ", statement.command);
      for (const char character : statement.text) {
        if (character == '\r') {
          out += "<CR>";
        } else {
          out += character;
          if (character == '\n') out += "  | ";
        }
      }
      out += '\n';
    }
  } catch (const SyntaxError& error) {
    out = fmt::format("error {}:{} {}\n", error.position().line, error.position().column,
                      error.what());
  }
  return out;
}

std::vector<std::filesystem::path> cases(std::string_view folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(NOTES_GOLDEN) / folder)) {
    if (entry.path().extension() == ".sql") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void check_folder(std::string_view folder, Syntax syntax) {
  for (const auto& path : cases(folder)) {
    CAPTURE(path.string());
    auto expected = path;
    expected.replace_extension(".out");
    CHECK(render(notes::tests::read_file(path), syntax) == notes::tests::read_file(expected));
  }
}

}  // namespace

TEST_CASE("the golden folder holds at least forty cases") {
  CHECK(cases("postgresql").size() + cases("sqlite").size() >= 40);
}

TEST_CASE("PostgreSQL texts are cut and classified as written down") {
  check_folder("postgresql", Syntax::postgresql);
}

TEST_CASE("SQLite texts are cut and classified as written down") {
  check_folder("sqlite", Syntax::sqlite);
}

TEST_CASE("SQLite texts are cut where sqlite3_prepare_v2 puts its tail") {
  std::size_t compared = 0;
  for (const auto& path : cases("sqlite")) {
    CAPTURE(path.string());
    const std::string text = notes::tests::read_file(path);
    if (render(text, Syntax::sqlite).starts_with("error ")) continue;
    sqlite3* opened = nullptr;
    REQUIRE(sqlite3_open(":memory:", &opened) == SQLITE_OK);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, sqlite3_close);
    const char* rest = text.c_str();
    for (const auto& statement : split(text, Syntax::sqlite)) {
      CAPTURE(statement.text);
      sqlite3_stmt* prepared = nullptr;
      const char* tail = rest;
      // An empty statement (a lone semicolon, a comment) prepares to nothing.
      while (prepared == nullptr) {
        rest = tail;
        REQUIRE(sqlite3_prepare_v2(opened, rest, -1, &prepared, &tail) == SQLITE_OK);
        REQUIRE(tail > rest);
      }
      const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner(prepared, sqlite3_finalize);
      const std::string taken(rest, tail);
      const auto end = statement.position.offset + statement.text.size();
      CHECK(taken.find(statement.text) != std::string::npos);
      // Behind the statement SQLite has taken its semicolon, and comments at most.
      const auto behind = text.substr(end, static_cast<std::size_t>(tail - text.c_str()) - end);
      for (const auto& token : tokens(behind, Syntax::sqlite)) CHECK(token.text == ";");
      while (sqlite3_step(prepared) == SQLITE_ROW) {
      }
      rest = tail;
      ++compared;
    }
  }
  CHECK(compared >= 30);
}
