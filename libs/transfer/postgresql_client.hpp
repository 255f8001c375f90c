#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "transfer/backup.hpp"
#include "transfer/child_process.hpp"

namespace notes::transfer {

/// How one of PostgreSQL's client programs reaches the database: by its environment, and what has
/// no variable there by a connection string.
struct ClientConnection {
  std::map<std::string, std::string, std::less<>> environment;
  std::string parameters;  ///< "dbname='…' keepalives_idle='30'"; nothing secret
};

/// Throws Error{usage} for a secret in the URL that could only be handed over on the command line.
ClientConnection client_connection(const BackupPlace& place);

/// Throws Error{statement_failed} with what the program complained of, without the password.
[[noreturn]] void client_failed(const BackupPlace& place, const ChildProcess& child);

/// Hands over everything that comes out of a pipe, until its end. Throws Error{internal}.
void drain(const Descriptor& from, const std::function<void(std::string_view)>& take);

}  // namespace notes::transfer
