#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "db/session.hpp"
#include "transfer/child_process.hpp"
#include "transfer/engine_backup.hpp"
#include "transfer/postgresql_client.hpp"

namespace notes::transfer {
namespace {

constexpr auto kSchemas =
    "SELECT CAST(nspname AS TEXT) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' "
    "AND nspname <> 'information_schema' ORDER BY nspname";

/// Takes everything out of the database.
std::string clear(const BackupPlace& place) {
  const auto session = db::open_session(place.url, place.settings);
  const auto& dialect = session->dialect();
  std::string script =
      "SET client_min_messages = warning;\n"
      "SELECT lo_unlink(oid) FROM pg_largeobject_metadata;\n";
  for (const auto& row : db::query(*session, kSchemas))
    script += fmt::format("DROP SCHEMA {} CASCADE;\n", dialect.quote(row[0].value_or("")));
  return script + "CREATE SCHEMA public;\nGRANT USAGE ON SCHEMA public TO PUBLIC;\n";
}

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char byte : text) {
    if (byte == '\'') quoted += '\'';
    quoted += byte;
  }
  return quoted + "'";
}

/// Fails the script where the counts are not the manifest's.
std::string check(const Manifest& manifest, const db::Dialect& dialect) {
  std::string script = "SET standard_conforming_strings = on;\n";
  for (const auto& table : manifest.tables) {
    const auto name = dialect.quote(table.schema) + "." + dialect.quote(table.table);
    const auto body = fmt::format(
        "BEGIN IF (SELECT COUNT(*) FROM {}) <> {} THEN RAISE EXCEPTION USING MESSAGE = {}; END IF; "
        "END",
        name, table.rows,
        literal(fmt::format("the backup says {} rows of {}, and holds another number", table.rows,
                            table.table)));
    script += fmt::format("DO {};\n", literal(body));
  }
  return script;
}

}  // namespace

Manifest backup_postgresql(const BackupPlace& place, const std::filesystem::path& out,
                           const Clock& clock, const std::stop_token& stop) {
  const auto session = db::open_session(place.url, place.settings);
  // Open until pg_dump has ended: the snapshot lives as long as this transaction.
  session->dialect().execute_raw(*session, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const auto snapshot =
      db::query(*session, "SELECT CAST(pg_export_snapshot() AS TEXT)").at(0).at(0).value_or("");
  auto manifest = describe(*session, place.history, clock);
  manifest.database = database_name(place.url);
  manifest.tool_version = place.tool_version;

  ArchiveWriter archive(out);
  auto connection = client_connection(place);
  auto pipe = make_pipe();
  ChildProcess dump({.program = "pg_dump",
                     .arguments = {"--format=custom", "--compress=0", "--no-password",
                                   "--snapshot=" + snapshot, "--dbname=" + connection.parameters},
                     .environment = connection.environment,
                     .output = pipe.write.number()},
                    stop);
  pipe.write.close();
  drain(pipe.read, [&](std::string_view payload) { archive.write(payload); });
  if (!dump.succeeded()) client_failed(place, dump);
  return archive.finish(std::move(manifest));
}

/// pg_restore writes a script, which psql runs in one transaction. The COMMIT is sent only when
/// pg_restore has succeeded: whatever ends before leaves the database as it was.
void restore_postgresql(const BackupPlace& place, ArchiveReader& archive, Overwrite overwrite,
                        const std::stop_token& stop) {
  const auto connection = client_connection(place);
  const auto before = overwrite == Overwrite::yes ? clear(place) : std::string();
  auto script = make_pipe();
  auto payload = make_pipe();
  ChildProcess psql(
      {.program = "psql",
       .arguments = {"--no-psqlrc", "--quiet", "--no-password", "--output=/dev/null",
                     "--set=ON_ERROR_STOP=1", "--file=-", "--dbname=" + connection.parameters},
       .environment = connection.environment,
       .input = script.read.number()},
      stop);
  script.read.close();
  const auto to_psql = [&](std::string_view text) {
    // It has ended early, and says why.
    if (!try_write(script.write, text) && !psql.succeeded()) client_failed(place, psql);
  };
  to_psql("BEGIN;\n" + before);
  ChildProcess unpack(
      {.program = "pg_restore",
       .arguments = {"--file=-", "--no-owner", "--no-privileges", "--exit-on-error"},
       .environment = connection.environment,
       .input = payload.read.number(),
       .output = script.write.number()},
      stop);
  payload.read.close();
  bool taken = true;
  archive.read([&](std::string_view block) { taken = taken && try_write(payload.write, block); });
  payload.write.close();
  const bool unpacked = unpack.succeeded();
  if (!unpacked) {
    script.write.close();
    // When psql ended first, pg_restore had nobody to write to.
    if (!psql.succeeded()) client_failed(place, psql);
    client_failed(place, unpack);
  }
  to_psql(check(archive.manifest(), db::Dialect::of(place.url.engine())) + "COMMIT;\n");
  script.write.close();
  if (!psql.succeeded()) client_failed(place, psql);
}

}  // namespace notes::transfer
