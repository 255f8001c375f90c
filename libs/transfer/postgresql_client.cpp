#include "transfer/postgresql_client.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include "base/error.hpp"
#include "transfer/manifest.hpp"

namespace notes::transfer {
namespace {

/// A value in a connection string (PostgreSQL 15 §34.1.1.1).
std::string parameter_value(std::string_view value) {
  std::string text = "'";
  for (const char byte : value) {
    if (byte == '\'' || byte == '\\') text += '\\';
    text += byte;
  }
  return text + "'";
}

}  // namespace

ClientConnection client_connection(const BackupPlace& place) {
  ClientConnection connection{.environment = {place.variables.begin(), place.variables.end()},
                              .parameters = "dbname=" + parameter_value(database_name(place.url))};
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(place.url.conninfo().c_str(), nullptr), &PQconninfoFree);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val == nullptr || keyword == "dbname") continue;
    if (option->envvar != nullptr) {
      connection.environment[option->envvar] = option->val;
    } else if (option->dispchar[0] == '*') {
      throw Error(
          ErrorCode::usage,
          fmt::format("the database URL's {} cannot be handed to pg_dump without showing it",
                      keyword));
    } else {
      connection.parameters += fmt::format(" {}={}", keyword, parameter_value(option->val));
    }
  }
  connection.environment["PGAPPNAME"] = "notes-migrate";
  connection.environment["LC_MESSAGES"] = "C";
  return connection;
}

void client_failed(const BackupPlace& place, const ChildProcess& child) {
  throw Error(ErrorCode::statement_failed, place.url.redact(child.complaint()));
}

void drain(const Descriptor& from, const std::function<void(std::string_view)>& take) {
  std::array<char, std::size_t{1} << 17> block{};
  for (;;) {
    const auto got = ::read(from.number(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorCode::internal, fmt::format("a pipe: {}", std::strerror(errno)));
    if (got == 0) return;
    take(std::string_view(block.data(), static_cast<std::size_t>(got)));
  }
}

}  // namespace notes::transfer
