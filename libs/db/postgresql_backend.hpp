#pragma once

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

namespace notes::db {

/// One connection of PostgreSQL under SOCI, with what cancels its statements from another thread.
class PostgresqlConnection final : public soci::postgresql_session_backend {
 public:
  enum class Statements {
    prepared,  ///< kept in the server's session under a name
    unnamed,   ///< sent with their text each time, for poolers that give each transaction another
               ///< session
  };

  PostgresqlConnection(const soci::connection_parameters& parameters, Statements statements);
  ~PostgresqlConnection() override;

  soci::postgresql_statement_backend* make_statement_backend() override;

  PGconn* handle() const { return conn_; }
  /// Thread-safe (libpq: PQcancel).
  void cancel() const noexcept;
  /// Ends the connection under whoever waits on it. Thread-safe.
  void sever() const noexcept;

 private:
  Statements statements_;
  PGcancel* cancel_;
  int socket_;  // a second descriptor of the connection's socket, which libpq does not close
};

/// SOCI's PostgreSQL backend with its known faults mended: a statement that failed, or that binds
/// vectors, sends the values of this execution and not those of an earlier one; a string with a NUL
/// in it is refused instead of cut.
class PostgresqlBackend final : public soci::backend_factory {
 public:
  explicit PostgresqlBackend(PostgresqlConnection::Statements statements)
      : statements_(statements) {}
  soci::details::session_backend* make_session(
      const soci::connection_parameters& parameters) const override;

 private:
  PostgresqlConnection::Statements statements_;
};

}  // namespace notes::db
