#pragma once

#include "migrate/platform.hpp"

namespace notes::migrate {

class SqlitePlatform final : public Platform {
 public:
  db::Url tool_url(const db::Url& url) const override;
  bool exists(db::Session& session, const TableName& table, std::string_view suffix) const override;
  std::unique_ptr<RunLock> lock(const db::Url& url, const config::DatabaseSettings& settings,
                                const TableName& table, const LockRequest& request) const override;
  void adopt(db::Session& session, const TableName& table, const RunLock& lock) const override;
  void begin_migration(db::Session& session, std::chrono::milliseconds lock_timeout) const override;
  void set_commits(db::Session& session, Commits commits) const override;
  void begin_transaction(db::Session& session,
                         std::chrono::milliseconds lock_timeout) const override;
  void end_migration(db::Session& session) const override;
  std::unique_ptr<Guard> guard(db::Session& session,
                               const std::vector<BatchStatement>& statements) const override;
  Probe probe(db::Session& session, const sql::Statement& statement) const override;
  std::function<Activity()> activity(const db::Url& url, const config::DatabaseSettings& settings,
                                     const TableName& table) const override;
  bool is_lock_timeout(const db::DatabaseError& error) const override;
};

}  // namespace notes::migrate
