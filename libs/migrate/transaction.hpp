#pragma once

#include "db/session.hpp"

namespace notes::migrate {

/// A transaction for writing; rolled back at the end of its scope unless it was committed.
class Transaction {
 public:
  /// Begins. The session must outlive this. Throws db::StatementError.
  explicit Transaction(db::Session& session);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// Throws db::StatementError when it did not commit.
  void commit();

 private:
  db::Session& session_;
  bool open_ = true;
};

}  // namespace notes::migrate
