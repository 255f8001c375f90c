#include "migrate/picture.hpp"

#include <doctest/doctest.h>

#include "migrate/batch.hpp"
#include "migrate/checksum.hpp"

using namespace notes;
using namespace notes::migrate;

namespace {

Migration file(const std::string& id, const std::string& parent, const std::string& sql) {
  return parse_migration(id + ".sql", "-- revision: " + id + "\n-- down_revision: " + parent +
                                          "\n-- migrate:up\n" + sql);
}

AppliedRevision row(const Migration& migration) {
  AppliedRevision applied;
  applied.revision = migration.revision;
  applied.parents = migration.down_revisions;
  applied.checksum = sha256(migration.source);
  applied.token_checksum = token_checksum(migration, db::Engine::sqlite);
  return applied;
}

}  // namespace

TEST_CASE("sha256 gives FIPS 180-4's example") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("each revision stands where file and history put it") {
  const auto missing = row(file("d4", "a1", "SELECT 4;"));
  const Picture picture({file("a1", "none", "SELECT 1;"), file("b2", "a1", "SELECT 2; -- reworded"),
                         file("c3", "b2", "SELECT 33;"), file("e5", "c3", "SELECT 5;")},
                        {row(file("a1", "none", "SELECT 1;")), row(file("b2", "a1", "SELECT 2;")),
                         row(file("c3", "b2", "SELECT 3;")), missing},
                        db::Engine::sqlite);
  const auto state = [&](std::string_view id) { return picture.state(*picture.graph().find(id)); };

  CHECK(state("a1") == State::applied);
  CHECK(state("b2") == State::reworded);
  CHECK(state("c3") == State::altered);
  CHECK(state("d4") == State::missing);
  CHECK(state("e5") == State::pending);
  CHECK(picture.applied() == AppliedSet{"a1", "b2", "c3", "d4"});
  CHECK(picture.file(*picture.graph().find("d4")) == nullptr);
  CHECK(picture.row(*picture.graph().find("e5")) == nullptr);
  CHECK(picture.graph().parents(*picture.graph().find("d4")) == std::vector<Graph::Index>{0});
}

TEST_CASE("a moved parent is no change of what was run") {
  const Picture picture({file("a1", "none", "SELECT 1;"), file("b2", "a1", "SELECT 2;")},
                        {row(file("b2", "none", "SELECT 2;"))}, db::Engine::sqlite);
  CHECK(picture.state(1) == State::reworded);
}
