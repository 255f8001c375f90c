#include "migrate/migration.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "base/suggest.hpp"
#include "migrate/checksum.hpp"

namespace notes::migrate {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlank = " \t\r\n\f\v";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Words between blanks and commas: "a, b c" has three.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  constexpr std::string_view separators = " \t\r,";
  for (auto at = text.find_first_not_of(separators); at != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(separators, at), text.size());
    found.emplace_back(text.substr(at, end - at));
    at = text.find_first_not_of(separators, end);
  }
  return found;
}

/// What stands behind the dashes of a comment line; nullopt for any other line.
std::optional<std::string_view> comment(std::string_view line) {
  if (!line.starts_with("--")) return std::nullopt;
  return trim(line.substr(2));
}

class Parser {
 public:
  Parser(const std::filesystem::path& path, std::string source) {
    migration_.path = path;
    migration_.source = std::move(source);
  }

  Migration parse() {
    const std::string_view source = migration_.source;
    if (const auto nul = source.find('\0'); nul != std::string_view::npos) {
      line_ = 1 + static_cast<std::size_t>(std::count(
                      source.begin(), source.begin() + static_cast<std::ptrdiff_t>(nul), '\n'));
      fail("a NUL byte: the file must be UTF-8 text (saved as UTF-16?)");
    }
    std::size_t at = source.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    while (at < source.size()) {
      ++line_;
      const auto end = std::min(source.find('\n', at), source.size());
      read_line(source.substr(at, end - at), at, std::min(end + 1, source.size()));
      at = end + 1;
    }
    finish();
    migration_.checksum = sha256(source);
    return std::move(migration_);
  }

 private:
  void read_line(std::string_view line, std::size_t begin, std::size_t next) {
    if (const auto text = comment(line)) {
      if (text->starts_with("migrate:")) return read_directive(*text, begin, next);
      if (migration_.sections.empty()) read_header(*text);
    } else if (migration_.sections.empty() && !trim(line).empty()) {
      fail("SQL before the first '-- migrate:up' line; put that line above it");
    }
  }

  void read_directive(std::string_view text, std::size_t begin, std::size_t next) {
    const auto parts = words(text);
    if (parts.front() == "migrate:idempotent" && parts.size() == 1) {
      if (migration_.sections.empty()) fail("'-- migrate:idempotent' before the first section");
      migration_.sections.back().idempotent_lines.push_back(line_);
      return;
    }
    Section section;
    if (parts.front() == "migrate:up") {
      section.direction = Direction::up;
    } else if (parts.front() == "migrate:down") {
      section.direction = Direction::down;
    } else {
      constexpr std::array<std::string_view, 3> known{"migrate:up", "migrate:down",
                                                      "migrate:idempotent"};
      fail(fmt::format("unknown directive '{}'{}", parts.front(),
                       did_you_mean(parts.front(), known)));
    }
    for (std::size_t index = 1; index < parts.size(); ++index) read_option(parts[index], section);
    if (!migration_.sections.empty()) migration_.sections.back().end = begin;
    section.begin = next;
    section.end = migration_.source.size();
    section.start = {next, line_ + 1, 1};
    migration_.sections.push_back(std::move(section));
  }

  void read_option(std::string_view option, Section& section) {
    if (option == "transaction:false") {
      section.transactional = false;
    } else if (option == "transaction:true") {
      section.transactional = true;
    } else if (option == "only:postgresql") {
      section.only = db::Engine::postgresql;
    } else if (option == "only:sqlite") {
      section.only = db::Engine::sqlite;
    } else {
      constexpr std::array<std::string_view, 4> known{"transaction:false", "transaction:true",
                                                      "only:postgresql", "only:sqlite"};
      fail(fmt::format("unknown option '{}'{}; known are {}", option, did_you_mean(option, known),
                       fmt::join(known, ", ")));
    }
  }

  void read_header(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return;
    const auto key = trim(text.substr(0, colon));
    const auto value = trim(text.substr(colon + 1));
    if (key == "revision") {
      read_revision(value);
    } else if (key == "down_revision") {
      migration_.down_revisions = ids(key, value);
    } else if (key == "depends_on") {
      migration_.depends_on = ids(key, value);
    } else if (key == "branch_labels") {
      migration_.branch_labels = ids(key, value);
    } else if (key == "message") {
      migration_.message = value;
    } else if (key == "lock_timeout") {
      migration_.lock_timeout = parse_duration(value);
      if (!migration_.lock_timeout)
        fail(fmt::format("lock_timeout: expected a duration such as 10s, got '{}'", value));
    } else {
      constexpr std::array<std::string_view, 6> known{
          "revision", "down_revision", "depends_on", "branch_labels", "message", "lock_timeout"};
      // Any comment may hold a colon; only a near miss is taken for a slip.
      if (const auto meant = closest(key, known))
        fail(fmt::format("unknown header '{}' (did you mean '{}'?)", key, *meant));
      return;
    }
    if (header_line_ == 0) header_line_ = line_;
  }

  void read_revision(std::string_view value) {
    if (migration_.has_header) fail("a second '-- revision:' line");
    if (!is_revision_id(value)) fail(id_message("revision", value));
    migration_.revision = value;
    migration_.has_header = true;
  }

  std::vector<std::string> ids(std::string_view key, std::string_view value) {
    if (value.empty() || value == "none" || value == "None") return {};
    auto found = words(value);
    for (const auto& id : found) {
      if (!is_revision_id(id)) fail(id_message(key, id));
    }
    return found;
  }

  static std::string id_message(std::string_view key, std::string_view value) {
    return fmt::format(
        "{}: expected 1 to 64 letters, digits and underscores (not head, heads, base or current), "
        "got '{}'",
        key, value);
  }

  void finish() {
    if (!migration_.has_header) {
      if (header_line_ != 0) {
        line_ = header_line_;
        fail("a header without '-- revision:'; add that line");
      }
      read_version();
    }
    if (migration_.sections.empty()) {
      fail("no '-- migrate:up' line; put it above the SQL that the migration runs");
    }
    const bool has_up =
        std::any_of(migration_.sections.begin(), migration_.sections.end(),
                    [](const Section& section) { return section.direction == Direction::up; });
    if (!has_up) fail("'-- migrate:down' without '-- migrate:up'");
  }

  /// dbmate: 20260102030405_create_users.sql is version 20260102030405, "create users".
  void read_version() {
    const std::string stem = migration_.path.stem().string();
    const auto digits = std::min(stem.find_first_not_of("0123456789"), stem.size());
    if (digits == 0) {
      line_ = 1;
      fail(
          "neither a '-- revision:' line nor a file name that begins with a version's digits; "
          "start the file as 'notes-migrate revision -m ...' does");
    }
    if (digits > 64) fail("the version has more than 64 digits");
    migration_.revision = stem.substr(0, digits);
    migration_.message = stem.substr(std::min(stem.find_first_not_of("_-", digits), stem.size()));
    std::replace(migration_.message.begin(), migration_.message.end(), '_', ' ');
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorCode::malformed, fmt::format("{}:{}: {}", migration_.path.string(),
                                                  std::max<std::size_t>(line_, 1), reason));
  }

  Migration migration_;
  std::size_t line_ = 0;
  std::size_t header_line_ = 0;
};

}  // namespace

std::string_view to_string(Direction direction) {
  return direction == Direction::up ? "up" : "down";
}

std::string_view Migration::text(const Section& section) const {
  return std::string_view(source).substr(section.begin, section.end - section.begin);
}

bool Migration::has_down() const {
  return std::any_of(sections.begin(), sections.end(),
                     [](const Section& section) { return section.direction == Direction::down; });
}

Migration parse_migration(const std::filesystem::path& path, std::string source) {
  return Parser(path, std::move(source)).parse();
}

void require_way_back(const Migration& migration) {
  if (migration.has_down()) return;
  throw Error(ErrorCode::refused,
              fmt::format("{}: revision {} has no '-- migrate:down' section, so it cannot be taken "
                          "back; add one (an empty one if there is nothing to do)",
                          migration.path.string(), migration.revision));
}

bool is_revision_id(std::string_view text) {
  constexpr std::array<std::string_view, 4> reserved{"head", "heads", "base", "current"};
  if (text.empty() || text.size() > 64) return false;
  if (std::find(reserved.begin(), reserved.end(), text) != reserved.end()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

}  // namespace notes::migrate
