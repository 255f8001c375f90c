#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/timestamp.hpp"
#include "db/session.hpp"

namespace notes::store {

/// Rows that are of no use any more from some moment on: sessions and idempotency keys that have
/// expired, access tokens that have expired or were revoked.
struct ExpiringRows {
  std::string_view name;  ///< "sessions"
  std::string_view count_statement;
  std::string_view delete_statement;
};

std::span<const ExpiringRows> expiring_rows();

/// How many had expired at `cutoff`. Throws db::StatementError.
std::int64_t count_expired(db::Session& session, const ExpiringRows& rows, Timestamp cutoff);
/// Deletes at most `limit` of them. Returns how many.
std::int64_t delete_expired(db::Session& session, const ExpiringRows& rows, Timestamp cutoff,
                            std::size_t limit);

}  // namespace notes::store
