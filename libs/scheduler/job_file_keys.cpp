#include "scheduler/job_file_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.hpp"
#include "config/value.hpp"
#include "cron/zone.hpp"

namespace notes::scheduler {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kFile = "";
constexpr std::string_view kNotify = "notify";
constexpr std::string_view kJob = "jobs.NAME";
constexpr std::string_view kPing = "jobs.NAME.ping";
constexpr std::string_view kRetention = "jobs.NAME.retention";

constexpr std::string_view kDuration = "a duration above zero (30s, 10m, 1h30m, 7d)";
constexpr std::string_view kDurationOrZero = "a duration (0, 30s, 10m)";
constexpr std::string_view kCount = "a whole number from 1 on";
constexpr std::string_view kUrl = "a URL that begins with https:// or http://";

template <typename Value>
using Word = std::pair<std::string_view, Value>;

constexpr std::array kOverlaps{
    Word<Overlap>{"skip", Overlap::skip}, Word<Overlap>{"queue", Overlap::queue},
    Word<Overlap>{"replace", Overlap::replace}, Word<Overlap>{"allow", Overlap::allow}};
constexpr std::array kCatchUps{Word<CatchUp>{"none", CatchUp::none},
                               Word<CatchUp>{"latest", CatchUp::latest},
                               Word<CatchUp>{"all", CatchUp::all}};
constexpr std::array kSemantics{Word<Semantics>{"at-least-once", Semantics::at_least_once},
                                Word<Semantics>{"at-most-once", Semantics::at_most_once}};
constexpr std::array kNotifyOns{
    Word<bool NotifySettings::*>{"failure", &NotifySettings::on_failure},
    Word<bool NotifySettings::*>{"recovery", &NotifySettings::on_recovery},
    Word<bool NotifySettings::*>{"missed", &NotifySettings::on_missed}};

using Assign = std::function<bool(Draft&, const Given&)>;

/// What assigns a value that `read` makes of the text; `place` says where in the draft.
template <typename Read, typename Place>
Assign assigning(Read read, Place place) {
  return [=](Draft& draft, const Given& given) {
    const auto value = read(std::string_view(given.text));
    if (value) place(draft) = *value;
    return value.has_value();
  };
}

std::optional<milliseconds> positive_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration && duration->count() > 0 ? duration : std::nullopt;
}

std::optional<std::size_t> positive_count(std::string_view text) {
  const auto count = config::parse_count(text);
  return count && *count > 0 ? std::optional<std::size_t>(*count) : std::nullopt;
}

std::optional<unsigned> retry_count(std::string_view text) {
  constexpr std::uint64_t kMost = 1000;
  const auto count = config::parse_count(text);
  return count && *count <= kMost ? std::optional(static_cast<unsigned>(*count)) : std::nullopt;
}

std::optional<double> positive_rate(std::string_view text) {
  double rate = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, rate);
  const bool read = !text.empty() && error == std::errc{} && end == last;
  return read && std::isfinite(rate) && rate > 0 ? std::optional(rate) : std::nullopt;
}

/// Throws, with the closest name, when there is no such zone.
std::optional<std::string> time_zone(std::string_view text) {
  return cron::Zone::find(text).name();
}

std::optional<std::string> some_text(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<config::Secret> web_address(std::string_view text) {
  const auto rest = text.substr(std::min(text.find("://"), text.size()));
  const bool known = text.starts_with("https://") || text.starts_with("http://");
  const bool clean =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20; });
  if (!known || !clean || rest.size() <= 3) return std::nullopt;
  return config::Secret(std::string(text));
}

/// "skip, queue or replace"
std::string either(std::span<const std::string_view> words) {
  return fmt::format("{} or {}", fmt::join(words.first(words.size() - 1), ", "), words.back());
}

template <typename Words>
std::vector<std::string_view> names_of(const Words& words) {
  std::vector<std::string_view> names;
  for (const auto& word : words) names.push_back(word.first);
  return names;
}

template <typename Words, typename Place>
JobFileKey choice(std::string_view section, std::string_view name, const Words& words, Place place,
                  std::string_view default_text, std::string_view help) {
  const auto read = [&words](std::string_view text) {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const auto& word) { return word.first == text; });
    using Value = decltype(found->second);
    return found == words.end() ? std::optional<Value>() : std::optional<Value>(found->second);
  };
  const auto names = names_of(words);
  return {section,      name, Shape::text, either(names),
          default_text, help, names,       assigning(read, place)};
}

template <typename Read, typename Place>
JobFileKey text(std::string_view section, std::string_view name, std::string_view accepted,
                Read read, Place place, std::string_view default_text, std::string_view help) {
  return {section,      name, Shape::text, std::string(accepted),
          default_text, help, {},          assigning(read, place)};
}

template <typename Place>
JobFileKey url(std::string_view section, std::string_view name, Place place,
               std::string_view help) {
  return {section,  name, Shape::url, std::string(kUrl),
          "nobody", help, {},         assigning(web_address, place)};
}

bool assign_notify_on(Draft& draft, const Given& given) {
  for (const auto& [name, member] : kNotifyOns) {
    draft.notify.*member =
        std::find(given.items.begin(), given.items.end(), name) != given.items.end();
  }
  const auto names = names_of(kNotifyOns);
  return std::all_of(given.items.begin(), given.items.end(), [&](const auto& item) {
    return std::find(names.begin(), names.end(), item) != names.end();
  });
}

bool assign_command(Draft& draft, const Given& given) {
  draft.command = given.items;
  return !given.items.empty() && !given.items.front().empty();
}

/// What a command's environment can carry: the name becomes a part of a variable's.
bool is_parameter_name(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool assign_parameters(Draft& draft, const Given& given) {
  draft.job.parameters = given.pairs;
  return std::all_of(given.pairs.begin(), given.pairs.end(),
                     [](const auto& pair) { return is_parameter_name(pair.first); });
}

/// A member of the draft, or of its job, by the path to it.
constexpr auto at(auto Draft::*member) {
  return [=](Draft & draft) -> auto& { return draft.*member; };
}
constexpr auto at(auto JobDefinition::*member) {
  return [=](Draft & draft) -> auto& { return draft.job.*member; };
}
constexpr auto at(config::Secret PingUrls::*member) {
  return [=](Draft & draft) -> auto& { return draft.job.ping.*member; };
}
constexpr auto at(auto Retention::*member) {
  return [=](Draft & draft) -> auto& { return draft.job.retention.*member; };
}

std::vector<JobFileKey> file_keys() {
  return {
      text(kFile, "timezone", "a time zone's name (Asia/Seoul)", time_zone, at(&Draft::timezone),
           "UTC", "the zone in which schedules are read, unless a job says another"),
      url(
          kNotify, "webhook_url", [](Draft & draft) -> auto& { return draft.notify.webhook_url; },
          "where messages are posted to, in the form that Slack takes (`{\"text\": …}`)"),
      {kNotify, "on", Shape::list, "a list of failure, recovery and missed",
       "[failure, recovery, missed]",
       "what messages are about: the first failure after a success, the first success after a "
       "failure, a job without a success within its `expect_within`",
       names_of(kNotifyOns), assign_notify_on},
  };
}

std::vector<JobFileKey> kind_keys() {
  return {
      text(kJob, "job", "the name of a built-in job", some_text, at(&Draft::builtin),
           "the job's own name", "which built-in job this is, when the name here is another"),
      text(kJob, "sql", "a file's path", some_text, at(&Draft::sql), "",
           "a file of SQL to run, in one transaction; relative to this file's folder"),
      {kJob,
       "command",
       Shape::list,
       "a list: the program and its arguments",
       "",
       "a program to run; no shell is involved",
       {},
       assign_command},
      choice(kJob, "semantics", kSemantics, at(&Draft::semantics), "at-least-once",
             "of a command whose end nobody has seen: run it again, or end the run as lost"),
      text(kJob, "grace", kDurationOrZero, parse_duration, at(&Draft::grace), "10s",
           "of a command: how long it has between TERM and KILL"),
      text(kJob, "apply", "true or false", config::parse_switch, at(&JobDefinition::apply), "false",
           "whether a job that deletes does so; without it, it counts what it would delete"),
      {kJob,
       "params",
       Shape::map,
       "a map of names (letters, digits and _ in lower case) to values",
       "the job's own",
       "the job's parameters",
       {},
       assign_parameters},
  };
}

std::vector<JobFileKey> schedule_keys() {
  return {
      text(kJob, "schedule", "a cron expression in quotes", some_text, at(&Draft::expression),
           "only when asked", "when the job runs: see the grammar below"),
      text(kJob, "every", kDuration, positive_duration, at(&Draft::every), "",
           "an interval instead: at its multiples since 1970, so that all replicas agree"),
      text(kJob, "timezone", "a time zone's name (Asia/Seoul)", time_zone, at(&Draft::timezone),
           "the file's", "the zone in which `schedule` is read"),
      choice(kJob, "dst", cron::kDaylightSavings, at(&Draft::dst), "vixie",
             "what becomes of times that a change of the clock leaves out or repeats"),
      text(kJob, "jitter", kDurationOrZero, parse_duration, at(&JobDefinition::jitter), "0s",
           "a run starts up to this late, by an amount that job and tick decide"),
      choice(kJob, "overlap", kOverlaps, at(&JobDefinition::overlap), "skip",
             "a tick that comes while the job runs: not run, run afterwards, run instead, or run "
             "beside it"),
      choice(kJob, "catch_up", kCatchUps, at(&JobDefinition::catch_up), "latest",
             "of the ticks that nobody could run in time: none, the newest, or all are run"),
      text(kJob, "max_age", kDuration, positive_duration, at(&JobDefinition::max_age),
           "none; 10s with `catch_up: none`", "a tick older than this is not run any more"),
      text(kJob, "max_count", kCount, positive_count, at(&JobDefinition::max_count), "no limit",
           "with `catch_up: all`: how many missed ticks are run, the newest ones"),
      text(kJob, "rate", "a number above zero (0.5)", positive_rate, at(&JobDefinition::rate),
           "no limit", "with `catch_up: all`: how many missed ticks start in a second at most"),
  };
}

std::vector<JobFileKey> run_keys() {
  return {
      text(kJob, "timeout", kDuration, positive_duration, at(&JobDefinition::timeout), "none",
           "how long one attempt may take"),
      text(kJob, "retries", "a whole number from 0 to 1000", retry_count,
           at(&JobDefinition::retries), "0", "how many more attempts follow one that failed"),
      text(kJob, "retry_delay", kDuration, positive_duration, at(&JobDefinition::retry_delay), "1s",
           "the time before the first of them; doubled each time, with jitter"),
      text(kJob, "retry_delay_limit", kDuration, positive_duration,
           at(&JobDefinition::retry_delay_limit), "5m", "the longest that it grows to"),
      text(kJob, "expect_within", kDuration, positive_duration, at(&JobDefinition::expect_within),
           "no watch", "the job is reported as missed when it has not succeeded for this long"),
      url(kPing, "start", at(&PingUrls::start), "fetched (GET) when a run begins"),
      url(kPing, "success", at(&PingUrls::success),
          "fetched when it has succeeded: an outside watch then notices silence"),
      url(kPing, "failure", at(&PingUrls::failure), "fetched when it has failed"),
      text(kRetention, "succeeded_age", kDuration, positive_duration, at(&Retention::succeeded_age),
           "30d", "runs that succeeded are kept this long"),
      text(kRetention, "succeeded_count", kCount, positive_count, at(&Retention::succeeded_count),
           "1000", "and so many of them"),
      text(kRetention, "failed_age", kDuration, positive_duration, at(&Retention::failed_age),
           "90d", "all others are kept this long"),
      text(kRetention, "failed_count", kCount, positive_count, at(&Retention::failed_count), "1000",
           "and so many of them"),
  };
}

/// The sections with the place they stand in.
constexpr std::array kSections{
    std::pair<std::string_view, std::string_view>{kFile, "jobs"},
    std::pair<std::string_view, std::string_view>{kFile, kNotify},
    std::pair<std::string_view, std::string_view>{kJob, "ping"},
    std::pair<std::string_view, std::string_view>{kJob, "retention"},
};

}  // namespace

const std::vector<JobFileKey>& job_file_keys() {
  static const auto kKeys = [] {
    std::vector<JobFileKey> all;
    for (auto& part : {file_keys(), kind_keys(), schedule_keys(), run_keys()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return kKeys;
}

std::vector<std::string_view> names_below(std::string_view section) {
  std::vector<std::string_view> names;
  for (const auto& key : job_file_keys()) {
    if (key.section == section) names.push_back(key.name);
  }
  for (const auto& [parent, name] : kSections) {
    if (parent == section) names.push_back(name);
  }
  return names;
}

const JobFileKey* find_key(std::string_view section, std::string_view name) {
  const auto& keys = job_file_keys();
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const JobFileKey& key) {
    return key.section == section && key.name == name;
  });
  return found == keys.end() ? nullptr : &*found;
}

std::string job_file_reference() {
  std::string text = "| key | accepted | default | |\n|---|---|---|---|\n";
  for (const auto& key : job_file_keys()) {
    fmt::format_to(std::back_inserter(text), "| `{}{}{}` | {} | {} | {} |\n", key.section,
                   key.section.empty() ? "" : ".", key.name, key.accepted, key.default_text,
                   key.help);
  }
  return text;
}

}  // namespace notes::scheduler
