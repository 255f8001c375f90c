#include <map>
#include <memory>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/error.hpp"
#include "db/migrate_workshop.hpp"

using namespace notes;
using namespace notes::tests;

namespace {

/// SQLite's own way to the disk, with a look at what was written and not synced yet. One at a time.
class DiskWatch {
 public:
  DiskWatch() : system_(sqlite3_vfs_find(nullptr)), vfs_(*system_) {
    current_ = this;
    vfs_.zName = "disk-watch";
    vfs_.xOpen = &open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;
  ~DiskWatch() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(system_, 1);
    current_ = nullptr;
  }

  /// Whether a power cut could take back something that was written to a file of this ending.
  bool unsynced(std::string_view ending) const {
    for (const auto& name : unsynced_) {
      if (name.ends_with(ending)) return true;
    }
    return false;
  }

 private:
  struct File {
    std::string name;
    const sqlite3_io_methods* system = nullptr;
    sqlite3_io_methods ours{};
  };

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
    const int result = current_->system_->xOpen(current_->system_, name, file, flags, given);
    if (result != SQLITE_OK || name == nullptr) return result;
    auto opened = std::make_unique<File>();
    opened->name = name;
    opened->system = file->pMethods;
    opened->ours = *file->pMethods;
    opened->ours.xWrite = &write;
    opened->ours.xSync = &sync;
    opened->ours.xClose = &close;
    file->pMethods = &opened->ours;
    current_->files_[file] = std::move(opened);
    return result;
  }

  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    const auto& opened = *current_->files_.at(file);
    current_->unsynced_.insert(opened.name);
    return opened.system->xWrite(file, data, size, offset);
  }

  static int sync(sqlite3_file* file, int flags) {
    const auto& opened = *current_->files_.at(file);
    current_->unsynced_.erase(opened.name);
    return opened.system->xSync(file, flags);
  }

  static int close(sqlite3_file* file) {
    const auto opened = std::move(current_->files_.extract(file).mapped());
    file->pMethods = opened->system;
    return opened->system->xClose(file);
  }

  static inline DiskWatch* current_ = nullptr;
  sqlite3_vfs* system_;
  sqlite3_vfs vfs_;
  std::map<sqlite3_file*, std::unique_ptr<File>> files_;
  std::set<std::string> unsynced_;
};

}  // namespace

TEST_CASE("what an upgrade of several migrations on SQLite reports is on disk") {
  DiskWatch disk;
  Workshop<Sqlite> work;
  // The last connection to leave would bring everything to disk: another stays. Only with its first
  // read does it join the write-ahead log.
  const auto other =
      db::open_session(db::Url::parse(work.backend.url()), database_settings(work.backend.url()));
  other->dialect().execute_raw(*other, "SELECT count(*) FROM sqlite_master");
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE a (x INTEGER);"));
  work.folder.write("b2.sql", migration("b2bb", "a1aa", "CREATE TABLE b (x INTEGER);"));
  work.folder.write("c3.sql", migration("c3cc", "b2bb", "CREATE TABLE c (x INTEGER);"));
  CHECK(work.upgrade().steps.size() == 3);
  CHECK_FALSE(disk.unsynced("-wal"));
  CHECK_FALSE(disk.unsynced(".db"));

  work.folder.write("d4.sql", migration("d4dd", "c3cc", "CREATE TABLE d (x INTEGER);"));
  work.folder.write("e5.sql", migration("e5ee", "d4dd", "CREATE TABLE a (x INTEGER);"));
  CHECK_THROWS_AS(work.upgrade(), migrate::MigrationFailure);
  CHECK(work.value("SELECT CAST(max(revision) AS TEXT) FROM notes_migrate") == "d4dd");
  CHECK_FALSE(disk.unsynced("-wal"));
  CHECK_FALSE(disk.unsynced(".db"));
}

TEST_CASE("on PostgreSQL a run of several migrations ends with a commit as durable as is set") {
  Workshop<Postgres> work;
  const auto& url = work.backend.url();
  execute(url, {"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = local', "
                "current_database()); END $$"});
  work.folder.write("a1.sql", migration("a1aa", "", "CREATE TABLE seen (what TEXT);"));
  work.upgrade();
  execute(url,
          {"CREATE FUNCTION settled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "
           "seen VALUES ('end ' || current_setting('synchronous_commit')); RETURN NEW; END $$",
           "CREATE TRIGGER settled AFTER UPDATE ON notes_migrate_state FOR EACH ROW EXECUTE "
           "FUNCTION settled()"});
  const auto noting = [](std::string_view id, std::string_view parent) {
    return migration(id, parent,
                     "INSERT INTO seen SELECT '" + std::string(id) +
                         " ' || current_setting('synchronous_commit');");
  };
  work.folder.write("b2.sql", noting("b2bb", "a1aa"));
  work.folder.write("c3.sql", noting("c3cc", "b2bb"));
  work.upgrade();
  auto seen = work.values("SELECT what FROM seen ORDER BY ctid");
  REQUIRE(seen.size() >= 3);
  CHECK(seen.front() == "b2bb off");
  CHECK(seen.back() == "end local");

  work.folder.write("d4.sql", noting("d4dd", "c3cc"));
  work.upgrade();
  CHECK(work.values("SELECT what FROM seen ORDER BY ctid").back() == "d4dd local");
}
