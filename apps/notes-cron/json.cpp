#include "json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/duration.hpp"
#include "cron/describe.hpp"
#include "job_text.hpp"

namespace notes::cron_app {
namespace {

/// One object on one line, written member by member.
class Object {
 public:
  Object() { json_.StartObject(); }

  void key(std::string_view name) {
    json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void text(std::string_view value) {
    json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }

  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
  void member(std::string_view name, std::int64_t value) {
    key(name);
    json_.Int64(value);
  }
  void member(std::string_view name, bool value) {
    key(name);
    json_.Bool(value);
  }
  void member(std::string_view name, Timestamp value) { member(name, to_string(value)); }
  /// null when there is none.
  template <typename Value>
  void member(std::string_view name, const std::optional<Value>& value) {
    if (value) {
      member(name, *value);
    } else {
      key(name);
      json_.Null();
    }
  }

  /// `write` writes one item of the list.
  template <typename Items, typename Write>
  void list(std::string_view name, const Items& items, Write write) {
    key(name);
    json_.StartArray();
    for (const auto& item : items) write(item);
    json_.EndArray();
  }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    list(name, values, [this](const std::string& value) { text(value); });
  }

  void begin() { json_.StartObject(); }
  void end() { json_.EndObject(); }

  std::string line() {
    json_.EndObject();
    return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n";
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> json_{buffer_};
};

void write_remark(Object& json, const scheduler::Remark& remark) {
  json.begin();
  json.member("file", remark.place.file);
  json.member("line", std::int64_t{remark.place.line});
  json.member("column", std::int64_t{remark.place.column});
  json.member("text", remark.text);
  json.end();
}

void write_parameters(Object& json, const scheduler::Parameters& parameters) {
  json.key("params");
  json.begin();
  for (const auto& [name, value] : parameters) json.member(name, value);
  json.end();
}

void write_members(Object& json, const ListedJob& listed) {
  const auto& job = listed.job;
  json.member("name", job.name);
  json.member("kind", kind_of(job));
  json.member("work", work_text(job));
  if (listed.builtin != nullptr) {
    json.member("summary", listed.builtin->summary);
    json.member("destructive", listed.builtin->destructive);
  }
  json.member("schedule",
              job.schedule ? std::optional(cron::describe(*job.schedule)) : std::nullopt);
  json.member("timezone", job.schedule ? std::optional(job.schedule->timezone()) : std::nullopt);
  json.member("next", listed.next);
  json.member("apply", job.apply);
  write_parameters(json, job.parameters);
  json.member("overlap", to_string(job.overlap));
  json.member("catch_up", to_string(job.catch_up));
  json.member("timeout", job.timeout ? std::optional(format_duration(*job.timeout)) : std::nullopt);
  json.member("retries", std::int64_t{job.retries});
}

void write_tick(Object& json, const scheduler::Tick& tick) {
  json.member("due_at", tick.due_at);
  json.member("nominal", tick.nominal);
  json.member("fold", std::int64_t{tick.fold});
}

void write_members(Object& json, const scheduler::RunRecord& run) {
  json.member("id", to_string(run.id));
  json.member("job", run.job);
  json.member("origin", to_string(run.origin));
  json.member("state", to_string(run.state));
  json.member("attempt", run.attempt);
  json.member("apply", run.apply);
  write_parameters(json, run.parameters);
  json.key("tick");
  json.begin();
  if (run.tick) write_tick(json, *run.tick);
  json.end();
  json.member("created_at", run.created_at);
  json.member("started_at", run.started_at);
  json.member("finished_at", run.finished_at);
  json.member("not_before", run.not_before);
  json.member("owner", run.owner_name);
  json.member("checkpoint", run.checkpoint);
  json.key("counters");
  json.begin();
  for (const auto& [name, count] : run.counters) json.member(name, count);
  json.end();
  json.member("error", run.error);
  json.member("exit_code",
              run.exit_code ? std::optional(std::int64_t{*run.exit_code}) : std::nullopt);
}

template <typename Value>
void write_object(Object& json, const Value& value) {
  json.begin();
  write_members(json, value);
  json.end();
}

void write_runs(Object& json, std::string_view name,
                const std::vector<scheduler::RunRecord>& runs) {
  json.list(name, runs, [&](const auto& run) { write_object(json, run); });
}

void write_pause(Object& json, const std::optional<scheduler::Pause>& pause) {
  json.member("paused", pause.has_value());
  json.member("paused_since", pause ? std::optional(pause->since) : std::nullopt);
  json.member("paused_until", pause ? pause->until : std::nullopt);
}

}  // namespace

std::string explanation_json(const std::vector<std::string>& next,
                             const std::vector<std::string>& warnings) {
  Object json;
  json.texts("next", next);
  json.texts("warnings", warnings);
  return json.line();
}

std::string json_of(const scheduler::JobFile& file, const std::string& path) {
  Object json;
  json.member("file", path);
  json.member("jobs", static_cast<std::int64_t>(file.jobs.size()));
  json.list("problems", file.problems, [&](const auto& each) { write_remark(json, each); });
  json.list("warnings", file.warnings, [&](const auto& each) { write_remark(json, each); });
  return json.line();
}

std::string json_of(const std::vector<ComingTick>& ticks) {
  Object json;
  json.list("next", ticks, [&](const ComingTick& each) {
    json.begin();
    json.member("job", each.job);
    json.member("at", each.local);
    write_tick(json, each.tick);
    json.end();
  });
  return json.line();
}

std::string json_of(const std::vector<ListedJob>& jobs) {
  Object json;
  json.list("jobs", jobs, [&](const ListedJob& job) { write_object(json, job); });
  return json.line();
}

std::string json_of(const ListedJob& job) {
  Object json;
  write_members(json, job);
  return json.line();
}

std::string json_of(const std::vector<scheduler::RunRecord>& runs,
                    const std::vector<scheduler::SkippedTick>& skipped) {
  Object json;
  write_runs(json, "runs", runs);
  json.list("skipped", skipped, [&](const scheduler::SkippedTick& each) {
    json.begin();
    json.member("job", each.job);
    write_tick(json, each.tick);
    json.member("reason", each.reason);
    json.member("decided_at", each.decided_at);
    json.end();
  });
  return json.line();
}

std::string json_of(const scheduler::RunRecord& run, const std::string& output) {
  Object json;
  write_members(json, run);
  json.member("output", output);
  return json.line();
}

std::string json_of(const std::vector<scheduler::RunRecord>& runs) {
  Object json;
  write_runs(json, "runs", runs);
  return json.line();
}

std::string json_of(const Status& status) {
  Object json;
  json.member("led", status.led());
  if (status.lease) {
    json.member("leader", status.lease->holder_name);
    json.member("epoch", status.lease->epoch);
    json.member("led_since", status.lease->acquired_at);
    json.member("lease_age_ms",
                milliseconds_between(status.lease->renewed_at, status.lease->database_now));
  }
  json.member("lag_ms", std::int64_t{status.lag.count()});
  write_pause(json, status.pause_of_all);
  json.list("jobs", status.jobs, [&](const JobStatus& job) {
    json.begin();
    json.member("name", job.state.name);
    json.member("in_use", !job.state.schedule.empty());
    json.member("watermark", job.state.watermark);
    write_pause(json, job.state.pause);
    json.member("last_success", job.last_success);
    json.member("last_state",
                job.last_run ? std::optional(to_string(job.last_run->state)) : std::nullopt);
    json.end();
  });
  write_runs(json, "live", status.live);
  return json.line();
}

std::string json_of(const scheduler::Health& health, bool alive) {
  Object json;
  json.member("status", alive ? "ok" : "stalled");
  json.member("tick_age_ms", std::int64_t{health.tick_age.count()});
  json.member("leader", health.leader);
  json.member("epoch", health.epoch);
  json.member("clock_held", health.held);
  json.member("lag_ms", std::int64_t{health.lag.count()});
  json.member("running", static_cast<std::int64_t>(health.running));
  json.member("waiting", static_cast<std::int64_t>(health.waiting));
  return json.line();
}

std::string json_of(const service::Readiness& readiness) {
  Object json;
  json.member("ready", readiness.ready());
  json.list("checks", readiness.checks, [&](const service::ReadinessCheck& check) {
    json.begin();
    json.member("name", check.name);
    json.member("passed", check.passed);
    json.member("detail", check.detail);
    json.end();
  });
  return json.line();
}

std::string changed_json(bool changed) {
  Object json;
  json.member("changed", changed);
  return json.line();
}

std::string json_of(const Error& error, cli::ExitCode code) {
  Object json;
  json.key("error");
  json.begin();
  json.member("code", to_string(error.code()));
  json.member("exit_code", static_cast<std::int64_t>(code));
  json.member("message", error.what());
  json.end();
  return json.line();
}

}  // namespace notes::cron_app
