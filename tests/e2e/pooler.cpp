#include "e2e/pooler.hpp"

#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace notes::tests {
namespace {

/// One that nobody listens on at the moment; somebody may take it before the pooler does.
int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  if (!bound) throw std::runtime_error("no free port");
  return ::ntohs(address.sin_port);
}

struct Database {
  std::string user;
  std::string password;
  std::string host;
  std::string port;
  std::string name;
};

/// The tests' own URLs: postgresql://user:password@host:port/name.
Database parse(std::string_view url) {
  const auto next = [&](std::string_view end) {
    const auto at = url.find(end);
    if (at == std::string_view::npos) throw std::runtime_error("not the tests' URL");
    const std::string part(url.substr(0, at));
    url.remove_prefix(at + end.size());
    return part;
  };
  next("://");
  Database database;
  database.user = next(":");
  database.password = next("@");
  database.host = next(":");
  database.port = next("/");
  database.name = url;
  return database;
}

std::string configuration(const Database& database, int port) {
  return fmt::format(
      "[databases]\n{5} = host={3} port={4} dbname={5} user={1} password={2}\n"
      "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {0}\nunix_socket_dir =\n"
      "auth_type = any\npool_mode = transaction\ndefault_pool_size = 20\n",
      port, database.user, database.password, database.host, database.port, database.name);
}

/// PgBouncer refuses to run as root, which lends it another user's name.
std::unique_ptr<Process> start(const std::filesystem::path& file) {
  constexpr auto kProgram = "/usr/sbin/pgbouncer";
  ProcessOptions options;
  options.arguments = {file.string()};
  if (::geteuid() != 0) return std::make_unique<Process>(kProgram, options);
  options.arguments = {"-u", "nobody", "--", kProgram, file.string()};
  return std::make_unique<Process>("/usr/sbin/runuser", options);
}

}  // namespace

Pooler::Pooler(const std::string& url) {
  const auto database = parse(url);
  using std::filesystem::perms;
  const auto open = [](const std::filesystem::path& path, perms extra) {
    std::filesystem::permissions(path, extra, std::filesystem::perm_options::add);
  };
  open(directory_.path(), perms::others_read | perms::others_exec);
  for (int attempt = 0; attempt < 5; ++attempt) {
    const int port = free_port();
    const auto file = directory_.write("pgbouncer.ini", configuration(database, port));
    open(file, perms::others_read);
    process_ = start(file);
    try {
      process_->wait_for_line(Stream::errors, "process up");
    } catch (const std::runtime_error&) {
      continue;
    }
    url_ = fmt::format("postgresql://{}@127.0.0.1:{}/{}", database.user, port, database.name);
    return;
  }
  throw std::runtime_error("pgbouncer does not come up: " + process_->errors());
}

}  // namespace notes::tests
