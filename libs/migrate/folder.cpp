#include "migrate/folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include "base/error.hpp"

namespace notes::migrate {
namespace {

/// An open file; closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view verb, int error) {
  throw Error(ErrorCode::usage, fmt::format("cannot {} {}: {}", verb, path.string(),
                                            std::generic_category().message(error)));
}

/// A file of an open folder, to its end. Each system call counts: a folder may hold ten thousand.
std::string read(const Descriptor& folder, const std::filesystem::path& path) {
  const char* name = path.c_str() + path.native().rfind('/') + 1;
  const Descriptor file(::openat(folder.number(), name, O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) fail(path, "read", errno);
  std::string text;
  std::array<char, 16 * 1024> buffer;  // most files in one go
  for (;;) {
    const auto count = ::read(file.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "read", errno);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

[[noreturn]] void cannot_list(const std::filesystem::path& folder, const std::error_code& error) {
  throw Error(ErrorCode::usage,
              fmt::format("the migrations folder {} cannot be read: {}; name it with --dir",
                          folder.string(), error.message()));
}

/// The paths of the .sql files, in the order of their names.
std::vector<std::filesystem::path> migration_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  auto entry = std::filesystem::directory_iterator(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string_view path = entry->path().native();
    if (path.ends_with(".sql") && path[path.rfind('/') + 1] != '.') paths.push_back(entry->path());
  }
  if (error) cannot_list(folder, error);
  std::sort(paths.begin(), paths.end(),
            [](const auto& left, const auto& right) { return left.native() < right.native(); });
  return paths;
}

/// Versions are numbers of any length: 9 comes before 10, and 007 is 7.
bool earlier_version(const Migration* left, const Migration* right) {
  const auto significant = [](const Migration* migration) {
    std::string_view digits = migration->revision;
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  const auto a = significant(left);
  const auto b = significant(right);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

void chain_by_version(std::vector<Migration>& migrations) {
  std::vector<Migration*> versions;
  for (auto& migration : migrations) {
    if (!migration.has_header) versions.push_back(&migration);
  }
  std::stable_sort(versions.begin(), versions.end(), earlier_version);
  for (std::size_t at = 1; at < versions.size(); ++at) {
    versions[at]->down_revisions = {versions[at - 1]->revision};
  }
}

std::string slug(std::string_view message) {
  constexpr std::size_t longest = 40;
  std::string text;
  for (const char c : message) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool kept = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept) {
      text += upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!text.empty() && text.back() != '_') {
      text += '_';
    }
    if (text.size() == longest) break;
  }
  while (text.ends_with('_')) text.pop_back();
  return text;
}

std::string random_revision() {
  std::array<unsigned char, 6> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string render(const NewMigration& migration, std::string_view revision) {
  std::string text = fmt::format("-- revision: {}\n", revision);
  const auto line = [&text](std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty())
      fmt::format_to(std::back_inserter(text), "-- {}: {}\n", key, fmt::join(values, ", "));
  };
  line("down_revision", migration.down_revisions);
  line("depends_on", migration.depends_on);
  line("branch_labels", migration.branch_labels);
  fmt::format_to(std::back_inserter(text), "-- message: {}\n\n-- migrate:up\n\n-- migrate:down\n",
                 migration.message);
  return text;
}

}  // namespace

FolderReading::FolderReading(const std::filesystem::path& folder) {
  constexpr std::size_t portion = 32;
  auto paths = std::make_shared<const std::vector<std::filesystem::path>>(migration_files(folder));
  // Shared by the portions: the paths and the open folder that they are read from.
  const auto directory = std::make_shared<const Descriptor>(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory->number() < 0) cannot_list(folder, {errno, std::generic_category()});
  for (std::size_t begin = 0; begin < paths->size(); begin += portion) {
    portions_.emplace_back([=] {
      std::vector<Migration> migrations;
      const auto end = std::min(begin + portion, paths->size());
      for (auto at = begin; at < end; ++at)
        migrations.push_back(parse_migration((*paths)[at], read(*directory, (*paths)[at])));
      return migrations;
    });
  }
  // One portion is done before a thread has started.
  if (portions_.size() > 1)
    reader_ = std::jthread([this](const std::stop_token& over) { read_on(over); });
}

void FolderReading::read_on(const std::stop_token& over) {
  while (!over.stop_requested()) {
    const auto at = next_.fetch_add(1);
    if (at >= portions_.size()) return;
    portions_[at]();
  }
}

std::vector<Migration> FolderReading::finish() {
  read_on({});
  std::vector<Migration> migrations;
  for (auto& portion : portions_) {
    auto read = portion.get_future().get();
    std::move(read.begin(), read.end(), std::back_inserter(migrations));
  }
  chain_by_version(migrations);
  return migrations;
}

std::vector<Migration> read_folder(const std::filesystem::path& folder) {
  return FolderReading(folder).finish();
}

Revision revision_of(const Migration& migration) {
  return {migration.revision,      migration.down_revisions, migration.depends_on,
          migration.branch_labels, migration.message,        migration.path.string()};
}

std::filesystem::path write_migration(const std::filesystem::path& folder,
                                      const NewMigration& migration) {
  const std::string revision = migration.revision.empty() ? random_revision() : migration.revision;
  if (!is_revision_id(revision)) {
    throw Error(ErrorCode::usage,
                fmt::format("revision id '{}': expected 1 to 64 letters, digits and underscores",
                            revision));
  }
  if (migration.message.find_first_of("\r\n") != std::string::npos) {
    throw Error(ErrorCode::usage, "the message must be one line");
  }
  const std::string tail = slug(migration.message);
  const auto path = folder / (revision + (tail.empty() ? "" : "_" + tail) + ".sql");
  const auto unfinished = folder / fmt::format(".{}.{}", revision, ::getpid());
  const std::string text = render(migration, revision);
  {
    const Descriptor file(
        ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.number() < 0) fail(path, "write", errno);
    const auto written = ::write(file.number(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
      const int error = written < 0 ? errno : ENOSPC;
      ::unlink(unfinished.c_str());
      fail(path, "write", error);
    }
  }
  // A link, unlike a rename, never takes the place of a file that is there.
  const int linked = ::link(unfinished.c_str(), path.c_str());
  const int error = errno;
  ::unlink(unfinished.c_str());
  if (linked != 0) fail(path, "write", error);
  return path;
}

}  // namespace notes::migrate
