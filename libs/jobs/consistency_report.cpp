#include "jobs/consistency_report.hpp"

#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/error.hpp"
#include "jobs/summary.hpp"
#include "store/note_search.hpp"

namespace notes::jobs {
namespace {

constexpr std::size_t kExamples = 10;

/// What no statement can say: the application makes the terms.
constexpr store::ConsistencyRule kWrongTerms{
    "terms_wrong", "notes that a search may miss (index-notes with notes=all mends them)", ""};
constexpr std::size_t kNotesAtOnce = 500;

enum class Format { table, json, both };

Format format_of(const Arguments& arguments) {
  const auto name = arguments.text("format");
  if (name == "table") return Format::table;
  if (name == "json") return Format::json;
  if (name == "both") return Format::both;
  throw Error(ErrorCode::usage,
              fmt::format("parameter format: expected table, json or both, got '{}'", name));
}

void check_stop(const scheduler::Run& run) {
  if (run.stop().stop_requested())
    throw Error(ErrorCode::interrupted, "stopped before every rule was looked at");
}

store::Offenders find_wrong_terms(scheduler::Run& run) {
  store::Offenders found;
  std::optional<domain::NoteId> after = domain::NoteId();
  while (after) {
    check_stop(run);
    const auto wrong = run.database().read([&](db::Session& session) {
      return store::find_wrong_terms(session, *after, kNotesAtOnce);
    });
    for (const auto note : wrong.notes) {
      ++found.count;
      if (found.examples.size() < kExamples) found.examples.push_back(to_string(note));
    }
    after = wrong.last;
  }
  return found;
}

}  // namespace

std::string findings_json(const std::vector<Finding>& findings, std::size_t rules) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  const auto text = [&json](std::string_view value) {
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  json.StartObject();
  json.Key("findings");
  json.StartArray();
  for (const auto& [rule, offenders] : findings) {
    json.StartObject();
    json.Key("rule");
    text(rule.name);
    json.Key("means");
    text(rule.means);
    json.Key("count");
    json.Int64(offenders.count);
    json.Key("examples");
    json.StartArray();
    for (const auto& example : offenders.examples) text(example);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.Key("rules");
  json.Uint64(rules);
  json.EndObject();
  return buffer.GetString();
}

std::string findings_table(const std::vector<Finding>& findings, std::size_t rules) {
  if (findings.empty()) return fmt::format("nothing found: {} rules hold\n", rules);
  std::string text;
  for (const auto& [rule, offenders] : findings) {
    text += fmt::format("{:<28} {:>8}  {}\n{:>38}  {}\n", rule.name, offenders.count, rule.means,
                        "", fmt::join(offenders.examples, " "));
  }
  return text;
}

void consistency_report(scheduler::Run& run, const Arguments& arguments) {
  const auto format = format_of(arguments);
  const auto rules = store::consistency_rules();
  std::vector<Finding> findings;
  std::int64_t offenders = 0;
  const auto take = [&](const store::ConsistencyRule& rule, store::Offenders found) {
    offenders += found.count;
    if (found.count > 0) findings.push_back({rule, std::move(found)});
  };
  for (const auto& rule : rules) {
    check_stop(run);
    take(rule, run.database().read([&](db::Session& session) {
      return store::find_offenders(session, rule, kExamples);
    }));
  }
  take(kWrongTerms, find_wrong_terms(run));
  const auto looked_at = rules.size() + 1;
  if (format != Format::json) run.print(findings_table(findings, looked_at));
  if (format != Format::table) run.print(findings_json(findings, looked_at) + "\n");
  run.chunk([&](db::Session&) {
    return scheduler::Chunk{
        "", {{"processed", static_cast<std::int64_t>(looked_at)}, {"findings", offenders}}};
  });
  if (findings.empty()) return;
  throw Error(ErrorCode::invalid, fmt::format("{} of {} rules are broken, by {} rows",
                                              findings.size(), looked_at, offenders));
}

}  // namespace notes::jobs
