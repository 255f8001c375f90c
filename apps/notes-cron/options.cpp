#include "options.hpp"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "cron/zone.hpp"

namespace notes::cron_app {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The instant at which the zone's clock shows what UTC's shows at `local`.
sys_seconds instant_of(const cron::Zone& zone, sys_seconds local) {
  constexpr auto kDay = std::chrono::hours(24);
  const auto before = zone.at(local - kDay).offset;
  const auto behind = zone.at(local + kDay).offset;
  for (const auto offset : {before, behind}) {
    if (zone.at(local - offset).offset == offset) return local - offset;
  }
  return local - before;
}

/// The text with what it leaves out of "YYYY-MM-DDTHH:MM:SS".
std::string completed(std::string_view text) {
  constexpr std::string_view kMidnight = "0000-00-00T00:00:00";
  std::string whole(text);
  const bool cut = whole.size() == 10 || whole.size() == 13 || whole.size() == 16;
  if (cut) whole += kMidnight.substr(whole.size());
  return whole;
}

}  // namespace

cli::Option count_option() {
  return {.name = "count", .letter = 'n', .value_name = "N", .help = "how many (default: 10)"};
}

cli::Option from_option() {
  return {.name = "from",
          .value_name = "TIME",
          .help = "RFC 3339, or a local time of the job's zone; what is due at it is left out"};
}

cli::Option to_option() {
  return {.name = "to",
          .value_name = "TIME",
          .help = "RFC 3339, or a local time of the job's zone; what is due at it is included"};
}

cli::Option since_option() {
  return {.name = "since",
          .value_name = "TIME",
          .help = "RFC 3339, a time in UTC, or a duration such as 24h: so long ago"};
}

cli::Option apply_option() {
  return {.name = "apply", .help = "let a destructive job change something; else it only counts"};
}

cli::Option param_option() {
  return {.name = "param",
          .value_name = "K=V",
          .help = "a parameter of the job, in place of the file's; may be repeated"};
}

cli::Option all_option() { return {.name = "all", .help = "every job, in place of one"}; }

cli::Option catch_up_option() {
  return {.name = "catch-up",
          .help = "run what was missed because of a changed schedule or a pause"};
}

std::size_t count_of(const cli::Invocation& invocation, std::size_t otherwise) {
  const auto text = invocation.value("count");
  if (!text) return otherwise;
  constexpr std::size_t kMost = 100'000;
  std::size_t number = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end || number < 1 || number > kMost)
    throw Error(ErrorCode::usage, fmt::format("-n: expected 1..{}, got '{}'", kMost, *text));
  return number;
}

Timestamp moment(std::string_view text, std::string_view zone, std::string_view option) {
  if (const auto instant = Timestamp::parse(text)) return *instant;
  const auto local = Timestamp::parse(completed(text) + "Z");
  if (!local) {
    throw Error(ErrorCode::usage,
                fmt::format("--{}: expected a time such as 2025-11-02T01:30:00Z or, local to {}, "
                            "2025-11-02T01:30, got '{}'",
                            option, zone, text));
  }
  const auto whole = std::chrono::floor<seconds>(local->since_epoch());
  const auto instant = instant_of(cron::Zone::find(zone), sys_seconds(whole));
  return Timestamp(instant.time_since_epoch() + (local->since_epoch() - whole));
}

std::optional<Timestamp> moment_option(const cli::Invocation& invocation, std::string_view option,
                                       std::string_view zone, Timestamp now) {
  const auto text = invocation.value(option);
  if (!text) return std::nullopt;
  if (const auto ago = parse_duration(*text)) return now - *ago;
  return moment(*text, zone, option);
}

}  // namespace notes::cron_app
