#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace notes::db {

enum class Engine { sqlite, postgresql };

/// "sqlite", "postgresql": as `only:` in a migration file and the log lines write them.
std::string_view to_string(Engine engine);

/// Where a database is. Holds the password: text for people comes from redacted() and redact()
/// only.
class Url {
 public:
  /// Reads sqlite:PATH, sqlite:///relative, sqlite:////absolute, sqlite::memory:, postgres://…,
  /// postgresql://…, each also with SQLAlchemy's "+driver" behind the scheme. %XX is decoded in a
  /// SQLite path. PostgreSQL's parameters are libpq's and are passed through, but for one that is
  /// ours: prepared_statements=false (see prepared_statements()). Throws Error{usage} that names
  /// what is wrong, never with the password in it. Touches no file and no network.
  static Url parse(std::string_view text);

  Engine engine() const { return engine_; }
  /// SQLite: the file, or ":memory:". Empty for PostgreSQL.
  const std::string& path() const { return path_; }
  /// PostgreSQL: the connection URI for libpq (PostgreSQL 15 §34.1.1.2). Empty for SQLite.
  const std::string& conninfo() const { return conninfo_; }
  bool in_memory() const { return engine_ == Engine::sqlite && path_ == ":memory:"; }
  /// Whether statements may be kept prepared in the server's sessions. False by
  /// `?prepared_statements=false`, which a transaction pooler that does not track them needs
  /// (PgBouncer before 1.21): statements are then sent with their text.
  bool prepared_statements() const { return prepared_statements_; }
  /// The URL with "***" for the password.
  const std::string& redacted() const { return redacted_; }
  /// `text` with "***" wherever a password of this URL stands in it, as written or percent-decoded.
  std::string redact(std::string_view text) const;

 private:
  Url() = default;
  static Url sqlite(std::string_view rest);
  static Url postgresql(std::string_view rest);
  /// Takes the user part off the front and returns the hosts.
  std::string_view add_user(std::string_view authority);
  void add_parameters(std::string_view query);
  void add_secret(std::string_view written);
  void check_with_libpq() const;

  Engine engine_ = Engine::sqlite;
  std::string path_;
  std::string conninfo_;
  bool prepared_statements_ = true;
  std::string redacted_;
  std::vector<std::string> secrets_;
};

}  // namespace notes::db
