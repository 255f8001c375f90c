#include "service/receipts.hpp"

namespace notes::service {

domain::ReceiptAnswer answer_of(const store::ReceiptRow& row, const domain::ReceiptKey& key) {
  if (row.request_sha256 == key.request_sha256) return row.answer;
  throw Error({{"Idempotency-Key", "used_before",
                "belongs to another request of the last 24 hours: give each request a key of its "
                "own"}});
}

std::optional<domain::ReceiptAnswer> Receipts::find(const domain::ReceiptKey& key) {
  const auto now = clock_.now();
  const auto row =
      database_.read([&](db::Session& session) { return store::find_receipt(session, key, now); });
  if (!row) return std::nullopt;
  return answer_of(*row, key);
}

}  // namespace notes::service
