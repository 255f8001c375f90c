#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "base/clock.hpp"
#include "db/database.hpp"
#include "domain/receipt.hpp"
#include "store/receipts.hpp"

namespace notes::service {

/// How what came of a use case is written down with its effect, for a client that may ask again.
template <typename Result>
struct Receipt {
  domain::ReceiptKey key;
  /// What is answered; nullopt when nothing was done, so that there is nothing to keep. Called
  /// inside the transaction, perhaps more than once: it has no effect.
  std::function<std::optional<domain::ReceiptAnswer>(const Result&)> answer;
};

/// What has come of a use case: its result, or what was answered when it was done before.
template <typename Result>
using Once = std::variant<Result, domain::ReceiptAnswer>;

/// The answers that are kept under their requests' keys. Thread-safe; what it is given must outlive
/// it. All throw what db::Database throws, and Error{invalid} when the key belongs to another
/// request.
///
/// A receipt is written in the transaction of its effect: there is none without the other, also
/// when the process dies. While that transaction runs, another one with the same key waits for it.
class Receipts {
 public:
  Receipts(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// What was answered before; nullopt when nothing was, or the receipt has expired.
  std::optional<domain::ReceiptAnswer> find(const domain::ReceiptKey& key);

 private:
  db::Database& database_;
  const Clock& clock_;
};

/// The answer of that request, held against this one. Throws Error{invalid} when they differ.
domain::ReceiptAnswer answer_of(const store::ReceiptRow& row, const domain::ReceiptKey& key);

/// Runs `work(Session&)` in one transaction with its receipt, unless there is one already.
template <typename Result, typename Work>
Once<Result> run_once(db::Database& database, const Receipt<Result>& receipt, Timestamp now,
                      Work work) {
  return database.transact([&](db::Session& session) -> Once<Result> {
    if (!store::claim_receipt(session, receipt.key, now)) {
      const auto row = store::find_receipt(session, receipt.key, now);
      if (!row) throw Error(ErrorCode::locked, "Idempotency-Key: its receipt has just gone");
      return answer_of(*row, receipt.key);
    }
    Result result = work(session);
    if (const auto answer = receipt.answer(result)) {
      store::write_receipt(session, receipt.key, *answer);
    } else {
      store::drop_receipt(session, receipt.key);
    }
    return result;
  });
}

}  // namespace notes::service
