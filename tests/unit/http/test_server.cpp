#include "test_server.hpp"

#include <utility>

namespace notes::tests {
namespace {

class LinesSink final : public telemetry::LogSink {
 public:
  explicit LinesSink(std::shared_ptr<LogLines> lines) : lines_(std::move(lines)) {}
  void write(telemetry::Level, std::string_view line) override { lines_->add(line); }

 private:
  std::shared_ptr<LogLines> lines_;  // shared with the test
};

}  // namespace

void LogLines::add(std::string_view line) {
  const std::lock_guard lock(mutex_);
  lines_.emplace_back(line);
}

std::vector<std::string> LogLines::all() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool LogLines::hold(std::string_view text) const {
  for (const auto& line : all()) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

config::ServerSettings test_settings() {
  config::ServerSettings settings;
  settings.port = 0;
  settings.workers = 4;
  return settings;
}

TestServer::TestServer(const config::ServerSettings& settings, std::vector<http::Route> routes)
    : log_(std::make_shared<LogLines>()),
      logger_(clock_, std::make_unique<LinesSink>(log_), telemetry::LogFormat::json,
              telemetry::Level::info),
      server_(settings, http::Router(std::move(routes)), logger_, metrics_) {}

double TestServer::metric(std::string_view name_and_labels) const {
  const std::string text = "\n" + metrics_.prometheus_text();
  const auto at = text.find("\n" + std::string(name_and_labels) + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name_and_labels.size() + 2));
}

http::Route ping_route() {
  return {http::Method::get, "/ping", "ping", http::Runs::inline_,
          [](const http::Request&) { return http::respond(200, "text/plain", "pong"); }};
}

http::Route echo_route() {
  return {http::Method::post, "/echo", "echo", http::Runs::on_worker,
          [](const http::Request& request) {
            return http::respond(200, "application/octet-stream", request.body);
          }};
}

}  // namespace notes::tests
