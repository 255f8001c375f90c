#include "workbench.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "database_wait.hpp"

namespace notes::migrate {

std::chrono::milliseconds duration_option(const cli::Invocation& invocation,
                                          std::string_view option,
                                          std::chrono::milliseconds otherwise) {
  const auto text = invocation.value(option);
  if (!text) return otherwise;
  const auto parsed = parse_duration(*text);
  if (!parsed) {
    throw Error(ErrorCode::usage,
                fmt::format("--{}: expected a duration such as 30s, got '{}'", option, *text));
  }
  return *parsed;
}

std::filesystem::path migrations_folder(const cli::Invocation& invocation) {
  return invocation.value("dir").value_or("migrations");
}

Workbench::Workbench(const cli::Invocation& invocation)
    : invocation_(invocation),
      settings_(invocation.load_settings().settings),
      url_(db::Url::parse(settings_.database.url.reveal())),
      table_(invocation.value("table").value_or(std::string(TableName::kDefault))),
      listener_([this](const std::stop_token& over) {
        if (signal_.wait(over)) stop_.request_stop();
      }) {
  const auto patience = duration_option(invocation, "wait", std::chrono::milliseconds(0));
  if (invocation.has("wait")) wait_for_database(url_, settings_.database, patience, stop());
}

Author Workbench::author() const {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  const auto user = config::value_of(invocation_.variables(), "USER");
  return {fmt::format("{}@{}", user.empty() ? fmt::format("uid {}", ::getuid()) : std::string(user),
                      host.data()),
          invocation_.app().version};
}

std::unique_ptr<RunLock> Workbench::lock() const {
  LockRequest request;
  request.timeout =
      duration_option(invocation_, "lock-timeout", MigratorSettings().run_lock_timeout);
  request.stop = stop();
  request.waiting = [this](std::string_view holder) {
    invocation_.console().error.write(
        fmt::format("waiting for {} to finish with the database\n", holder));
  };
  return Platform::of(url_.engine()).lock(url_, settings_.database, table_, request);
}

std::unique_ptr<db::Session> Workbench::open() const {
  const bool is_file = !url_.path().empty() && !url_.in_memory();
  if (std::error_code error; is_file && !std::filesystem::exists(url_.path(), error)) {
    throw Error(ErrorCode::pending,
                fmt::format("{}: there is no such database; make it with notes-migrate upgrade",
                            url_.redacted()));
  }
  return db::open_session(url_, settings_.database);
}

Migrator Workbench::migrator(Observer& observer) const {
  MigratorSettings settings;
  settings.directory = migrations_folder(invocation_);
  settings.table = table_;
  settings.run_lock_timeout =
      duration_option(invocation_, "lock-timeout", settings.run_lock_timeout);
  settings.runner.lock_timeout =
      duration_option(invocation_, "table-lock-timeout", settings.runner.lock_timeout);
  settings.author = author();
  settings.stop = stop();
  return {url_, settings_.database, std::move(settings), clock_, observer};
}

}  // namespace notes::migrate
