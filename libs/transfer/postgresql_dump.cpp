#include <fmt/format.h>

#include "db/query.hpp"
#include "migrate/checksum.hpp"
#include "transfer/engine_dump.hpp"
#include "transfer/postgresql_client.hpp"

namespace notes::transfer {
namespace {

constexpr std::string_view kRestrict = "\\restrict ";
constexpr std::string_view kUnrestrict = "\\unrestrict ";

}  // namespace

std::string settled(std::string_view dump, std::string_view rows) {
  // pg_dump's own lines stand above the first statement; below it a line may be anybody's.
  std::string text;
  std::string_view guard;
  while (!dump.empty() && !dump.starts_with("SET ")) {
    const auto line = dump.substr(0, std::min(dump.find('\n'), dump.size() - 1) + 1);
    dump.remove_prefix(line.size());
    if (line.starts_with(kRestrict)) {
      guard = line.substr(kRestrict.size());
    } else if (!line.starts_with("-- Dumped ") && (line != "\n" || !text.ends_with("\n\n"))) {
      text += line;
    }
  }
  const auto head = text.size();
  text += dump;
  if (guard.empty()) return text.append(rows);
  const auto end = text.rfind(fmt::format("{}{}", kUnrestrict, guard));
  text.resize(std::min(end, text.size()));
  text += rows;
  const auto word = migrate::sha256(text);
  text.insert(head, fmt::format("{}{}\n\n", kRestrict, word));
  return text + fmt::format("\n{}{}\n", kUnrestrict, word);
}

std::string dump_postgresql(const BackupPlace& place, db::Session& session, std::string_view rows,
                            const std::stop_token& stop) {
  const auto snapshot =
      db::query(session, "SELECT CAST(pg_export_snapshot() AS TEXT)").at(0).at(0).value_or("");
  const auto connection = client_connection(place);
  auto pipe = make_pipe();
  ChildProcess program({.program = "pg_dump",
                        .arguments = {"--schema-only", "--no-owner", "--no-privileges",
                                      "--encoding=UTF8", "--no-password", "--snapshot=" + snapshot,
                                      "--dbname=" + connection.parameters},
                        .environment = connection.environment,
                        .output = pipe.write.number()},
                       stop);
  pipe.write.close();
  std::string text;
  drain(pipe.read, [&](std::string_view block) { text += block; });
  if (!program.succeeded()) client_failed(place, program);
  return settled(text, rows);
}

}  // namespace notes::transfer
