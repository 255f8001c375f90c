#include "migrate/script.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "db/dialect.hpp"
#include "migrate/batch.hpp"
#include "migrate/checksum.hpp"
#include "migrate/shell.hpp"

namespace notes::migrate {
namespace {

class Writer {
 public:
  Writer(const ScriptOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        dialect_(db::Dialect::of(options.engine)),
        shell_(shell_of(options.engine)) {}

  void head() {
    line("-- Made by notes-migrate {}. It stops at the first error.", options_.author.tool_version);
    text_ += shell_.head;
    if (!options_.makes_tables) return;
    begin();
    for (const auto& statement : History::definition(dialect_, options_.table))
      line("{};", statement);
    line("COMMIT;");
  }

  void stamp(const std::vector<PlannedStep>& steps) {
    begin();
    for (const auto& step : steps) rows(step, EventKind::stamp);
    line("COMMIT;");
  }

  void run(const PlannedStep& step) {
    const auto& migration = step.migration;
    line("\n-- {} {} {}", to_string(step.direction), migration.revision, migration.message);
    if (options_.engine == db::Engine::postgresql) {
      line("SET lock_timeout = '{}ms';",
           migration.lock_timeout.value_or(options_.lock_timeout).count());
    }
    const auto work = batches(migration, step.direction, options_.engine);
    const bool one_transaction = work.empty() || (work.size() == 1 && work.front().transactional);
    for (const auto& batch : work) {
      if (batch.transactional) begin();
      for (const auto& item : batch.statements) line("{};", item.statement.text);
      if (batch.transactional && !one_transaction) commit();
    }
    if (work.empty() || !one_transaction) begin();
    rows(step, step.direction == Direction::up ? EventKind::upgrade : EventKind::downgrade);
    commit();
  }

  std::string text() && { return std::move(text_); }

 private:
  template <typename... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    text_ += '\n';
  }

  void begin() { line("{};", dialect_.begin_write()); }

  void commit() {
    text_ += shell_.before_commit;
    line("COMMIT;");
  }

  std::string literal(std::string_view value) const { return migrate::literal(shell_, value); }

  void rows(const PlannedStep& step, EventKind kind) {
    const auto& migration = step.migration;
    const std::string revision = literal(migration.revision);
    const std::string by = literal(options_.author.name);
    const std::string version = literal(options_.author.tool_version);
    std::string checksum;
    if (step.direction == Direction::up) {
      checksum = sha256(migration.source);
      const AppliedRevision row{.revision = migration.revision,
                                .parents = migration.down_revisions,
                                .depends_on = migration.depends_on,
                                .message = migration.message,
                                .checksum = checksum,
                                .token_checksum = token_checksum(migration, options_.engine),
                                .applied_at = {},
                                .applied_by = options_.author.name,
                                .took = {},
                                .tool_version = options_.author.tool_version};
      line("{};", history_row(shell_, options_.table.quoted(dialect_, ""), row, migration.source));
    } else {
      line("DELETE FROM {} WHERE revision = {};", options_.table.quoted(dialect_, ""), revision);
    }
    line(
        "INSERT INTO {} (id, kind, revision, happened_at, happened_by, duration_ms, checksum, "
        "tool_version, detail) VALUES ({}, {}, {}, {}, {}, 0, {}, {}, '');",
        options_.table.quoted(dialect_, "_events"), literal(to_string(Uuid::make_v7(clock_.now()))),
        literal(to_string(kind)), revision, shell_.now, by, literal(checksum), version);
  }

  const ScriptOptions& options_;
  const Clock& clock_;
  const db::Dialect& dialect_;
  const Shell& shell_;
  std::string text_;
};

}  // namespace

std::string script(const std::vector<PlannedStep>& steps, const ScriptOptions& options,
                   const Clock& clock) {
  if (!options.stamps) {
    for (const auto& step : steps) {
      if (step.direction == Direction::down) require_way_back(step.migration);
    }
  }
  Writer writer(options, clock);
  writer.head();
  if (options.stamps) {
    writer.stamp(steps);
  } else {
    for (const auto& step : steps) writer.run(step);
  }
  return std::move(writer).text();
}

std::string history_script(const History& history, const db::Dialect& dialect,
                           std::string_view schema, const TableName& table) {
  const auto name = [&](std::string_view suffix) {
    if (schema.empty()) return table.quoted(dialect, suffix);
    return dialect.quote(schema) + "." + dialect.quote(table.name(suffix));
  };
  auto rows = history.applied();
  std::sort(rows.begin(), rows.end(),
            [](const auto& left, const auto& right) { return left.revision < right.revision; });
  std::string text = fmt::format("INSERT INTO {} (id, format) VALUES (1, {});\n", name("_state"),
                                 History::kFormat);
  for (auto& row : rows) {
    const auto source = row.checksum.empty() ? "" : history.source(row.revision);
    row.applied_by = "dump";
    row.took = {};
    row.tool_version.clear();
    text += history_row(shell_of(dialect.engine()), name(""), row, source) + ";\n";
  }
  return text;
}

}  // namespace notes::migrate
