#include "api/admin_handlers.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.hpp"

namespace notes::api {
namespace {

using http::Request;
using http::Response;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::string_view kJson = "application/json";
/// More tell an operator nothing new.
constexpr std::size_t kMostRequests = 1000;

void write_member(Writer& writer, std::string_view name, std::string_view value) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// {NAME:[…]}, each item an object whose members `write_item` writes.
template <typename Items, typename WriteItem>
Response list(std::string_view name, const Items& items, WriteItem write_item) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  writer.StartArray();
  for (const auto& item : items) {
    writer.StartObject();
    write_item(writer, item);
    writer.EndObject();
  }
  writer.EndArray();
  writer.EndObject();
  return http::respond(200, kJson, std::string(buffer.GetString(), buffer.GetSize()));
}

void write_request(Writer& writer, const http::InFlight& request) {
  write_member(writer, "request_id", request.request_id);
  write_member(writer, "trace_id", request.trace_id);
  write_member(writer, "method", to_string(request.method));
  write_member(writer, "path", request.path);
  write_member(writer, "route", request.route);
  write_member(writer, "client", request.client);
  writer.Key("age_ms");
  writer.Int64(std::chrono::duration_cast<std::chrono::milliseconds>(request.age).count());
  write_member(writer, "state", request.running ? "running" : "queued");
}

Response level_response(telemetry::Level level) {
  return http::respond(200, kJson, R"({"level":")" + std::string(to_string(level)) + R"("})");
}

telemetry::Level read_level(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    throw Error(ErrorCode::malformed, R"(expected a JSON object such as {"level":"debug"})");
  }
  const auto member = document.FindMember("level");
  const auto level = member != document.MemberEnd() && member->value.IsString()
                         ? telemetry::parse_level(member->value.GetString())
                         : std::nullopt;
  if (!level || document.MemberCount() != 1) {
    throw Error({{"/level", "not_a_level", "expected debug, info, warning or error, and no more"}});
  }
  return *level;
}

}  // namespace

AdminHandlers::AdminHandlers(telemetry::Metrics& metrics, telemetry::Logger& logger,
                             const http::Activity& activity,
                             std::vector<config::ShownSetting> settings)
    : metrics_(metrics),
      logger_(logger),
      activity_(activity),
      settings_(std::move(settings)),
      process_(metrics) {}

Response AdminHandlers::metrics(const Request&) {
  process_.refresh();
  return http::respond(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.prometheus_text());
}

Response AdminHandlers::in_flight(const Request&) const {
  return list("requests", activity_.in_flight(std::chrono::steady_clock::now(), kMostRequests),
              write_request);
}

Response AdminHandlers::config(const Request&) const {
  return list("settings", settings_, [](Writer& writer, const config::ShownSetting& setting) {
    write_member(writer, "key", setting.key);
    write_member(writer, "value", setting.value);
    write_member(writer, "origin", setting.origin);
  });
}

Response AdminHandlers::log_level(const Request&) const {
  return level_response(logger_.threshold());
}

Response AdminHandlers::set_log_level(const Request& request) {
  const auto level = read_level(request.body);
  logger_.set_threshold(level);
  logger_.warning("the log level was changed", {{"level", to_string(level)}});
  return level_response(level);
}

}  // namespace notes::api
