#include "cron/zone.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>

#include <date/tz.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "cron/posix_rule.hpp"

namespace notes::cron {
namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

// The Gregorian calendar, weekdays included, repeats after this.
constexpr seconds kCycle = std::chrono::days(146'097);
constexpr sys_seconds kYear1 = sys_days(year(1) / 1 / 1);
constexpr sys_seconds kYear10000 = sys_days(year(10'000) / 1 / 1);

const date::time_zone& find_in_database(std::string_view name) {
  const auto& zones = date::get_tzdb().zones;
  const auto zone = std::find_if(zones.begin(), zones.end(),
                                 [&](const auto& candidate) { return candidate.name() == name; });
  if (zone != zones.end()) return *zone;
  const auto same_letters = [&](const auto& candidate) {
    return std::equal(candidate.name().begin(), candidate.name().end(), name.begin(), name.end(),
                      [](unsigned char a, unsigned char b) { return (a | 32) == (b | 32); });
  };
  std::vector<std::string_view> names;
  if (const auto close = std::find_if(zones.begin(), zones.end(), same_letters);
      close != zones.end()) {
    names = {close->name()};
  } else {
    for (const auto& candidate : zones) names.emplace_back(candidate.name());
  }
  throw Error(ErrorCode::usage,
              fmt::format("time zone: '{}' is not in the system's time-zone database{}; expected a "
                          "name like UTC or America/New_York",
                          name, did_you_mean(name, names)));
}

/// The last line of the zone's file: the rule for what comes after its table (RFC 8536 §3.3). The
/// date package reads the table only.
std::optional<PosixRule> read_rule(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (bytes.size() < 2 || bytes.back() != '\n') return std::nullopt;
  const std::size_t line = bytes.rfind('\n', bytes.size() - 2);
  if (line == std::string::npos) return std::nullopt;
  return PosixRule::parse(std::string_view(bytes).substr(line + 1, bytes.size() - line - 2));
}

}  // namespace

Zone::Zone(std::string_view name) : name_(name) {
  const date::time_zone& source = find_in_database(name);
  changes_.push_back({sys_seconds::min(), source.get_info(kYear1).offset});
  for (auto at = source.get_info(kYear1).end; at < kYear10000;) {
    const auto holds = source.get_info(at);
    append({at, holds.offset});
    at = holds.end;
  }
  continue_by_rule();
}

void Zone::append(Change change) {
  if (change.offset != changes_.back().offset) changes_.push_back(change);
}

void Zone::continue_by_rule() {
  const auto rule = read_rule(name_);
  if (!rule || fixed()) return;
  const sys_seconds table_end = changes_.back().at;
  const year first =
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(table_end)).year();
  // The rule's changes alternate from the year after the table's last one; the cycle begins there.
  for (int n = 0; n <= 402; ++n) {
    for (const auto& change : rule->changes(first + std::chrono::years(n))) {
      if (change.at > table_end) append({change.at, change.offset});
    }
  }
  repeats_from_ = sys_days((first + std::chrono::years(1)) / 7 / 1);
}

Zone::Interval Zone::in_table(sys_seconds instant) const {
  const auto after =
      std::upper_bound(changes_.begin(), changes_.end(), instant,
                       [](sys_seconds when, const Change& change) { return when < change.at; });
  const auto holds = std::prev(after);
  return {holds->at, after == changes_.end() ? sys_seconds::max() : after->at, holds->offset};
}

Zone::Interval Zone::at(sys_seconds instant) const {
  if (instant < repeats_from_ || instant - repeats_from_ < kCycle) return in_table(instant);
  const seconds moved = (instant - repeats_from_) / kCycle * kCycle;
  Interval interval = in_table(instant - moved);
  interval.begin += moved;
  interval.end += moved;
  return interval;
}

const Zone& Zone::find(std::string_view name) {
  static std::mutex mutex;
  // guards: zones
  static std::map<std::string, const Zone, std::less<>> zones;
  {
    const std::lock_guard lock(mutex);
    const auto known = zones.find(name);
    if (known != zones.end()) return known->second;
  }
  // Read without the lock; of two threads that do, the first one's zone stays.
  Zone zone(name);
  const std::lock_guard lock(mutex);
  return zones.try_emplace(std::string(name), std::move(zone)).first->second;
}

std::string local_time(Timestamp instant, std::string_view zone) {
  using namespace std::chrono;
  const sys_time<microseconds> moment(instant.since_epoch());
  const auto offset = duration_cast<minutes>(Zone::find(zone).at(floor<seconds>(moment)).offset);
  const auto local = moment + offset;
  const auto day = floor<days>(local);
  const year_month_day date(day);
  const hh_mm_ss time(local - day);
  const hh_mm_ss shift(abs(offset));
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}{:02}:{:02}", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
      time.minutes().count(), time.seconds().count(),
      time.subseconds().count() == 0 ? "" : fmt::format(".{:06}", time.subseconds().count()),
      offset < minutes(0) ? '-' : '+', shift.hours().count(), shift.minutes().count());
}

}  // namespace notes::cron
