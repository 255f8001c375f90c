#include "cron/schedule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "cron/parse.hpp"
#include "cron/zone.hpp"

namespace notes::cron {
namespace {

using std::chrono::local_seconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

// What Timestamp holds.
constexpr sys_seconds kYear1 = sys_days(year(1) / 1 / 1);
constexpr sys_seconds kYear10000 = sys_days(year(10'000) / 1 / 1);

// The rarest date, 29 February on a given weekday, comes every 40 years at the latest.
constexpr seconds kHorizon = std::chrono::days(36'525);

// No two offsets of a zone differ by more: what lies further behind a change has nothing to do with
// it.
constexpr seconds kLongestChange = std::chrono::hours(26);

// Debian's cron (cron.c, wakeupKind) compares the minutes since it last ran, one more than a gap
// has, to 180: a gap of three hours is too long for it, an overlap of three hours is not.
constexpr seconds kGapTooLong = std::chrono::hours(3);
constexpr seconds kLongestOverlap = std::chrono::hours(3);

local_seconds to_local(sys_seconds at, seconds offset) {
  return local_seconds(at.time_since_epoch() + offset);
}
sys_seconds to_sys(local_seconds at, seconds offset) {
  return sys_seconds(at.time_since_epoch() - offset);
}

std::string nominal_text(local_seconds nominal) {
  using namespace std::chrono;
  const auto day = floor<days>(nominal);
  const year_month_day date(day);
  const hh_mm_ss time(nominal - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

Fire make_fire(sys_seconds at, local_seconds nominal, int fold) {
  return {Timestamp(at.time_since_epoch()), nominal_text(nominal), fold};
}

/// How a policy treats the times that a change of the clock leaves out or repeats.
struct Rule {
  seconds make_up_below{0};    // a gap shorter than this is made up for at its end
  seconds hold_back_up_to{0};  // of an overlap this long or shorter the second time is left out
};

Rule rule_of(DaylightSaving dst, const Fields& fields) {
  switch (dst) {
    case DaylightSaving::vixie:
      if (fields.follows_real_time) break;
      return {kGapTooLong, kLongestOverlap};
    case DaylightSaving::skip:
      return {seconds(0), kLongestChange};
    case DaylightSaving::wall:
    case DaylightSaving::utc:
      break;
  }
  return {};
}

/// The earliest fire in [from, interval.end); `from` lies in the interval.
std::optional<Fire> first_in(const Zone::Interval& interval, const Zone& zone, const Fields& fields,
                             const Rule& rule, sys_seconds from) {
  local_seconds local = to_local(from, interval.offset);
  const local_seconds end = to_local(std::min(interval.end, kYear10000), interval.offset);
  // Where the local time of the interval before this one ended.
  local_seconds shown_before = local_seconds::min();
  if (interval.begin != sys_seconds::min() && from - interval.begin < kLongestChange) {
    const local_seconds begin = to_local(interval.begin, interval.offset);
    shown_before = to_local(interval.begin, zone.at(interval.begin - seconds(1)).offset);
    if (from == interval.begin && begin - shown_before < rule.make_up_below) {
      const auto missed = first_match(fields, shown_before, begin);
      if (missed) return make_fire(from, *missed, 0);
    }
    if (shown_before - begin <= rule.hold_back_up_to) local = std::max(local, shown_before);
  }
  const auto nominal = first_match(fields, local, end);
  if (!nominal) return std::nullopt;
  return make_fire(to_sys(*nominal, interval.offset), *nominal, *nominal < shown_before ? 1 : 0);
}

std::optional<Fire> next_multiple(milliseconds interval, Timestamp after) {
  const auto since_epoch = std::chrono::floor<milliseconds>(after.since_epoch());
  auto count = since_epoch / interval;
  if (since_epoch % interval < milliseconds(0)) --count;
  const auto at = (count + 1) * interval;
  if (at >= kYear10000.time_since_epoch()) return std::nullopt;
  const auto whole = std::chrono::floor<seconds>(at);
  std::string nominal = nominal_text(local_seconds(whole));
  if (at != whole) nominal += fmt::format(".{:03}", (at - whole).count());
  return Fire{Timestamp(at), std::move(nominal), 0};
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

milliseconds checked_interval(milliseconds interval, std::string_view text) {
  if (interval < seconds(1)) {
    throw Error(ErrorCode::usage, fmt::format("every: expected at least 1s, got '{}'", text));
  }
  return interval;
}

milliseconds read_interval(std::string_view text) {
  const auto interval = parse_duration(text);
  if (!interval) {
    throw Error(ErrorCode::usage,
                fmt::format("@every: expected a duration like 30s, 15m or 1h30m, got '{}'", text));
  }
  return checked_interval(*interval, text);
}

}  // namespace

std::string_view to_string(DaylightSaving dst) {
  return std::ranges::find(kDaylightSavings, dst, [](const auto& named) { return named.second; })
      ->first;
}

Schedule::Schedule(const Fields& fields, milliseconds interval, const Zone& zone,
                   DaylightSaving dst)
    : fields_(fields), interval_(interval), zone_(&zone), dst_(dst) {}

Schedule Schedule::parse(std::string_view expression, const Context& context) {
  std::string_view text = trim(expression);
  std::string_view zone_name = context.timezone;
  for (const std::string_view prefix : {"CRON_TZ=", "TZ="}) {
    if (!text.starts_with(prefix)) continue;
    const std::size_t end = text.find_first_of(" \t");
    zone_name = text.substr(prefix.size(), std::min(end, text.size()) - prefix.size());
    text = end == std::string_view::npos ? std::string_view() : trim(text.substr(end));
    break;
  }
  const Zone& zone = Zone::find(zone_name);
  if (!text.starts_with('@')) {
    return {parse_fields(text, context.name), milliseconds(0), zone, context.dst};
  }
  const std::size_t word_end = text.find_first_of(" \t");
  const auto word = text.substr(0, word_end);
  if (word == "@every") {
    const auto rest =
        word_end == std::string_view::npos ? std::string_view() : trim(text.substr(word_end));
    return {Fields(), read_interval(rest), zone, context.dst};
  }
  return {parse_fields(expand_shorthand(text), context.name), milliseconds(0), zone, context.dst};
}

Schedule Schedule::every(milliseconds interval) {
  return {Fields(), checked_interval(interval, format_duration(interval)), Zone::find("UTC"),
          DaylightSaving::vixie};
}

std::optional<Fire> Schedule::next(Timestamp after) const {
  if (interval_ != milliseconds(0)) return next_multiple(interval_, after);
  const sys_seconds whole(std::chrono::floor<seconds>(after.since_epoch()));
  const sys_seconds start = std::max(kYear1, whole + seconds(1));
  const sys_seconds end = std::min(kYear10000, start + kHorizon);
  if (dst_ == DaylightSaving::utc) {
    const auto nominal =
        first_match(fields_, to_local(start, seconds(0)), to_local(end, seconds(0)));
    return nominal ? std::optional(make_fire(to_sys(*nominal, seconds(0)), *nominal, 0))
                   : std::nullopt;
  }
  const Rule rule = rule_of(dst_, fields_);
  for (sys_seconds from = start; from < end;) {
    const Zone::Interval interval = zone_->at(from);
    if (auto fire = first_in(interval, *zone_, fields_, rule, from)) return fire;
    from = interval.end;
  }
  return std::nullopt;
}

std::string Schedule::canonical() const {
  if (interval_ != milliseconds(0)) return fmt::format("every {}", format_duration(interval_));
  const std::string fields = to_string(fields_);
  if (dst_ == DaylightSaving::utc) return fields + " UTC";
  // Where the clock never changes, the policy changes nothing.
  if (zone_->fixed()) return fmt::format("{} {}", fields, zone_->name());
  return fmt::format(
      "{} {} {}{}", fields, zone_->name(), to_string(dst_),
      dst_ == DaylightSaving::vixie && fields_.follows_real_time ? " real-time" : "");
}

std::string Schedule::timezone() const { return zone_->name(); }

}  // namespace notes::cron
