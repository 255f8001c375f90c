#include "operator_commands.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "api/routes.hpp"
#include "cli/table.hpp"
#include "notify/exchange.hpp"

namespace notes::server {
namespace {

using namespace std::chrono_literals;
using cli::ExitCode;

constexpr notify::DeliveryLimits kProbeLimits{.connect_timeout = 2s, .timeout = 4s};

std::string_view to_string(http::Runs runs) {
  switch (runs) {
    case http::Runs::inline_:
      return "inline";
    case http::Runs::on_worker:
      return "worker";
  }
  return "worker";
}

std::string_view to_string(api::Access access) {
  switch (access) {
    case api::Access::everybody:
      return "everybody";
    case api::Access::strangers:
      return "strangers";
    case api::Access::users:
      return "users";
    case api::Access::persons:
      return "persons";
    case api::Access::read_notes:
      return "notes:read";
    case api::Access::write_notes:
      return "notes:write";
  }
  return "everybody";
}

std::string json_of(const std::vector<api::Endpoint>& endpoints) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto write = [&](std::string_view name, std::string_view value) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  writer.StartArray();
  for (const auto& endpoint : endpoints) {
    writer.StartObject();
    write("method", to_string(endpoint.method));
    write("path", endpoint.pattern);
    write("operation", endpoint.operation);
    write("access", to_string(endpoint.access));
    write("runs", to_string(endpoint.runs));
    writer.EndObject();
  }
  writer.EndArray();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

ExitCode show_routes(const cli::Invocation& invocation) {
  const auto endpoints = api::endpoints({});
  if (invocation.has("json")) {
    invocation.out().write(json_of(endpoints));
    return ExitCode::ok;
  }
  cli::Table table({"METHOD", "PATH", "OPERATION", "ACCESS", "RUNS"});
  for (const auto& endpoint : endpoints) {
    table.add({std::string(to_string(endpoint.method)), endpoint.pattern,
               std::string(endpoint.operation), std::string(to_string(endpoint.access)),
               std::string(to_string(endpoint.runs))});
  }
  invocation.out().write(table.text());
  return ExitCode::ok;
}

/// Where a server that listens on `host` can be reached on its own machine, as a URL has it.
std::string local_host(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::" || host == "[::]") return "[::1]";
  return host.find(':') != std::string::npos && host.front() != '[' ? "[" + host + "]" : host;
}

ExitCode check_health(const cli::Invocation& invocation) {
  const auto settings = invocation.load_settings().settings.server;
  const auto url = fmt::format("http://{}:{}{}", local_host(settings.host), settings.port,
                               invocation.has("ready") ? "/readyz" : "/healthz");
  const auto reply = notify::exchange({.url = config::Secret(url)}, kProbeLimits, {});
  if (reply.delivered()) {
    invocation.out().write(fmt::format("{}: {}\n", url, reply.status));
    return ExitCode::ok;
  }
  const auto why = reply.status != 0 ? fmt::format("{}", reply.status) : reply.error;
  invocation.console().error.write(fmt::format("notes-server: {}: {}\n", url, why));
  return ExitCode::usage;
}

}  // namespace

std::vector<cli::Command> operator_commands() {
  return {{.name = "routes",
           .summary = "list every route that clients can call",
           .options = {{.name = "json", .help = "one JSON array"}},
           .run = show_routes},
          {.name = "healthcheck",
           .summary = "ask the server of these settings, on this machine, whether it is well",
           .options = {{.name = "ready", .help = "whether it is ready, and not only alive"}},
           .settings = cli::Settings::used,
           .run = check_health}};
}

}  // namespace notes::server
