#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/json.hpp"
#include "e2e/service.hpp"
#include "support/database.hpp"
#include "support/temporary_directory.hpp"

namespace {

using notes::tests::built;
using notes::tests::draft_json;
using notes::tests::Finished;
using notes::tests::HttpClient;
using notes::tests::Postgres;
using notes::tests::Process;
using notes::tests::ProcessOptions;
using notes::tests::read_note;
using notes::tests::read_page;
using notes::tests::run;
using notes::tests::Service;
using notes::tests::Sqlite;
using notes::tests::Stream;
using notes::tests::TemporaryDirectory;

using Environment = std::map<std::string, std::string>;

// Two users, each with a token; the digests are Python's hashlib's.
constexpr auto kAnna = "notes_pat_abcdefghijklmnopqrstuvwxyzABCD1Yw9yS";
constexpr auto kBert = "notes_pat_Zz9Zz9Zz9Zz9Zz9Zz9Zz9Zz9Zz9Zz92qzB4Q";

void add_users(const std::string& url) {
  notes::tests::execute(
      url,
      {"INSERT INTO users (id, email, display_name, created_at, updated_at) VALUES "
       "('00000000-0000-7000-8000-00000000000a', 'anna@example.org', 'Anna', "
       "'2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z'), "
       "('00000000-0000-7000-8000-00000000000b', 'bert@example.org', 'Bert', "
       "'2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z')",
       "INSERT INTO access_tokens (id, user_id, name, token_sha256, scopes, created_at) VALUES "
       "('00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-00000000000a', 'a', "
       "'8ee6cac214e82793ff1d8ef68762e8e3b9d6770f93e6b60570f84173a53cca8e', "
       "'notes:read notes:write', '2026-01-01T00:00:00.000000Z'), "
       "('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-00000000000b', 'b', "
       "'0f89ca6d91461a65b0d96a7eb7eec34f0901adf5fee1ab13361464f7410e55e8', "
       "'notes:read', '2026-01-01T00:00:00.000000Z')"});
}

HttpClient::Fields bearer(std::string_view token) {
  return {{"Authorization", "Bearer " + std::string(token)}};
}

/// Runs notes-server on a database without serving it.
Finished server_command(const std::string& url, std::vector<std::string> arguments,
                        std::string input = {}) {
  const TemporaryDirectory directory;
  ProcessOptions options;
  options.arguments = std::move(arguments);
  options.environment = {{"DATABASE_URL", url}};
  options.directory = directory.path();
  options.input = std::move(input);
  return run(built("notes-server"), options);
}

/// The line without its line break.
std::string line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_TEMPLATE("with auth required every note is behind a token, and its owner's alone",
                   Backend, Sqlite, Postgres) {
  Service<Backend> service({{"NOTES_AUTH", "required"}, {"NOTES_LOG_LEVEL", "debug"}});
  add_users(service.backend.url());
  auto client = service.server.connect();

  for (const auto* path : {"/api/v1/notes", "/api/notes/00000000-0000-7000-8000-00000000000c"}) {
    CAPTURE(path);
    const auto refused = client.get(path);
    CHECK(refused.status == 401);
    CHECK(refused.header("www-authenticate") == R"(Bearer realm="notes")");
    CHECK(refused.header("content-type") == "application/problem+json");
  }
  for (const auto* path : {"/", "/healthz", "/readyz", "/ping", "/api/v1/health"}) {
    CAPTURE(path);
    CHECK(client.get(path).status == 200);
  }

  const auto posted = client.post("/api/v1/notes", draft_json("Anna's", ""), bearer(kAnna));
  REQUIRE(posted.status == 201);
  const auto path = "/api/v1/notes/" + read_note(posted.body).id;
  CHECK(client.get(path, bearer(kAnna)).status == 200);
  CHECK(client.get(path, bearer(kBert)).status == 404);
  CHECK(read_page(client.get("/api/v1/notes", bearer(kBert)).body).items.empty());

  const auto forbidden = client.delete_(path, bearer(kBert));
  CHECK(forbidden.status == 403);
  CHECK(forbidden.header("www-authenticate") ==
        R"(Bearer realm="notes", error="insufficient_scope", scope="notes:write")");
  CHECK(client.get(path, bearer("notes_pat_00000000000000000000000000000045sOlK")).status == 401);

  service.server.stop();
  CHECK(service.server.process().errors().find("notes_pat_") == std::string::npos);
}

TEST_CASE("an open server listens to its own machine only, one with accounts to all") {
  const Sqlite backend;
  const auto start = [&](Environment environment) {
    environment["DATABASE_URL"] = backend.url();
    const notes::tests::ServerProcess server(std::move(environment));
    return server.connect().get("/api/v1/notes").status;
  };
  CHECK_THROWS_WITH(start({{"NOTES_SERVER_HOST", "0.0.0.0"}}),
                    doctest::Contains("set auth to required"));
  CHECK(start({{"NOTES_SERVER_HOST", "0.0.0.0"}, {"NOTES_AUTH", "required"}}) == 401);
  CHECK(start({{"NOTES_SERVER_HOST", "0.0.0.0"}, {"APP_ENV", "testing"}}) == 401);
  CHECK(start({{"APP_ENV", "production"}, {"SECRET_KEY", "a long random text"}}) == 401);
  CHECK_THROWS_WITH(
      start({{"NOTES_SERVER_HOST", "0.0.0.0"}, {"APP_ENV", "testing"}, {"NOTES_AUTH", "open"}}),
      doctest::Contains("nobody has to log in here"));
}

TEST_CASE_TEMPLATE("users and tokens from the command line", Backend, Sqlite, Postgres) {
  Service<Backend> service(Environment{{"NOTES_AUTH", "required"}});
  const auto url = service.backend.url();
  auto client = service.server.connect();
  const auto command = [&](std::vector<std::string> arguments, std::string input = {}) {
    return server_command(url, std::move(arguments), std::move(input));
  };

  const auto made = command({"user", "create", "Anna@Example.org", "--name", "Anna", "--role",
                             "admin", "--password-stdin", "--json"},
                            "correct horse battery\n");
  REQUIRE(made.status.code == 0);
  CHECK(
      contains(made.output, R"("email":"anna@example.org","display_name":"Anna","role":"admin")"));
  CHECK_FALSE(contains(made.output, "argon2"));
  const auto again = command({"user", "create", "anna@example.org", "--no-password"});
  CHECK(again.status.code == 1);
  CHECK(contains(again.errors, "there is a user anna@example.org already"));
  const auto weak =
      command({"user", "create", "bert@example.org", "--password-stdin"}, "too short\n");
  CHECK(weak.status.code == 1);
  CHECK(contains(weak.errors, "must have at least 12 characters, has 9"));
  CHECK_FALSE(contains(weak.errors, "too short\n"));

  const auto token = command({"token", "create", "ANNA@example.org", "--name", "laptop"});
  REQUIRE(token.status.code == 0);
  CHECK(contains(token.errors, "may notes:read notes:write until 2"));
  const auto text = line(token.output);
  CHECK(client.post("/api/v1/notes", draft_json("by token", ""), bearer(text)).status == 201);

  const auto tokens = command({"token", "list", "anna@example.org"});
  CHECK(contains(tokens.output, "laptop"));
  CHECK_FALSE(contains(tokens.output, text));
  const auto id = tokens.output.substr(tokens.output.find('\n') + 1, 36);
  CHECK(command({"token", "revoke", text}).status.code == 1);
  CHECK(command({"token", "revoke", id}).status.code == 0);
  CHECK(command({"token", "revoke", id}).status.code == 1);
  CHECK(client.get("/api/v1/notes", bearer(text)).status == 401);

  const auto second = line(command({"token", "create", "anna@example.org", "--scopes", "notes:read",
                                    "--expires-in", "never"})
                               .output);
  CHECK(client.get("/api/v1/notes", bearer(second)).status == 200);
  CHECK(contains(command({"user", "deactivate", "anna@example.org"}).output, "deactivated"));
  CHECK(client.get("/api/v1/notes", bearer(second)).status == 401);
  CHECK(contains(command({"user", "activate", "anna@example.org"}).output, "admin active"));
  CHECK(contains(command({"user", "grant", "anna@example.org", "member"}).output, "member active"));
  CHECK(contains(command({"user", "list"}).output, "anna@example.org"));
  CHECK(contains(command({"user", "grant", "anna@example.org", "king"}).errors,
                 "role: expected member or admin, got 'king'"));
}

TEST_CASE("a password is typed twice, unseen") {
  const Sqlite backend;
  REQUIRE(notes::tests::migrate(backend.url(), {"upgrade"}).status.code == 0);
  const TemporaryDirectory directory;
  ProcessOptions options;
  // setsid makes the terminal the one that the program finds as /dev/tty.
  options.arguments = {"--ctty", "--wait", built("notes-server").string(),
                       "user",   "create", "anna@example.org"};
  options.environment = {{"DATABASE_URL", backend.url()}};
  options.directory = directory.path();
  options.terminal = true;
  {
    Process typing("/usr/bin/setsid", options);
    typing.wait_for(Stream::output, "New password: ");
    typing.type("correct horse battery\n");
    typing.wait_for(Stream::output, "The same again: ");
    typing.type("correct horse bottery\n");
    CHECK(typing.wait().code == 1);
    CHECK(contains(typing.output(), "the two passwords differ"));
  }
  Process typing("/usr/bin/setsid", options);
  typing.wait_for(Stream::output, "New password: ");
  typing.type("correct horse battery\n");
  typing.wait_for(Stream::output, "The same again: ");
  typing.type("correct horse battery\n");
  CHECK(typing.wait().code == 0);
  CHECK(contains(typing.output(), "anna@example.org member active"));
  CHECK_FALSE(contains(typing.output(), "horse"));
  CHECK(contains(server_command(backend.url(), {"user", "set-password", "anna@example.org"}).errors,
                 "give it on standard input with --password-stdin"));
}

TEST_CASE_TEMPLATE("a browser logs in, works, makes a token and logs out", Backend, Sqlite,
                   Postgres) {
  Service<Backend> service(Environment{{"NOTES_AUTH", "required"}, {"NOTES_LOG_LEVEL", "debug"}});
  const auto url = service.backend.url();
  const std::string password = "correct horse battery";
  REQUIRE(server_command(url, {"user", "create", "anna@example.org", "--password-stdin"},
                         password + "\n")
              .status.code == 0);
  auto client = service.server.connect();
  const auto log_in = [&](const std::string& word) {
    return client.post("/api/v1/session",
                       R"({"email":"Anna@example.org","password":")" + word + R"("})");
  };

  const auto refused = log_in("wrong horse battery");
  CHECK(refused.status == 401);
  CHECK(refused.header("www-authenticate") == R"(Bearer realm="notes")");
  CHECK_FALSE(refused.header("set-cookie"));
  const auto unknown = client.post("/api/v1/session", R"({"email":"x@y","password":"z"})");
  CHECK(unknown.status == 401);

  const auto made = log_in(password);
  REQUIRE(made.status == 201);
  CHECK(contains(made.body, R"("email":"anna@example.org")"));
  CHECK(made.header("cache-control") == "no-store");
  const auto set = made.header("set-cookie").value_or("");
  const auto cookie = set.substr(0, set.find(';'));
  CHECK(cookie.size() == std::string_view("__Host-session=").size() + 43);
  CHECK(set == cookie + "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000");
  const HttpClient::Fields session{{"Cookie", cookie}, {"Sec-Fetch-Site", "same-origin"}};

  CHECK(client.get("/api/v1/session", session).status == 200);
  CHECK(client.post("/api/v1/notes", draft_json("by cookie", ""), session).status == 201);
  CHECK(client
            .post("/api/v1/notes", draft_json("forged", ""),
                  {{"Cookie", cookie}, {"Origin", "https://evil.example"}})
            .status == 403);

  const auto token =
      client.post("/api/v1/tokens", R"({"name":"laptop","scopes":["notes:read"]})", session);
  REQUIRE(token.status == 201);
  const auto at = token.body.find("notes_pat_");
  const auto text = token.body.substr(at, 46);
  CHECK(read_page(client.get("/api/v1/notes", bearer(text)).body).items.size() == 1);
  CHECK(client.get("/api/v1/tokens", bearer(text)).status == 403);
  const auto listed = client.get("/api/v1/tokens", session);
  CHECK(contains(listed.body, R"("name":"laptop")"));
  CHECK_FALSE(contains(listed.body, text));
  const auto id = token.body.substr(token.body.find(R"("id":")") + 6, 36);
  CHECK(client.delete_("/api/v1/tokens/" + id, session).status == 204);
  CHECK(client.delete_("/api/v1/tokens/" + id, session).status == 404);
  CHECK(client.get("/api/v1/notes", bearer(text)).status == 401);

  const auto changed = client.post(
      "/api/v1/me/password",
      R"({"current_password":"correct horse battery","new_password":"staple of the stable"})",
      session);
  CHECK(changed.status == 204);
  CHECK(client.get("/api/v1/session", session).status == 401);
  CHECK(log_in(password).status == 401);
  const auto again = log_in("staple of the stable").header("set-cookie").value_or("");
  const HttpClient::Fields second{{"Cookie", again.substr(0, again.find(';'))}};
  const auto out = client.delete_("/api/v1/session", second);
  CHECK(out.status == 204);
  CHECK(contains(out.header("set-cookie").value_or(""), "__Host-session=;"));
  CHECK(client.get("/api/v1/session", second).status == 401);

  service.server.stop();
  const auto log = service.server.process().errors();
  for (const auto& secret : {password, text, cookie.substr(15), std::string("argon2")}) {
    CAPTURE(secret);
    CHECK_FALSE(contains(log, secret));
  }
  CHECK(contains(log, R"("message":"login refused")"));
}

TEST_CASE_TEMPLATE("passwords may be tried so often, and a token used so often", Backend, Sqlite,
                   Postgres) {
  Service<Backend> service(Environment{{"NOTES_AUTH", "required"},
                                       {"NOTES_ACCOUNTS_LOGIN_QUOTA", "2/1h"},
                                       {"NOTES_ACCOUNTS_LOGIN_ADDRESS_QUOTA", "4/1h"},
                                       {"NOTES_SERVER_USER_QUOTA", "3/1h"}});
  add_users(service.backend.url());
  auto client = service.server.connect();
  const auto log_in = [&](const std::string& email) {
    return client.post("/api/v1/session",
                       R"({"email":")" + email + R"(","password":"wrong horse battery"})");
  };
  CHECK(log_in("anna@example.org").status == 401);
  CHECK(log_in("ANNA@example.org").status == 401);
  const auto refused = log_in("anna@example.org");
  CHECK(refused.status == 429);
  CHECK(refused.header("retry-after") == "1800");
  CHECK(contains(refused.body, R"("violated-policies":["login"])"));
  CHECK(log_in("nobody@example.org").status == 401);
  CHECK(contains(log_in("bert@example.org").body, R"("violated-policies":["loginaddress"])"));

  for (int left = 2; left >= 0; --left) {
    const auto answer = client.get("/api/v1/notes", bearer(kAnna));
    CHECK(answer.status == 200);
    CHECK(contains(answer.header("ratelimit").value_or(""),
                   "\"user\";r=" + std::to_string(left) + ";"));
  }
  CHECK(client.get("/api/v1/notes", bearer(kAnna)).status == 429);
  CHECK(client.get("/api/v1/notes", bearer(kBert)).status == 200);
}

TEST_CASE("pages of an origin that is allowed may write to an open server") {
  Service<Sqlite> service(Environment{{"NOTES_SERVER_CORS_ORIGINS", "https://app.example"}});
  auto client = service.server.connect();
  const auto status = [&](std::string_view origin) {
    return client.post("/api/v1/notes", draft_json("x", ""), {{"Origin", std::string(origin)}})
        .status;
  };
  CHECK(status("https://app.example") == 201);
  CHECK(status("https://app.example.evil") == 403);
}

TEST_CASE("an open server has nothing to log in to") {
  Service<Sqlite> service;
  auto client = service.server.connect();
  CHECK(client.post("/api/v1/session", R"({"email":"a@b","password":"c"})").status == 403);
  CHECK(client.get("/api/v1/tokens").status == 403);
  const auto me = client.get("/api/v1/session");
  CHECK(me.status == 200);
  CHECK(contains(me.body, R"("email":"local@localhost")"));
  CHECK(client.post("/api/v1/notes", draft_json("forged", ""), {{"Origin", "https://evil.example"}})
            .status == 403);
}

TEST_CASE_TEMPLATE("a request sent again after a crash is answered as before", Backend, Sqlite,
                   Postgres) {
  Service<Backend> service;
  const HttpClient::Fields key{{"Idempotency-Key", "5f1c4b1e"}};
  const auto first = service.server.connect().post("/api/v1/notes", draft_json("once", ""), key);
  REQUIRE(first.status == 201);
  service.server.kill();
  service.server.restart();
  auto client = service.server.connect();
  const auto again = client.post("/api/v1/notes", draft_json("once", ""), key);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.header("idempotent-replayed") == "true");
  CHECK(again.header("location") == first.header("location"));
  CHECK(client.post("/api/v1/notes", draft_json("twice", ""), key).status == 422);
  CHECK(read_page(client.get("/api/v1/notes").body).items.size() == 1);
}
