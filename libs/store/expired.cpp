#include "store/expired.hpp"

#include <array>
#include <string>

#include "store/row_text.hpp"

namespace notes::store {
namespace {

constexpr std::array kExpiringRows{
    ExpiringRows{"sessions", "SELECT CAST(COUNT(*) AS TEXT) FROM sessions WHERE expires_at <= :p0",
                 "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions "
                 "WHERE expires_at <= :p0 LIMIT CAST(:p1 AS BIGINT)) RETURNING CAST(id AS TEXT)"},
    ExpiringRows{"access_tokens",
                 "SELECT CAST(COUNT(*) AS TEXT) FROM access_tokens "
                 "WHERE expires_at <= :p0 OR revoked_at <= :p0",
                 "DELETE FROM access_tokens WHERE id IN (SELECT id FROM access_tokens "
                 "WHERE expires_at <= :p0 OR revoked_at <= :p0 LIMIT CAST(:p1 AS BIGINT)) "
                 "RETURNING CAST(id AS TEXT)"},
    ExpiringRows{"idempotency_keys",
                 "SELECT CAST(COUNT(*) AS TEXT) FROM idempotency_keys WHERE expires_at <= :p0",
                 "DELETE FROM idempotency_keys WHERE (owner_id, idempotency_key) IN "
                 "(SELECT owner_id, idempotency_key FROM idempotency_keys "
                 "WHERE expires_at <= :p0 LIMIT CAST(:p1 AS BIGINT)) RETURNING idempotency_key"},
};

}  // namespace

std::span<const ExpiringRows> expiring_rows() { return kExpiringRows; }

std::int64_t count_expired(db::Session& session, const ExpiringRows& rows, Timestamp cutoff) {
  return number_of(db::query(session, std::string(rows.count_statement), {to_string(cutoff)}));
}

std::int64_t delete_expired(db::Session& session, const ExpiringRows& rows, Timestamp cutoff,
                            std::size_t limit) {
  const auto deleted = db::query(session, std::string(rows.delete_statement),
                                 {to_string(cutoff), std::to_string(limit)});
  return static_cast<std::int64_t>(deleted.size());
}

}  // namespace notes::store
