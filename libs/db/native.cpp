#include "db/native.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include "base/error.hpp"
#include "db/postgresql_backend.hpp"

namespace notes::db {
namespace {

template <typename Backend>
Backend& backend(Session& session) {
  auto* found = dynamic_cast<Backend*>(session.soci().get_backend());
  if (found == nullptr) throw Error(ErrorCode::internal, "a session of the other engine");
  return *found;
}

}  // namespace

pg_conn* postgresql_connection(Session& session) {
  return backend<soci::postgresql_session_backend>(session).conn_;
}

sqlite3* sqlite_connection(Session& session) {
  // SOCI includes SQLite's header inside a namespace of its own: the same structure under another
  // name.
  return reinterpret_cast<sqlite3*>(backend<soci::sqlite3_session_backend>(session).conn_);
}

}  // namespace notes::db
