#include "e2e/server_process.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <signal.h>

namespace notes::tests {
namespace {

/// The number behind "port": in one JSON line.
std::uint16_t port_in(const std::string& line) {
  constexpr std::string_view kKey = "\"port\":";
  const std::size_t key = line.find(kKey);
  std::uint16_t port = 0;
  if (key != std::string::npos) {
    std::from_chars(line.data() + key + kKey.size(), line.data() + line.size(), port);
  }
  if (port == 0) throw std::runtime_error("no port in the server's line: " + line);
  return port;
}

}  // namespace

std::map<std::string, std::string> server_environment(std::map<std::string, std::string> with) {
  with.insert({{"PORT", "0"}, {"NOTES_ADMIN_PORT", "0"}, {"NOTES_LOG_FORMAT", "json"}});
  return with;
}

ServerProcess::ServerProcess(std::map<std::string, std::string> environment)
    : environment_(server_environment(std::move(environment))) {
  start();
}

void ServerProcess::start() {
  process_.emplace(built("notes-server"), ProcessOptions{.arguments = {},
                                                         .environment = environment_,
                                                         .directory = directory_.path(),
                                                         .input = {}});
  port_ = port_in(process_->wait_for_line(Stream::errors, "\"listening\""));
}

ExitStatus ServerProcess::stop() {
  process_->signal(SIGTERM);
  return process_->wait();
}

void ServerProcess::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

void ServerProcess::restart() {
  process_.reset();
  start();
}

}  // namespace notes::tests
