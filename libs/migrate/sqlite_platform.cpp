#include "migrate/sqlite_platform.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "db/query.hpp"
#include "migrate/lock_wait.hpp"

namespace notes::migrate {
namespace {

/// A lock on a file beside the database: the kernel gives it back when its holder dies, however it
/// dies. The holder writes its process id into it, for messages only.
class FileLock final : public RunLock {
 public:
  explicit FileLock(std::filesystem::path path) : path_(std::move(path)) {}
  ~FileLock() override {
    if (descriptor_ < 0) return;
    // While it is held: whoever opened it before finds another file at this name.
    if (is_named(descriptor_)) ::unlink(path_.c_str());
    ::close(descriptor_);
  }

  bool attempt() {
    const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) fail(errno);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      ::close(descriptor);
      if (error == EWOULDBLOCK || error == EINTR) return false;
      fail(error);
    }
    if (!is_named(descriptor)) {  // its last holder has removed it between our open and our lock
      ::close(descriptor);
      return false;
    }
    descriptor_ = descriptor;
    const std::string owner = std::to_string(::getpid());
    // Only a message misses it if the disk is full.
    if (::ftruncate(descriptor, 0) == 0)
      static_cast<void>(::pwrite(descriptor, owner.data(), owner.size(), 0) < 0);
    return true;
  }

  void confirm(db::Session&) override {
    if (is_named(descriptor_)) return;
    throw Error(
        ErrorCode::locked,
        fmt::format("{} was removed while this run held it, and another may have begun: what "
                    "was not committed was rolled back; look at 'status' and run it again",
                    path_.string()));
  }

  std::string holder() const {
    std::array<char, 32> text{};
    const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return "its holder has just gone";
    const auto count = ::read(descriptor, text.data(), text.size());
    ::close(descriptor);
    if (count <= 0) return path_.string();
    return fmt::format("process {}, {}",
                       std::string_view(text.data(), static_cast<std::size_t>(count)),
                       path_.string());
  }

 private:
  /// Whether the file that is open is still the one at the lock's name.
  bool is_named(int descriptor) const {
    struct stat held {};
    struct stat named {};
    return ::fstat(descriptor, &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           held.st_ino == named.st_ino && held.st_dev == named.st_dev;
  }

  [[noreturn]] void fail(int error) const {
    throw Error(ErrorCode::unreachable,
                fmt::format("cannot lock {}: {}; the directory of the database must be writable",
                            path_.string(), std::generic_category().message(error)));
  }

  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// Nobody else can open a database in memory.
class NoLock final : public RunLock {};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// The word a token stands for, without the quotes an identifier may wear.
std::string bare(std::string_view token) {
  if (token.size() >= 2 &&
      std::string_view("\"`['").find(token.front()) != std::string_view::npos) {
    token = token.substr(1, token.size() - 2);
  }
  return lower(token);
}

/// What a transaction with foreign keys off must not leave behind: rows without their parents, and
/// more or fewer rows in a table that its SQL does not speak of.
class SqliteGuard final : public Guard {
 public:
  SqliteGuard(db::Session& session, const std::vector<BatchStatement>& statements)
      : session_(session) {
    bool changes_rows = false;
    for (const auto& item : statements) {
      const auto words = sql::tokens(item.statement.text, sql::Syntax::sqlite);
      const auto first = lower(words.front().text);
      changes_rows = changes_rows || (first != "create" && first != "alter" && first != "pragma" &&
                                      first != "select");
      for (const auto& word : words) named_.insert(bare(word.text));
    }
    // Counting every table before and after is worth its time only where rows can change.
    if (changes_rows) before_ = counts();
    watching_ = changes_rows;
  }

  std::optional<std::string> objection() override {
    if (auto broken = broken_references()) return broken;
    if (!watching_) return std::nullopt;
    const auto after = counts();
    for (const auto& [table, count] : before_) {
      const auto found = after.find(table);
      const std::string now = found == after.end() ? "the table is gone" : found->second;
      if (now == count) continue;
      return fmt::format(
          "the table {} had {} rows and now: {}; the migration's SQL does not "
          "name it, so a trigger or a "
          "rebuild of another table has changed it; name the table in the "
          "migration if that is meant",
          table, count, now);
    }
    return std::nullopt;
  }

 private:
  std::map<std::string, std::string> counts() const {
    std::map<std::string, std::string> found;
    // Not the shadow tables: their rows are the virtual table's business.
    const auto tables =
        db::query(session_,
                  "SELECT CAST(name AS TEXT) FROM pragma_table_list WHERE schema = 'main' "
                  "AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
    for (const auto& table : tables) {
      if (named_.contains(lower(*table[0]))) continue;
      const auto count = db::query(
          session_, "SELECT CAST(count(*) AS TEXT) FROM " + session_.dialect().quote(*table[0]));
      found[*table[0]] = *count[0][0];
    }
    return found;
  }

  std::optional<std::string> broken_references() const {
    const auto broken =
        db::query(session_,
                  "SELECT CAST(\"table\" AS TEXT), CAST(parent AS TEXT), CAST(count(*) AS TEXT) "
                  "FROM pragma_foreign_key_check GROUP BY \"table\", parent LIMIT 1");
    if (broken.empty()) return std::nullopt;
    return fmt::format(
        "{} rows of {} would refer to rows of {} that are not there (PRAGMA foreign_key_check)",
        *broken[0][2], *broken[0][0], *broken[0][1]);
  }

  db::Session& session_;
  std::set<std::string> named_;
  std::map<std::string, std::string> before_;
  bool watching_ = false;
};

}  // namespace

db::Url SqlitePlatform::tool_url(const db::Url& url) const { return url; }

bool SqlitePlatform::exists(db::Session& session, const TableName& table,
                            std::string_view suffix) const {
  if (!table.schema().empty()) {
    throw Error(
        ErrorCode::usage,
        fmt::format("table '{}': SQLite has no schemas; give the name alone", table.text()));
  }
  return !db::query(
              session,
              "SELECT CAST(name AS TEXT) FROM sqlite_master WHERE type = 'table' AND name = :p0 "
              "COLLATE NOCASE",
              {table.name(suffix)})
              .empty();
}

std::unique_ptr<RunLock> SqlitePlatform::lock(const db::Url& url, const config::DatabaseSettings&,
                                              const TableName&, const LockRequest& request) const {
  if (url.in_memory()) return std::make_unique<NoLock>();
  // By its real name, so that two ways to one database meet in one lock.
  std::error_code error;
  auto path = std::filesystem::weakly_canonical(url.path(), error);
  if (error) path = url.path();
  path += ".migrate-lock";
  auto lock = std::make_unique<FileLock>(path);
  wait_for_lock(
      request, [&] { return lock->attempt(); }, [&] { return lock->holder(); });
  return lock;
}

void SqlitePlatform::adopt(db::Session&, const TableName&, const RunLock&) const {}

void SqlitePlatform::begin_migration(db::Session& session, std::chrono::milliseconds) const {
  // With enforcement on, DROP TABLE in a rebuild deletes the child rows without a word; and inside
  // a transaction it cannot be turned off. The guard checks the references before the commit
  // instead.
  session.dialect().execute_raw(session, "PRAGMA foreign_keys = OFF");
}

void SqlitePlatform::set_commits(db::Session& session, Commits commits) const {
  // With the write-ahead log NORMAL keeps the order of commits, and the file whole.
  session.dialect().execute_raw(session, commits == Commits::deferred
                                             ? "PRAGMA synchronous = NORMAL"
                                             : "PRAGMA synchronous = FULL");
}

void SqlitePlatform::begin_transaction(db::Session&, std::chrono::milliseconds) const {}

void SqlitePlatform::end_migration(db::Session& session) const {
  session.dialect().execute_raw(session, "PRAGMA foreign_keys = ON");
}

std::unique_ptr<Guard> SqlitePlatform::guard(db::Session& session,
                                             const std::vector<BatchStatement>& statements) const {
  return std::make_unique<SqliteGuard>(session, statements);
}

Probe SqlitePlatform::probe(db::Session&, const sql::Statement&) const { return {}; }

std::function<Activity()> SqlitePlatform::activity(const db::Url&, const config::DatabaseSettings&,
                                                   const TableName&) const {
  return {};  // the locks on the file are the processes' own, and carry no name
}

bool SqlitePlatform::is_lock_timeout(const db::DatabaseError& error) const {
  return error.state.starts_with("SQLITE_BUSY") || error.state.starts_with("SQLITE_LOCKED");
}

}  // namespace notes::migrate
