#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "db/session.hpp"
#include "transfer/backup.hpp"

namespace notes::transfer {

/// The engines' own ways; transfer/dump.hpp chooses. The session is in a transaction that sees one
/// moment. `rows` are the statements that end the script.
std::string dump_sqlite(db::Session& session, std::string_view rows);
std::string dump_postgresql(const BackupPlace& place, db::Session& session, std::string_view rows,
                            const std::stop_token& stop);

/// What pg_dump wrote, with `rows` at its end and without what differs from one dump to the next:
/// versions, and the random word that keeps psql's backslash commands from being smuggled in
/// (\restrict), in whose place comes the checksum of the text, which the text cannot hold either.
std::string settled(std::string_view dump, std::string_view rows);

}  // namespace notes::transfer
