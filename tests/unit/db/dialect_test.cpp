#include "db/dialect.hpp"

#include <doctest/doctest.h>

namespace notes::db {
namespace {

TEST_CASE("each engine has its dialect") {
  CHECK(Dialect::of(Engine::sqlite).engine() == Engine::sqlite);
  CHECK(Dialect::of(Engine::postgresql).engine() == Engine::postgresql);
  CHECK(Dialect::of(Engine::sqlite).begin_write() == "BEGIN IMMEDIATE");
  CHECK(Dialect::of(Engine::postgresql).begin_write() == "BEGIN");
}

TEST_CASE("rows are locked where others could write beside a transaction") {
  const auto& sqlite = Dialect::of(Engine::sqlite);
  const auto& postgresql = Dialect::of(Engine::postgresql);
  CHECK(sqlite.row_lock(RowLock::update).empty());
  CHECK(postgresql.row_lock(RowLock::share) == " FOR SHARE");
  CHECK(postgresql.row_lock(RowLock::update) == " FOR UPDATE");
  CHECK(postgresql.row_lock(RowLock::update_unlocked) == " FOR UPDATE SKIP LOCKED");
}

TEST_CASE("an identifier is quoted as SQL-92 has it") {
  const auto& dialect = Dialect::of(Engine::sqlite);
  CHECK(dialect.quote("notes") == "\"notes\"");
  CHECK(dialect.quote("a\"b") == "\"a\"\"b\"");
  CHECK(dialect.quote("") == "\"\"");
}

TEST_CASE("each failure leaves with its code") {
  CHECK(error_code(Failure::retryable) == ErrorCode::locked);
  CHECK(error_code(Failure::disconnected) == ErrorCode::unreachable);
  CHECK(error_code(Failure::unique) == ErrorCode::conflict);
  CHECK(error_code(Failure::reference) == ErrorCode::conflict);
  CHECK(error_code(Failure::rule) == ErrorCode::conflict);
  CHECK(error_code(Failure::cancelled) == ErrorCode::deadline_exceeded);
  CHECK(error_code(Failure::full) == ErrorCode::unreachable);
  CHECK(error_code(Failure::missing) == ErrorCode::pending);
  CHECK(error_code(Failure::other) == ErrorCode::internal);
}

}  // namespace
}  // namespace notes::db
