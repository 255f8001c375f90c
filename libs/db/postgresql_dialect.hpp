#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "db/dialect.hpp"

namespace notes::db {

/// PostgreSQL 13 and later, and what speaks its protocol. Works behind a transaction pooler:
/// nothing it sets up rests on more of the session than PgBouncer tracks (see
/// Url::prepared_statements).
class PostgresqlDialect final : public Dialect {
 public:
  Engine engine() const override { return Engine::postgresql; }
  std::unique_ptr<Session> connect(const Url& url,
                                   const config::DatabaseSettings& settings) const override;
  void begin(Session& session, std::optional<std::chrono::milliseconds> idle_limit) const override;
  void commit(Session& session) const override;
  bool in_transaction(Session& session) const override;
  bool reset(Session& session) const noexcept override;
  bool alive(Session& session) const noexcept override;
  void cancel(Session& session) const noexcept override;
  void sever(Session& session) const noexcept override;
  std::string clock_after(std::chrono::milliseconds duration) const override;
  std::string_view row_lock(RowLock lock) const override;
  std::string one_of(std::string_view expression, std::string_view type,
                     std::string_view parameter) const override;
  std::string list_value(std::span<const std::string> values) const override;
  std::size_t values_at_once() const override { return 1024; }
  bool listen(Session& session, std::string_view channel) const override;
  bool heard(Session& session, std::chrono::milliseconds longest) const override;
  void notify(Session& session, std::string_view channel) const override;
  std::string terms_value(std::string_view parameter) const override;
  std::string having_terms(std::string_view table, std::string_view parameter) const override;
  std::string terms_wanted(std::span<const Term> all_of) const override;
  void expose(Session& session, const std::string& space,
              const std::map<std::string, std::string, std::less<>>& values) const override;
  void execute_raw(Session& session, std::string_view statement) const override;

 protected:
  std::optional<Verdict> judge(Session& session, const std::exception& error) const override;
};

}  // namespace notes::db
