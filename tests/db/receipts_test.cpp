#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "api/idempotency.hpp"
#include "api/note_handlers.hpp"
#include "db/accounts_fixture.hpp"
#include "identity/token_signer.hpp"

namespace notes {
namespace {

using namespace std::chrono_literals;
using domain::Actor;
using http::Request;
using http::Response;
using tests::NotesFixture;
using tests::Postgres;
using tests::Sqlite;

Request post(const std::string& key, const std::string& body,
             const std::string& target = "/api/v1/notes") {
  Request request;
  request.method = http::Method::post;
  request.target = target;
  request.path = target;
  request.headers.add("Idempotency-Key", key);
  request.body = body;
  return request;
}

/// One server's part: two of these on one database are two servers.
struct Server {
  Server(db::Database& database, const Clock& clock)
      : notes(database, clock), receipts(database, clock) {}

  telemetry::Metrics metrics;
  service::Notes notes;
  service::Receipts receipts;
  api::Idempotency idempotency{receipts, metrics};
  identity::TokenSigner signer{"secret", "cursor"};
  api::NoteHandlers handlers{notes, idempotency, signer, api::IfMatch::optional};
};

template <typename Backend>
struct ReceiptsFixture : NotesFixture<Backend> {
  using Base = NotesFixture<Backend>;

  Response create(const Request& request, const Actor& actor = {}) {
    return server.handlers.create(request, actor);
  }

  std::size_t count_notes(const Actor& actor = {}) {
    return server.notes.list(actor, {.limit = 200}).items.size();
  }

  std::string receipts() {
    return Base::open.database.read([](db::Session& session) {
      return db::query(session, "SELECT CAST(COUNT(*) AS TEXT) FROM idempotency_keys")
          .at(0)
          .at(0)
          .value();
    });
  }

  Server server{Base::open.database, Base::clock};
};

template <typename Work>
Error thrown(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return {ErrorCode::internal, ""};
}

std::string field(const Response& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or(""));
}

constexpr auto kBody = R"({"title":"회의록","body":"line 1\nline 2"})";

}  // namespace

TEST_CASE_TEMPLATE("a request sent again is answered as before, and done once", Backend, Sqlite,
                   Postgres) {
  ReceiptsFixture<Backend> at;
  const auto first = at.create(post("k1", kBody));
  CHECK(first.status == 201);
  CHECK(field(first, "Idempotent-Replayed").empty());
  at.clock.advance(1h);
  const auto again = at.create(post("k1", kBody));
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  for (const auto* name : {"Content-Type", "ETag", "Location"}) {
    CAPTURE(name);
    CHECK_FALSE(field(first, name).empty());
    CHECK(field(again, name) == field(first, name));
  }
  CHECK(field(again, "Idempotent-Replayed") == "true");
  CHECK(at.count_notes() == 1);
  CHECK(at.server.metrics.prometheus_text().find("\nhttp_server_replayed_requests_total 1\n") !=
        std::string::npos);

  CHECK(at.create(post("k2", kBody)).body != first.body);
  CHECK(at.count_notes() == 2);
}

TEST_CASE_TEMPLATE("a key is good for one request of one user", Backend, Sqlite, Postgres) {
  ReceiptsFixture<Backend> at;
  at.create(post("k", kBody));
  for (const auto& other : {post("k", R"({"title":"other"})"), post("k", kBody, "/api/notes"),
                            post("k", std::string(kBody) + " ")}) {
    const auto error = thrown([&] { at.create(other); });
    CHECK(error.code() == ErrorCode::invalid);
    CHECK(error.violations().at(0).pointer == "Idempotency-Key");
  }
  CHECK(at.count_notes() == 1);
  CHECK(field(at.create(post("k", kBody), at.other), "Idempotent-Replayed").empty());
  CHECK(at.count_notes(at.other) == 1);
}

TEST_CASE_TEMPLATE("a receipt is forgotten after a day, cleaned up or not", Backend, Sqlite,
                   Postgres) {
  ReceiptsFixture<Backend> at;
  const auto first = at.create(post("k", kBody));
  at.clock.advance(24h - 1us);
  CHECK(at.create(post("k", kBody)).body == first.body);
  at.clock.advance(1us);
  const auto second = at.create(post("k", R"({"title":"other"})"));
  CHECK(second.status == 201);
  CHECK(at.count_notes() == 2);
  CHECK(at.receipts() == "1");
  CHECK(at.create(post("k", R"({"title":"other"})")).body == second.body);
}

TEST_CASE_TEMPLATE("what was refused is tried again", Backend, Sqlite, Postgres) {
  ReceiptsFixture<Backend> at;
  CHECK(thrown([&] { at.create(post("k", R"({"title":""})")); }).code() == ErrorCode::invalid);
  CHECK(at.receipts() == "0");
  CHECK(at.create(post("k", kBody)).status == 201);

  const auto note = at.server.notes.list(Actor{}, {.limit = 1}).items.at(0);
  auto restore = post("r", "", "/api/v1/notes/" + to_string(note.id) + "/restore");
  restore.path_values = {{"id", to_string(note.id)}};
  at.server.notes.trash({}, note.id, std::nullopt);
  auto stale = restore;
  stale.headers.add("If-Match", "\"1\"");
  CHECK(at.server.handlers.restore(stale, {}).status == 412);
  CHECK(at.receipts() == "1");
  const auto restored = at.server.handlers.restore(restore, {});
  CHECK(restored.status == 200);
  CHECK(field(restored, "ETag") == "\"3\"");
  at.server.notes.trash({}, note.id, std::nullopt);
  const auto again = at.server.handlers.restore(restore, {});
  CHECK(again.body == restored.body);
  CHECK(field(again, "Idempotent-Replayed") == "true");
  CHECK(thrown([&] { at.server.notes.get({}, note.id); }).code() == ErrorCode::not_found);
}

TEST_CASE_TEMPLATE("a batch sent again is done once, one that failed is tried again", Backend,
                   Sqlite, Postgres) {
  ReceiptsFixture<Backend> at;
  const auto batch = [&](const std::string& key, const std::string& body) {
    return at.server.handlers.batch(post(key, body, "/api/v1/notes:batch"), {});
  };
  const std::string two =
      R"({"operations":[{"op":"create","note":{"title":"a"}},{"op":"create","note":{"title":"b"}}]})";
  const auto first = batch("k", two);
  CHECK(first.status == 200);
  const auto again = batch("k", two);
  CHECK(again.body == first.body);
  CHECK(field(again, "Idempotent-Replayed") == "true");
  CHECK(at.count_notes() == 2);

  const std::string impossible = R"({"operations":[{"op":"create","note":{"title":"c"}},)"
                                 R"({"op":"trash","id":"00000000-0000-7000-8000-00000000000f"}]})";
  CHECK(thrown([&] { batch("k2", impossible); }).code() == ErrorCode::invalid);
  CHECK(at.receipts() == "1");
  CHECK(batch("k2", two).status == 200);
}

TEST_CASE_TEMPLATE("a transaction that fails leaves neither effect nor receipt", Backend, Sqlite,
                   Postgres) {
  ReceiptsFixture<Backend> at;
  const service::Receipt<domain::Note> receipt{
      .key = {.owner = at.me.user, .key = "k", .request_sha256 = "x"},
      .answer = [](const domain::Note&) -> std::optional<domain::ReceiptAnswer> {
        throw Error(ErrorCode::internal, "broken");
      }};
  CHECK(thrown([&] { at.server.notes.create({}, {.title = "t"}, receipt); }).code() ==
        ErrorCode::internal);
  CHECK(at.count_notes() == 0);
  CHECK(at.receipts() == "0");
}

TEST_CASE_TEMPLATE("while a request is under way the same key is told to wait", Backend, Sqlite,
                   Postgres) {
  ReceiptsFixture<Backend> at;
  const auto request = post("k", kBody);
  int ran = 0;
  const auto outer =
      at.server.idempotency.once(request, at.me, [&](const api::Idempotency::Key& key) {
        REQUIRE(key);
        ++ran;
        const auto inner = at.create(request);
        CHECK(inner.status == 409);
        CHECK(field(inner, "Retry-After") == "1");
        CHECK(at.create(request, at.other).status == 201);
        CHECK(at.create(post("k2", kBody)).status == 201);
        return http::respond(200, "text/plain", "done");
      });
  CHECK(outer.body == "done");
  CHECK(ran == 1);
  CHECK(at.create(request).status == 201);
}

TEST_CASE_TEMPLATE("of many at once on two servers one is done", Backend, Sqlite, Postgres) {
  ReceiptsFixture<Backend> at;
  Server second(at.open.database, at.clock);
  constexpr std::size_t kRounds = 10;
  constexpr int kCallers = 8;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto request = post("round" + std::to_string(round), kBody);
    std::latch start(kCallers);
    std::mutex mutex;
    std::set<std::string> bodies;
    int made = 0;
    int others = 0;
    {
      std::vector<std::jthread> callers;
      for (int i = 0; i < kCallers; ++i) {
        callers.emplace_back([&, i] {
          auto& server = i % 2 == 0 ? at.server : second;
          start.arrive_and_wait();
          const auto response = server.handlers.create(request, at.me);
          const std::lock_guard lock(mutex);
          if (response.status == 201) {
            bodies.insert(response.body);
            if (field(response, "Idempotent-Replayed").empty()) ++made;
          } else if (response.status != 409) {
            ++others;
          }
        });
      }
    }
    CHECK(made == 1);
    CHECK(bodies.size() == 1);
    CHECK(others == 0);
  }
  CHECK(at.count_notes() == kRounds);
}

TEST_CASE_TEMPLATE("a key is 1 to 255 visible ASCII characters, once", Backend, Sqlite, Postgres) {
  ReceiptsFixture<Backend> at;
  for (const auto& key : {std::string(), std::string(256, 'k'), std::string("a b"),
                          std::string("a\tb"), std::string("\xc3\xa9"), std::string("\x7f")}) {
    CAPTURE(key);
    CHECK(thrown([&] { at.create(post(key, kBody)); }).code() == ErrorCode::malformed);
  }
  auto twice = post("k", kBody);
  twice.headers.add("Idempotency-Key", "k");
  CHECK(thrown([&] { at.create(twice); }).code() == ErrorCode::malformed);
  CHECK(at.count_notes() == 0);
  for (const auto& key : {std::string(255, 'k'), std::string("\"8e03978e-40d5\""),
                          std::string("'; DROP TABLE notes; --").substr(0, 2), std::string("%_")}) {
    CHECK(at.create(post(key, kBody)).status == 201);
  }
}

}  // namespace notes
