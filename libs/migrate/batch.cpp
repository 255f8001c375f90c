#include "migrate/batch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "migrate/checksum.hpp"

namespace notes::migrate {
namespace {

sql::Syntax syntax_of(db::Engine engine) {
  return engine == db::Engine::postgresql ? sql::Syntax::postgresql : sql::Syntax::sqlite;
}

[[noreturn]] void fail(const Migration& migration, const sql::Position& position,
                       std::string_view reason) {
  throw Error(ErrorCode::malformed, fmt::format("{}:{}:{}: {}", migration.path.string(),
                                                position.line, position.column, reason));
}

std::vector<BatchStatement> statements(const Migration& migration, const Section& section,
                                       db::Engine engine) {
  std::vector<BatchStatement> found;
  std::size_t previous_line = 0;
  for (auto& statement : sql::split(migration.text(section), syntax_of(engine), section.start)) {
    const auto line = statement.position.line;
    const bool marked =
        std::any_of(section.idempotent_lines.begin(), section.idempotent_lines.end(),
                    [&](std::size_t at) { return at > previous_line && at < line; });
    previous_line = line;
    found.push_back({std::move(statement), marked});
  }
  return found;
}

bool is_standalone(const BatchStatement& item) {
  return item.statement.kind == sql::Kind::standalone;
}

void check_transactional(const Migration& migration, const std::vector<BatchStatement>& items) {
  const auto standalone = std::find_if(items.begin(), items.end(), is_standalone);
  if (standalone == items.end()) return;
  fail(migration, standalone->statement.position,
       fmt::format("{} cannot run inside a transaction, and other statements of this section do; "
                   "put it into a section of its "
                   "own that begins with '-- migrate:up transaction:false' (or down)",
                   standalone->statement.command));
}

/// PostgreSQL: a label is unusable in the transaction that adds it (SQLSTATE 55P04).
void check_enum_labels(const Migration& migration, const Batch& batch) {
  const auto& items = batch.statements;
  for (auto adds = items.begin(); adds != items.end(); ++adds) {
    const std::string& label = adds->statement.enum_label;
    if (label.empty()) continue;
    for (auto uses = adds + 1; uses != items.end(); ++uses) {
      if (!uses->statement.enum_label.empty()) continue;
      for (const auto& token : sql::tokens(uses->statement.text, sql::Syntax::postgresql)) {
        if (token.text != "'" + label + "'") continue;
        fail(migration, uses->statement.position,
             fmt::format("the label '{}' is added on line {} of the same transaction and cannot be "
                         "used before that has "
                         "committed; put ALTER TYPE ADD VALUE into a '-- migrate:up "
                         "transaction:false' section above this one",
                         label, adds->statement.position.line));
      }
    }
  }
}

Batch batch_of(const Migration& migration, const Section& section, db::Engine engine) {
  Batch batch{section.transactional, statements(migration, section, engine)};
  for (const auto& item : batch.statements) {
    if (item.statement.kind != sql::Kind::transaction_control) continue;
    fail(migration, item.statement.position,
         fmt::format("{}: the migration runs in a transaction of the tool's own, together with its "
                     "entry in the history; "
                     "leave it out, or begin the section with 'transaction:false' to have each "
                     "statement commit by itself",
                     item.statement.command));
  }
  const bool all_standalone =
      !batch.statements.empty() &&
      std::all_of(batch.statements.begin(), batch.statements.end(), is_standalone);
  if (all_standalone) batch.transactional = false;
  if (batch.transactional) check_transactional(migration, batch.statements);
  return batch;
}

template <typename Work>
auto naming_the_file(const Migration& migration, Work&& work) {
  try {
    return work();
  } catch (const sql::SyntaxError& error) {
    fail(migration, error.position(), error.what());
  }
}

}  // namespace

std::vector<Batch> batches(const Migration& migration, Direction direction, db::Engine engine) {
  return naming_the_file(migration, [&] {
    std::vector<Batch> found;
    for (const auto& section : migration.sections) {
      if (section.direction != direction || (section.only && *section.only != engine)) continue;
      auto batch = batch_of(migration, section, engine);
      if (batch.statements.empty()) continue;
      if (!found.empty() && found.back().transactional && batch.transactional) {
        auto& before = found.back().statements;
        std::move(batch.statements.begin(), batch.statements.end(), std::back_inserter(before));
      } else {
        found.push_back(std::move(batch));
      }
    }
    for (const auto& batch : found) {
      if (batch.transactional) check_enum_labels(migration, batch);
    }
    return found;
  });
}

std::string token_checksum(const Migration& migration, db::Engine engine) {
  return naming_the_file(migration, [&] {
    std::string stream;
    for (const auto& section : migration.sections) {
      if (section.only && *section.only != engine) continue;
      fmt::format_to(std::back_inserter(stream), "{} {}\n", to_string(section.direction),
                     section.transactional);
      // Each token behind its length: no two streams of tokens are written alike.
      for (const auto& token : sql::tokens(migration.text(section), syntax_of(engine))) {
        fmt::format_to(std::back_inserter(stream), "{}:{}", token.text.size(), token.text);
      }
    }
    return sha256(stream);
  });
}

}  // namespace notes::migrate
