#pragma once

#include <soci/soci-backend.h>

namespace notes::db {

/// SOCI's SQLite backend with its known faults mended: a second statement behind a ";" is refused
/// instead of dropped, and errors carry the extended result code and say when it was the text that
/// does not fit the schema.
class SqliteBackend final : public soci::backend_factory {
 public:
  soci::details::session_backend* make_session(
      const soci::connection_parameters& parameters) const override;
};

}  // namespace notes::db
