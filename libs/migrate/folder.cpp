#include "migrate/folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
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

std::string read(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) fail(path, "read", errno);
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const auto count = ::read(file.number(), text.data() + filled, text.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, "read", errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
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

std::vector<Migration> read_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  auto entry = std::filesystem::directory_iterator(folder, error);
  if (error) {
    throw Error(ErrorCode::usage,
                fmt::format("the migrations folder {} cannot be read: {}; name it with --dir",
                            folder.string(), error.message()));
  }
  for (; entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto& path = entry->path();
    if (path.extension() == ".sql" && !path.filename().native().starts_with('.'))
      paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Migration> migrations;
  migrations.reserve(paths.size());
  for (const auto& path : paths) migrations.push_back(parse_migration(path, read(path)));
  chain_by_version(migrations);
  return migrations;
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
