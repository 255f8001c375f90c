#pragma once

#include <optional>
#include <string>

#include "base/timestamp.hpp"
#include "db/session.hpp"
#include "domain/receipt.hpp"

/// Rows of idempotency_keys. Each function runs in its caller's transaction and throws
/// db::StatementError.
namespace notes::store {

/// The receipt of a key, and of which request it is.
struct ReceiptRow {
  std::string request_sha256;
  domain::ReceiptAnswer answer;
};

/// nullopt when there is none, or it has expired at `now`.
std::optional<ReceiptRow> find_receipt(db::Session& session, const domain::ReceiptKey& key,
                                       Timestamp now);

/// Takes the key for the transaction at hand, waiting for another one that has taken it to end.
/// False when there is a receipt of it that has not expired at `now`.
bool claim_receipt(db::Session& session, const domain::ReceiptKey& key, Timestamp now);

/// Both after claim_receipt(), in the same transaction: writes the answer down; gives the key back.
void write_receipt(db::Session& session, const domain::ReceiptKey& key,
                   const domain::ReceiptAnswer& answer);
void drop_receipt(db::Session& session, const domain::ReceiptKey& key);

}  // namespace notes::store
