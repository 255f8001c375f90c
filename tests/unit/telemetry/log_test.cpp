#include "telemetry/log.hpp"

#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"

using namespace notes;
using namespace notes::telemetry;

namespace {

using Lines = std::vector<std::pair<Level, std::string>>;

/// Keeps the lines for the test to read; says that lines were lost when the test tells it to.
class KeptLines final : public LogSink {
 public:
  KeptLines(Lines& lines, std::uint64_t& lost) : lines_(lines), lost_(lost) {}

  void write(Level level, std::string_view line) override { lines_.emplace_back(level, line); }
  std::uint64_t take_lost() override { return std::exchange(lost_, 0); }

 private:
  Lines& lines_;
  std::uint64_t& lost_;
};

struct Fixture {
  tests::ManualClock clock{Timestamp{}};
  Lines lines;
  std::uint64_t lost = 0;

  Logger logger(LogFormat format, Level threshold = Level::debug) {
    return Logger(clock, std::make_unique<KeptLines>(lines, lost), format, threshold);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the logger writes the clock's time in the format it was given") {
  clock.advance(std::chrono::milliseconds(1500));
  logger(LogFormat::json).info("up", {{"port", std::int64_t{8080}}});
  logger(LogFormat::text).error("down", {{"why", "signal"}});
  const Lines expected{
      {Level::info,
       R"({"time":"1970-01-01T00:00:01.500000Z","level":"info","message":"up","port":8080})"},
      {Level::error, "1970-01-01T00:00:01.500Z ERROR down why=signal"}};
  CHECK(lines == expected);
}

TEST_CASE_FIXTURE(Fixture, "the logger drops lines below its threshold") {
  auto log = logger(LogFormat::text, Level::warning);
  log.debug("d");
  log.info("i");
  log.warning("w");
  log.error("e");
  const Lines expected{{Level::warning, "1970-01-01T00:00:00.000Z WARN  w"},
                       {Level::error, "1970-01-01T00:00:00.000Z ERROR e"}};
  CHECK(lines == expected);
  CHECK_FALSE(log.enabled(Level::info));
  CHECK(log.enabled(Level::warning));
}

TEST_CASE_FIXTURE(Fixture, "a scope's field stands in every line of its thread while it lives") {
  auto log = logger(LogFormat::text);
  {
    const LogScope request("request_id", "r1");
    log.info("a", {{"n", std::int64_t{1}}});
    {
      const LogScope migration("revision", "abc");
      log.info("b");
    }
    std::thread([&] { log.info("other thread"); }).join();
    log.info("c");
  }
  log.info("d");
  const std::string start = "1970-01-01T00:00:00.000Z INFO  ";
  const Lines expected{{Level::info, start + "a request_id=r1 n=1"},
                       {Level::info, start + "b request_id=r1 revision=abc"},
                       {Level::info, start + "other thread"},
                       {Level::info, start + "c request_id=r1"},
                       {Level::info, start + "d"}};
  CHECK(lines == expected);
}

TEST_CASE_FIXTURE(Fixture,
                  "a key stands once: the innermost scope, or the line itself, says its value") {
  auto log = logger(LogFormat::text);
  const LogScope outer("run", "1");
  const LogScope inner("run", "2");
  log.info("a");
  log.info("b", {{"run", "3"}});
  const std::string start = "1970-01-01T00:00:00.000Z INFO  ";
  const Lines expected{{Level::info, start + "a run=2"}, {Level::info, start + "b run=3"}};
  CHECK(lines == expected);
}

TEST_CASE_FIXTURE(Fixture, "lines that the sink lost are counted in a line of their own") {
  {
    auto log = logger(LogFormat::json);
    lost = 7;
    log.info("a");
    log.info("b");
    lost = 2;
  }
  const std::string lost_line =
      R"({"time":"1970-01-01T00:00:00.000000Z","level":"warning","message":"log lines lost: their reader is too slow","count":)";
  const std::string start = R"({"time":"1970-01-01T00:00:00.000000Z","level":"info","message":)";
  const Lines expected{{Level::info, start + R"("a"})"},
                       {Level::warning, lost_line + "7}"},
                       {Level::info, start + R"("b"})"},
                       {Level::warning, lost_line + "2}"}};
  CHECK(lines == expected);
}

TEST_CASE("an error's code decides the level it is logged at") {
  CHECK(level_of(ErrorCode::not_found) == Level::info);
  CHECK(level_of(ErrorCode::invalid) == Level::info);
  CHECK(level_of(ErrorCode::unreachable) == Level::warning);
  CHECK(level_of(ErrorCode::overloaded) == Level::warning);
  CHECK(level_of(ErrorCode::statement_failed) == Level::error);
  CHECK(level_of(ErrorCode::internal) == Level::error);
}
