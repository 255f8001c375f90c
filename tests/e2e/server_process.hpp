#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "e2e/http_client.hpp"
#include "e2e/process.hpp"
#include "support/temporary_directory.hpp"

namespace notes::tests {

/// A real notes-server on ports the kernel chose, logging JSON, in an empty directory of its own.
/// DATABASE_URL and the like are the test's to give.
class ServerProcess {
 public:
  /// Returns once the server listens. Throws std::runtime_error, with what the server wrote, when
  /// it ends before that.
  explicit ServerProcess(std::map<std::string, std::string> environment = {});

  std::uint16_t port() const { return port_; }
  HttpClient connect() const { return HttpClient(port_); }
  Process& process() { return *process_; }
  const TemporaryDirectory& directory() const { return directory_; }

  /// SIGTERM, and how the server ended.
  ExitStatus stop();
  /// SIGKILL: no chance to finish anything.
  void kill();
  /// Starts it again with the same environment and directory, on a port that may be another one.
  /// Kills the one that runs.
  void restart();

 private:
  void start();

  TemporaryDirectory directory_;
  std::map<std::string, std::string> environment_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
};

/// The environment in which notes-server chooses free ports and logs JSON; what `with` names wins.
std::map<std::string, std::string> server_environment(std::map<std::string, std::string> with);

}  // namespace notes::tests
