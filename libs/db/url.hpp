#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notes::db {

enum class Engine { sqlite, postgresql };

/// "sqlite", "postgresql": as `only:` in a migration file and the log lines write them.
std::string_view to_string(Engine engine);

/// Where a database is. Holds the password: text for people comes from redacted() only.
class Url {
 public:
  /// Reads sqlite:PATH, sqlite:///relative, sqlite:////absolute, sqlite::memory:, postgres://…, postgresql://…, each also with
  /// SQLAlchemy's "+driver" behind the scheme. PostgreSQL's parameters are libpq's and are passed through. Throws
  /// Error{usage} that names what is wrong, never with the password in it.
  static Url parse(std::string_view text);

  Engine engine() const { return engine_; }
  /// SQLite: the file, or ":memory:". Empty for PostgreSQL.
  const std::string& path() const { return path_; }
  /// PostgreSQL: the connection URI for libpq. Empty for SQLite.
  const std::string& conninfo() const { return conninfo_; }
  bool in_memory() const { return engine_ == Engine::sqlite && path_ == ":memory:"; }
  /// The URL with "***" for the password.
  std::string redacted() const;

 private:
  Url(Engine engine, std::string path, std::string conninfo);

  Engine engine_;
  std::string path_;
  std::string conninfo_;
};

}  // namespace notes::db
