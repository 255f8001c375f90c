#include "e2e/operators.hpp"

#include <chrono>
#include <stdexcept>

namespace notes::tests {

HttpClient connect_operators(ServerProcess& server) {
  const auto line = server.process().wait_for_line(Stream::errors, "operators' listener");
  return HttpClient(static_cast<std::uint16_t>(std::stoi(line.substr(line.find("\"port\":") + 7))));
}

long gauge(HttpClient& operators, const std::string& name) {
  const auto text = operators.get("/metrics").body;
  const auto at = text.find("\n" + name + " ");
  if (at == std::string::npos) throw std::runtime_error("there is no gauge " + name);
  return std::stol(text.substr(at + name.size() + 2));
}

long settled_gauge(HttpClient& operators, const std::string& name, long wanted) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  auto value = gauge(operators, name);
  while (value != wanted && std::chrono::steady_clock::now() < deadline) {
    value = gauge(operators, name);
  }
  return value;
}

}  // namespace notes::tests
