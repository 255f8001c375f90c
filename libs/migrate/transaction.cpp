#include "migrate/transaction.hpp"

namespace notes::migrate {

Transaction::Transaction(db::Session& session) : session_(session) {
  const auto& dialect = session.dialect();
  dialect.execute_raw(session, dialect.begin_write());
}

Transaction::~Transaction() {
  // A session that cannot be reset has lost its connection, and with it the transaction.
  if (open_) static_cast<void>(session_.dialect().reset(session_));
}

void Transaction::commit() {
  session_.dialect().commit(session_);
  open_ = false;
}

}  // namespace notes::migrate
