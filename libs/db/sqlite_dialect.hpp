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

/// SQLite 3.37 and later: write-ahead log, full durability, one writer that begins IMMEDIATE.
class SqliteDialect final : public Dialect {
 public:
  Engine engine() const override { return Engine::sqlite; }
  std::unique_ptr<Session> connect(const Url& url,
                                   const config::DatabaseSettings& settings) const override;
  void restrict_to_reading(Session& session) const override;
  std::string_view begin_write() const override { return "BEGIN IMMEDIATE"; }
  void commit(Session& session) const override;
  bool in_transaction(Session& session) const override;
  bool reset(Session& session) const noexcept override;
  bool alive(Session& session) const noexcept override;
  void cancel(Session& session) const noexcept override;
  void sever(Session& session) const noexcept override;
  std::string clock_after(std::chrono::milliseconds duration) const override;
  std::string_view joining_aggregate() const override { return "GROUP_CONCAT"; }
  std::string one_of(std::string_view expression, std::string_view type,
                     std::string_view parameter) const override;
  std::string list_value(std::span<const std::string> values) const override;
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
