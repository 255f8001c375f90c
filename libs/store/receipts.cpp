#include "store/receipts.hpp"

#include "db/query.hpp"
#include "store/row_text.hpp"

namespace notes::store {
namespace {

constexpr auto kFind =
    "SELECT request_sha256, CAST(status AS TEXT), headers, body FROM idempotency_keys "
    "WHERE owner_id = :p0 AND idempotency_key = :p1 AND expires_at > :p2";

struct FindReceipt {
  explicit FindReceipt(db::Session& session) : statement(session, kFind, 3, 4) {}

  db::PreparedQuery statement;
};

// One that has expired gives way, whether it was cleaned up or not.
constexpr auto kClaim =
    "INSERT INTO idempotency_keys "
    "(owner_id, idempotency_key, request_sha256, created_at, expires_at) "
    "VALUES (:p0, :p1, :p2, :p3, :p4) ON CONFLICT (owner_id, idempotency_key) DO UPDATE SET "
    "request_sha256 = EXCLUDED.request_sha256, status = NULL, headers = NULL, body = NULL, "
    "created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at "
    "WHERE idempotency_keys.expires_at <= :p5";

struct ClaimReceipt {
  explicit ClaimReceipt(db::Session& session) : statement(session, kClaim, 6, 0) {}

  db::PreparedQuery statement;
};

constexpr auto kWrite =
    "UPDATE idempotency_keys SET status = CAST(:p0 AS BIGINT), headers = :p1, body = :p2 "
    "WHERE owner_id = :p3 AND idempotency_key = :p4";

struct WriteReceipt {
  explicit WriteReceipt(db::Session& session) : statement(session, kWrite, 5, 0) {}

  db::PreparedQuery statement;
};

constexpr auto kDrop =
    "DELETE FROM idempotency_keys WHERE owner_id = :p0 AND idempotency_key = :p1";

}  // namespace

std::optional<ReceiptRow> find_receipt(db::Session& session, const domain::ReceiptKey& key,
                                       Timestamp now) {
  const auto rows =
      session.kept<FindReceipt>().statement.run({to_string(key.owner), key.key, to_string(now)});
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  return ReceiptRow{.request_sha256 = text_of(row[0]),
                    .answer = {.status = static_cast<int>(number_of(row[1])),
                               .headers = text_of(row[2]),
                               .body = text_of(row[3])}};
}

bool claim_receipt(db::Session& session, const domain::ReceiptKey& key, Timestamp now) {
  return session.kept<ClaimReceipt>().statement.change(
             {to_string(key.owner), key.key, key.request_sha256, to_string(now),
              to_string(now + domain::kReceiptLifetime), to_string(now)}) == 1;
}

void write_receipt(db::Session& session, const domain::ReceiptKey& key,
                   const domain::ReceiptAnswer& answer) {
  session.kept<WriteReceipt>().statement.change(
      {std::to_string(answer.status), answer.headers, answer.body, to_string(key.owner), key.key});
}

void drop_receipt(db::Session& session, const domain::ReceiptKey& key) {
  db::query(session, kDrop, {to_string(key.owner), key.key});
}

}  // namespace notes::store
