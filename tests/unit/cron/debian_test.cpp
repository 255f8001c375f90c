#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cron/schedule.hpp"
#include "cron/zone.hpp"
#include "fires.hpp"

using namespace notes;
using cron::instant;
using cron::Schedule;

namespace {

/// A line of a crontab and the minutes in which Debian's cron ran it.
struct Case {
  std::string zone;
  Timestamp after;
  Timestamp until;
  std::string expression;
  std::string fires;  // a line for each
};

std::vector<Case> read_cases(const std::string& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  Case window;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("window ")) {
      std::istringstream words(line.substr(7));
      std::string after;
      std::string until;
      words >> window.zone >> after >> until;
      window.after = instant(after);
      window.until = instant(until);
    } else if (line.front() == ' ') {
      cases.back().fires += line.substr(2) + "\n";
    } else {
      cases.push_back(window);
      cases.back().expression = line;
    }
  }
  return cases;
}

std::string fires(const Case& asked) {
  const auto schedule = Schedule::parse(asked.expression, {"job", asked.zone});
  std::string result;
  for (auto fire = schedule.next(asked.after); fire && fire->at <= asked.until;
       fire = schedule.next(fire->at)) {
    result += cron::local_time(fire->at, asked.zone) + "\n";
  }
  return result;
}

}  // namespace

TEST_CASE("schedules fire in the minutes in which Debian's cron ran them") {
  const auto cases = read_cases(NOTES_GOLDEN "/debian.txt");
  REQUIRE(cases.size() >= 4 * 12);
  for (const auto& asked : cases) {
    CAPTURE(asked.zone);
    CAPTURE(asked.expression);
    CHECK(fires(asked) == asked.fires);
  }
}
