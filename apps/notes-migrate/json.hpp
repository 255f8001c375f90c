#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/exit_code.hpp"
#include "migrate/graph.hpp"
#include "migrate/migrator.hpp"
#include "migrate/picture.hpp"
#include "migrate/script.hpp"

namespace notes::migrate {

/// What the commands print with --json: one object on one line. docs/migrating.md describes each.
std::string json_of(const Report& report, bool dry_run);
enum class Sections { left_out, shown };
/// `only`: the revisions to show, in this order; `sections`: with the SQL of their files or
/// without.
std::string json_of(const Picture& picture, const std::vector<Graph::Index>& only,
                    Sections sections = Sections::left_out);

/// What `plan` shows; `current` are the applied heads.
std::string json_of(const std::vector<PlannedStep>& steps, db::Engine engine,
                    const std::vector<std::string>& current);
/// A file or folder that was written.
std::string json_of_file(const std::filesystem::path& path);
std::string json_of_wait(std::string_view database, std::chrono::milliseconds waited);
std::string json_of_script(db::Engine engine, std::string_view sql);
/// What stands in place of a command's object when it failed.
std::string json_of(const Error& error, cli::ExitCode code);

}  // namespace notes::migrate
