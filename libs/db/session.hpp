#pragma once

#include <memory>
#include <typeindex>
#include <unordered_map>

#include "db/dialect.hpp"

namespace soci {
class session;
}

namespace notes::db {

/// A connection that is lent to one thread at a time, with the statements that are kept prepared on it.
class Session {
 public:
  Session(std::unique_ptr<soci::session> connection, const Dialect& dialect);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// SOCI's own session, to prepare and run statements with.
  soci::session& soci() { return *connection_; }
  const Dialect& dialect() const { return dialect_; }

  /// The statement of type T that this session keeps prepared, made by `T(Session&)` when it is first asked for. T holds the
  /// soci::statement and the variables bound to it; it lives as long as the connection.
  template <typename T>
  T& kept() {
    auto& slot = kept_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_unique<Kept<T>>(*this);
    return static_cast<Kept<T>&>(*slot).statement;
  }

 private:
  struct KeptBase {
    virtual ~KeptBase() = default;
  };
  template <typename T>
  struct Kept final : KeptBase {
    explicit Kept(Session& session) : statement(session) {}
    T statement;
  };

  std::unique_ptr<soci::session> connection_;
  const Dialect& dialect_;
  std::unordered_map<std::type_index, std::unique_ptr<KeptBase>> kept_;  // goes before the connection
};

}  // namespace notes::db
