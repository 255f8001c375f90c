#pragma once

#include "db/session.hpp"

struct pg_conn;  // libpq's PGconn
struct sqlite3;

namespace notes::db {

/// The connections below SOCI, for what only the databases' own interfaces do: COPY, the online
/// backup. They belong to the session. Throws Error{internal} for a session of the other engine.
pg_conn* postgresql_connection(Session& session);
sqlite3* sqlite_connection(Session& session);

}  // namespace notes::db
