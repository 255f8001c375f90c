#include "http/pipeline.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include "base/uuid.hpp"
#include "test_server.hpp"

namespace notes::http {
namespace {

/// A pipeline of one route whose handler is given.
class OneRoute {
 public:
  explicit OneRoute(Handler handler)
      : logger_(clock_, std::make_unique<Sink>(lines_), telemetry::LogFormat::json,
                telemetry::Level::debug),
        pipeline_(Router(rows(std::move(handler))), {}, logger_, metrics_) {}

  Response answer(Request request) {
    pipeline_.identify(request);
    const auto plan = pipeline_.plan(request);
    return plan.answer ? *plan.answer : pipeline_.run(*plan.route, request);
  }

  const Pipeline& pipeline() const { return pipeline_; }
  const tests::LogLines& lines() const { return lines_; }

 private:
  struct Sink final : telemetry::LogSink {
    explicit Sink(tests::LogLines& to) : lines(to) {}
    void write(telemetry::Level, std::string_view line) override { lines.add(line); }
    tests::LogLines& lines;
  };

  static std::vector<Route> rows(Handler handler) {
    std::vector<Route> routes;
    routes.push_back({Method::get, "/x", "x", Runs::inline_, std::move(handler)});
    return routes;
  }

  SystemClock clock_;
  tests::LogLines lines_;
  telemetry::Logger logger_;
  telemetry::Metrics metrics_;
  Pipeline pipeline_;
};

Request get(std::string path) {
  Request request;
  request.path = std::move(path);
  return request;
}

}  // namespace

TEST_CASE("a request id is taken when it is harmless and made when it is not") {
  OneRoute one([](const Request&) { return Response{}; });
  const std::string longest(64, 'a');
  for (const auto& id : {std::string("a"), std::string("A-z_0.9"), longest}) {
    Request request = get("/x");
    request.headers.add("x-request-id", id);
    one.pipeline().identify(request);
    CHECK(request.request_id == id);
  }
  for (const auto& id :
       {std::string(), std::string("a b"), std::string("a\"b"), longest + "a", std::string("é")}) {
    Request request = get("/x");
    request.headers.add("X-Request-Id", id);
    one.pipeline().identify(request);
    CHECK(Uuid::parse(request.request_id).has_value());
  }
}

TEST_CASE("what a handler throws is answered, and only what may be shown is shown") {
  OneRoute known([](const Request&) -> Response {
    throw Error(ErrorCode::not_found, "note 7 does not exist");
  });
  CHECK(known.answer(get("/x")).status == 404);
  CHECK(known.answer(get("/x")).body.find("note 7 does not exist") != std::string::npos);

  OneRoute foreign(
      [](const Request&) -> Response { throw std::runtime_error("password=hunter2"); });
  const auto response = foreign.answer(get("/x"));
  CHECK(response.status == 500);
  CHECK(response.body.find("hunter2") == std::string::npos);
  CHECK(foreign.lines().hold("hunter2"));
  CHECK(foreign.lines().hold("\"request_id\":"));

  OneRoute strange([](const Request&) -> Response { throw 42; });
  CHECK(strange.answer(get("/x")).status == 500);
}

TEST_CASE("a response that would split is a 500") {
  OneRoute one([](const Request&) {
    Response response = respond(200, "text/plain", "x");
    response.headers.add("Location", "a\r\nb: c");
    return response;
  });
  CHECK(one.answer(get("/x")).status == 500);
}

TEST_CASE("other methods and paths are answered without the handler") {
  OneRoute one([](const Request&) -> Response { throw std::logic_error("not to be called"); });
  CHECK(one.answer(get("/y")).status == 404);
  Request put = get("/x");
  put.method = Method::put;
  CHECK(one.answer(put).status == 405);
  CHECK(one.answer(put).headers.find("Allow") == "GET, HEAD, OPTIONS");
  Request options = get("/x");
  options.method = Method::options;
  CHECK(one.answer(options).status == 204);
  CHECK(one.answer(options).headers.find("Allow") == "GET, HEAD, OPTIONS");
}

}  // namespace notes::http
