#include "config/load.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "config/describe.hpp"
#include "support/temporary_directory.hpp"

using namespace notes;
using namespace notes::config;

namespace {

struct Fixture {
  tests::TemporaryDirectory directory;

  Sources sources(Variables variables = {}, std::vector<Flag> flags = {}) const {
    return {.variables = std::move(variables),
            .flags = std::move(flags),
            .directory = directory.path()};
  }

  /// The message of the Error that loading ends in, with the test's own folder cut out.
  std::string refusal(const Sources& sources) const {
    try {
      load(sources);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      std::string message = error.what();
      const std::string folder = directory.path().string() + "/";
      for (auto at = message.find(folder); at != std::string::npos; at = message.find(folder)) {
        message.erase(at, folder.size());
      }
      return message;
    }
    return "accepted";
  }

  std::string origin(const Loaded& loaded, std::string_view key) const {
    const auto& all = described_settings();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.key == key; });
    std::string text = loaded.origins.at(static_cast<std::size_t>(found - all.begin()));
    const std::string folder = directory.path().string() + "/";
    if (text.starts_with(folder)) text.erase(0, folder.size());
    return text;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "each source beats the one below it") {
  struct Step {
    std::uint16_t port;
    std::string origin;
  };
  Variables variables;
  std::vector<Flag> flags;
  const auto check = [&](std::uint16_t port, const std::string& from) {
    CAPTURE(from);
    const auto loaded = load(sources(variables, flags));
    CHECK(loaded.settings.server.port == port);
    CHECK(origin(loaded, "server.port") == from);
  };
  check(8080, "default");
  directory.write("config/default.yaml", "server:\n  port: 1001\n");
  check(1001, "config/default.yaml:2:9");
  directory.write("config/development.yaml", "server: {port: 1002}\n");
  check(1002, "config/development.yaml:1:16");
  directory.write(".env", "# ports\nPORT=1003\n");
  check(1003, ".env:2 PORT");
  variables["PORT"] = "1004";
  check(1004, "environment PORT");
  flags.push_back({"port", "1005"});
  check(1005, "flag --port");
  flags.push_back({"server-port", "1006"});
  check(1006, "flag --server-port");
}

TEST_CASE_FIXTURE(
    Fixture, "the NOTES_ name beats the well-known one, and the environment beats both in .env") {
  const auto both = load(sources({{"NOTES_SERVER_PORT", "1"}, {"PORT", "2"}}));
  CHECK(both.settings.server.port == 1);
  CHECK(origin(both, "server.port") == "environment NOTES_SERVER_PORT");
  directory.write(".env", "NOTES_SERVER_PORT=3\n");
  CHECK(load(sources({{"PORT", "2"}})).settings.server.port == 2);
  CHECK(load(sources()).settings.server.port == 3);
}

TEST_CASE_FIXTURE(Fixture, "an empty variable counts as not set") {
  directory.write(".env", "PORT=3\nDATABASE_URL=\n");
  const auto loaded = load(sources({{"PORT", ""}}));
  CHECK(loaded.settings.server.port == 3);
  CHECK(loaded.settings.database.url.reveal() == "sqlite:notes.db");
}

TEST_CASE_FIXTURE(Fixture, "APP_ENV chooses the file, from wherever it is given") {
  directory.write("config/default.yaml", "server: {port: 1}\n");
  directory.write("config/testing.yaml", "server: {port: 2}\n");
  for (const auto name : {"test", "testing"}) {
    const auto loaded = load(sources({{"APP_ENV", name}}));
    CHECK(loaded.settings.environment == Environment::testing);
    CHECK(loaded.settings.server.port == 2);
  }
  CHECK(load(sources({}, {{"environment", "test"}})).settings.server.port == 2);
  CHECK(load(sources({{"APP_ENV", "dev"}})).settings.server.port == 1);
  directory.write(".env", "APP_ENV=testing\n");
  CHECK(load(sources()).settings.server.port == 2);
  CHECK(load(sources({{"APP_ENV", "development"}})).settings.server.port == 1);
}

TEST_CASE_FIXTURE(Fixture, "the folder of the files can be named, and must then be there") {
  directory.write("elsewhere/default.yaml", "server: {port: 7}\n");
  const std::string folder = (directory.path() / "elsewhere").string();
  CHECK(load(sources({}, {{"config-dir", folder}})).settings.server.port == 7);
  CHECK(load(sources({{"NOTES_CONFIG_DIR", folder}})).settings.server.port == 7);
  CHECK(refusal(sources({{"NOTES_CONFIG_DIR", "/nowhere"}})) ==
        "environment NOTES_CONFIG_DIR: there is no directory '/nowhere'");
  CHECK(refusal(sources({}, {{"config-dir", "/nowhere"}})) ==
        "flag --config-dir: there is no directory '/nowhere'");
}

TEST_CASE_FIXTURE(Fixture,
                  "everything wrong is named at once, with its place, value and what is accepted") {
  directory.write("config/default.yaml",
                  "server:\n"
                  "  prot: 80\n"
                  "  port: 99999\n"
                  "  host: [a]\n"
                  "sevrer: {port: 1}\n"
                  "log: verbose\n"
                  "admin:\n"
                  "database:\n"
                  "  pool_size:\n"
                  "environment: production\n");
  directory.write(".env", "nonsense\nNOTES_LOG_LEVEL=loud\n");
  CHECK(refusal(sources({{"PORT", "http"}}, {{"max-retries", "1"}})) ==
        "11 problems in the configuration:\n"
        "  .env:1: expected NAME=value, found no '='\n"
        "  config/default.yaml:2:3: server.prot: there is no such setting (did you mean "
        "'server.port'?)\n"
        "  config/default.yaml:3:9: server.port: expected 0..65535, got '99999'\n"
        "  config/default.yaml:4:9: server.host: expected an address or a host's name, got a list\n"
        "  config/default.yaml:5:1: sevrer: there is no such setting (did you mean 'server'?)\n"
        "  config/default.yaml:6:6: log: expected a map of settings, got a value\n"
        "  config/default.yaml:9:3: database.pool_size: expected 1..1000, got nothing\n"
        "  config/default.yaml:10:14: environment: it chooses the files that are read; set APP_ENV "
        "instead\n"
        "  environment PORT: server.port: expected 0..65535, got 'http'\n"
        "  .env:2 NOTES_LOG_LEVEL: log.level: expected debug, info, warning or error, got 'loud'\n"
        "  flag --max-retries: there is no such setting");
}

TEST_CASE_FIXTURE(Fixture, "a broken file is refused at its place") {
  directory.write("config/default.yaml", "server: {port: 1\n");
  CHECK(refusal(sources()).starts_with("config/default.yaml:"));
  directory.write("config/default.yaml", "- a\n");
  CHECK(refusal(sources()) == "config/default.yaml:1:1: expected a map of settings, got a list");
  directory.write("config/default.yaml", "server: {port: 1, port: 2}\n");
  CHECK(refusal(sources()) ==
        "config/default.yaml:1:19: port: stands twice; the first is on line 1");
}

TEST_CASE_FIXTURE(Fixture, "an environment that does not exist is refused") {
  CHECK(refusal(sources({{"APP_ENV", "staging"}})) ==
        "environment APP_ENV: environment: expected development, testing, production, dev, test or "
        "prod, got "
        "'staging'");
}

TEST_CASE_FIXTURE(Fixture,
                  "a slip in a NOTES_ variable is an error, and other people's variables are not") {
  CHECK(refusal(sources({{"NOTES_SERVER_PROT", "80"}})) ==
        "environment NOTES_SERVER_PROT: there is no such setting (did you mean "
        "'NOTES_SERVER_PORT'?)");
  directory.write(".env", "\nNOTES_DATABASE_URI=sqlite:x\n");
  CHECK(refusal(sources()) ==
        ".env:2 NOTES_DATABASE_URI: there is no such setting (did you mean 'NOTES_DATABASE_URL'?)");
  directory.write(".env", "FOREIGN=1\n");
  CHECK(refusal(sources({{"NOTES_TEST_POSTGRES_URL", "x"},
                         {"NOTES_THEME", "dark"},
                         {"NOTES_CRON_JOB", "x"},
                         {"PROT", "1"}})) == "accepted");
}

TEST_CASE_FIXTURE(
    Fixture,
    "the variables that Kubernetes makes for a Service called notes-server are no settings") {
  const auto loaded = load(sources({{"NOTES_SERVER_PORT", "tcp://10.0.0.1:8080"},
                                    {"NOTES_SERVER_SERVICE_HOST", "10.0.0.1"},
                                    {"NOTES_SERVER_SERVICE_PORT", "8080"},
                                    {"NOTES_SERVER_PORT_8080_TCP", "tcp://10.0.0.1:8080"},
                                    {"NOTES_SERVER_PORT_8080_TCP_ADDR", "10.0.0.1"},
                                    {"NOTES_SERVICE_HOST", "10.0.0.1"},
                                    {"NOTES_SERVICE_PORT", "8080"},
                                    {"NOTES_PORT", "tcp://10.0.0.1:8080"}}));
  CHECK(loaded.settings.server.port == 8080);
  CHECK(origin(loaded, "server.port") == "default");
}

TEST_CASE_FIXTURE(Fixture,
                  "production needs a secret key and a database, said by whoever runs it") {
  CHECK(refusal(sources({{"APP_ENV", "production"}})) ==
        "2 problems in the configuration:\n"
        "  secret_key: not set, and APP_ENV is production: set SECRET_KEY to a long random text "
        "(openssl rand -hex 32 "
        "makes one)\n"
        "  database.url: not set, and APP_ENV is production: set DATABASE_URL to sqlite:PATH or "
        "postgresql://user:password@host:5432/name");
  const auto loaded = load(
      sources({{"APP_ENV", "prod"}, {"SECRET_KEY", "k"}, {"DATABASE_URL", "sqlite:notes.db"}}));
  CHECK(loaded.settings.secret_key.reveal() == "k");
  CHECK(loaded.settings.database.url.reveal() == "sqlite:notes.db");
  directory.write("config/production.yaml",
                  "secret_key: from-file\ndatabase: {url: 'sqlite:x.db'}\n");
  CHECK(load(sources({{"APP_ENV", "prod"}})).settings.secret_key.reveal() == "from-file");
}

TEST_CASE_FIXTURE(Fixture, "the key for development is refused in production") {
  const std::string key = load(sources()).settings.secret_key.reveal();
  CHECK(
      refusal(sources({{"APP_ENV", "prod"}, {"SECRET_KEY", key}, {"DATABASE_URL", "sqlite:x"}})) ==
      "environment SECRET_KEY: secret_key: this is the key for development, which everyone knows: "
      "set SECRET_KEY to "
      "a long random text (openssl rand -hex 32 makes one)");
}

TEST_CASE_FIXTURE(Fixture, "secrets do not stand in messages") {
  directory.write("config/default.yaml", "secret_key: [hush]\ndatabase: {url: ''}\n");
  const std::string message = refusal(sources());
  CHECK(message ==
        "2 problems in the configuration:\n"
        "  config/default.yaml:1:13: secret_key: expected text that is not empty, got a list\n"
        "  config/default.yaml:2:17: database.url: expected text that is not empty");
}

TEST_CASE_FIXTURE(Fixture, "a program that uses some sections does not read the others") {
  directory.write("config/default.yaml",
                  "server: {port: 99999, unknown: 1}\n"
                  "application: {theme: dark}\n"
                  "database: {pool_size: 3}\n");
  auto tool = sources({{"PORT", "http"}, {"APP_ENV", "production"}, {"DATABASE_URL", "sqlite:x"}});
  tool.sections = {"database", "log"};
  CHECK(load(tool).settings.database.pool_size == 3);
  directory.write("config/default.yaml", "databse: {url: x}\n");
  CHECK(refusal(tool) ==
        "config/default.yaml:1:1: databse: there is no such setting (did you mean 'database'?)");
  directory.write("config/default.yaml", "database: {host: x}\n");
  CHECK(refusal(tool) == "config/default.yaml:1:12: database.host: there is no such setting");
}

TEST_CASE_FIXTURE(Fixture, "a .env that cannot be read is an error, and not a silent default") {
  ::mkdir((directory.path() / ".env").c_str(), 0700);
  CHECK(refusal(sources()) == ".env: cannot be read: Is a directory");
}

TEST_CASE_FIXTURE(Fixture, "auth is open in development and required everywhere else") {
  CHECK(auth_of(load(sources()).settings) == AuthSetting::open);
  CHECK(auth_of(load(sources({{"APP_ENV", "testing"}})).settings) == AuthSetting::required);
  CHECK(auth_of(load(sources({{"NOTES_AUTH", "required"}})).settings) == AuthSetting::required);
  CHECK(auth_of(load(sources({{"APP_ENV", "test"}, {"NOTES_AUTH", "open"}})).settings) ==
        AuthSetting::open);
}
