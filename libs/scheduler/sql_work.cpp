#include "scheduler/sql_work.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/dialect.hpp"

namespace notes::scheduler {
namespace {

constexpr const char* kSpace = "notes_cron";

sql::Syntax syntax_of(db::Engine engine) {
  switch (engine) {
    case db::Engine::postgresql:
      return sql::Syntax::postgresql;
    case db::Engine::sqlite:
      return sql::Syntax::sqlite;
  }
  return sql::Syntax::sqlite;
}

std::string place(const SqlWork& work, const sql::Position& position) {
  return fmt::format("{}:{}:{}", work.file.string(), position.line, position.column);
}

std::string read_text(const SqlWork& work) {
  std::ifstream file(work.file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: the job's SQL file cannot be read", work.file.string()));
  }
  return text;
}

std::vector<sql::Statement> split(const SqlWork& work, db::Engine engine) {
  try {
    return sql::split(read_text(work), syntax_of(engine));
  } catch (const sql::SyntaxError& error) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: {}", place(work, error.position()), error.what()));
  }
}

[[noreturn]] void refuse(const SqlWork& work, const sql::Statement& statement,
                         std::string_view why) {
  throw Error(ErrorCode::usage,
              fmt::format("{}: {}: {}", place(work, statement.position), statement.command, why));
}

std::map<std::string, std::string, std::less<>> exposed(const Run& run) {
  const auto& record = run.record();
  std::map<std::string, std::string, std::less<>> values{
      {"job", record.job},
      {"run", to_string(record.id)},
      {"attempt", std::to_string(run.ownership().attempt)},
      {"apply", run.apply() ? "true" : "false"},
      {"due", to_string(run.reference_time())},
  };
  if (record.tick) values.emplace("tick", record.tick->nominal);
  for (const auto& [name, value] : record.parameters) values.emplace("param." + name, value);
  return values;
}

void execute(const SqlWork& work, db::Session& session, const sql::Statement& statement) {
  try {
    session.dialect().execute_raw(session, statement.text);
  } catch (const db::StatementError& error) {
    throw db::StatementError(error.code(),
                             fmt::format("{}: {}", place(work, statement.position), error.what()),
                             error.failure(), error.details());
  }
}

}  // namespace

std::vector<sql::Statement> read_sql_work(const SqlWork& work, db::Engine engine) {
  auto statements = split(work, engine);
  if (statements.empty()) {
    throw Error(ErrorCode::usage, fmt::format("{}: there is no SQL in it", work.file.string()));
  }
  for (const auto& statement : statements) {
    switch (statement.kind) {
      case sql::Kind::transaction_control:
        refuse(work, statement,
               "a job's SQL runs in one transaction together with the record of its run; leave "
               "it out");
      case sql::Kind::standalone:
        refuse(work, statement,
               "it cannot run inside a transaction, which a job's SQL always is; run it from a "
               "command, or as a migration");
      case sql::Kind::ordinary:
      case sql::Kind::procedural:
        break;
    }
  }
  return statements;
}

void check_sql_parameters(const Parameters& parameters) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (const auto& [name, value] : parameters) {
    const bool readable =
        !name.empty() && letter(name.front()) &&
        std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
    if (readable && value.find('\0') == std::string::npos) continue;
    throw Error(ErrorCode::usage,
                fmt::format("parameter \"{}\": expected a name of letters, digits and \"_\", no "
                            "digit first, and a value without U+0000: the job's SQL reads it as "
                            "notes_cron.param.NAME",
                            name));
  }
}

Outcome run_sql_work(const SqlWork& work, Run& run, Ledger& ledger) {
  const auto statements = read_sql_work(work, run.database().url().engine());
  check_sql_parameters(run.record().parameters);
  const Outcome outcome{.state = RunState::succeeded,
                        .output = run.output(),
                        .counters = {{"statements", static_cast<std::int64_t>(statements.size())}}};
  run.transact([&](db::Session& session) {
    session.dialect().expose(session, kSpace, exposed(run));
    for (const auto& statement : statements) execute(work, session, statement);
    ledger.finish_in(session, run.ownership(), outcome);
  });
  return outcome;
}

}  // namespace notes::scheduler
