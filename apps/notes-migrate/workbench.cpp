#include "workbench.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "base/duration.hpp"
#include "base/error.hpp"

namespace notes::migrate {

Workbench::Workbench(const cli::Invocation& invocation)
    : invocation_(invocation),
      settings_(invocation.load_settings().settings),
      url_(db::Url::parse(settings_.database.url.reveal())),
      table_(invocation.value("table").value_or(std::string(TableName::kDefault))),
      listener_([this](const std::stop_token& over) {
        if (signal_.wait(over)) stop_.request_stop();
      }) {}

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
  request.timeout = std::chrono::seconds(60);
  if (const auto text = invocation_.value("lock-timeout")) {
    const auto timeout = parse_duration(*text);
    if (!timeout) {
      throw Error(ErrorCode::usage,
                  fmt::format("--lock-timeout: expected a duration such as 30s, got '{}'", *text));
    }
    request.timeout = *timeout;
  }
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

}  // namespace notes::migrate
