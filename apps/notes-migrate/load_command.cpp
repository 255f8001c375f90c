#include "load_command.hpp"

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "cli/progress.hpp"
#include "migrate/canceller.hpp"
#include "transfer/load.hpp"
#include "workbench.hpp"

namespace notes::migrate {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// On a terminal, a bar with the rate and the time left; elsewhere a line every ten seconds.
class Progress final : public transfer::LoadObserver {
 public:
  explicit Progress(const cli::Invocation& invocation)
      : console_(invocation.console()), line_(console_.error, console_.error_terminal) {}

  void began(std::uint64_t file_bytes, const transfer::LoadReport& so_far) override {
    total_ = file_bytes;
    records_before_ = records(so_far);
    if (so_far.resumed_at_line > 0) {
      console_.error.write(fmt::format("going on at line {}: {} records were loaded before\n",
                                       so_far.resumed_at_line, records_before_));
    }
  }

  void committed(std::uint64_t position, const transfer::LoadReport& so_far) override {
    if (!first_position_) first_position_ = position;
    const auto now = steady_clock::now();
    const bool terminal = console_.error_terminal.interactive;
    if (now - shown_ < (terminal ? milliseconds(100) : milliseconds(10'000))) return;
    shown_ = now;
    const auto text = describe(now - started_, position, so_far);
    if (terminal) {
      line_.show(text);
    } else {
      console_.error.write(text + "\n");
    }
  }

 private:
  static std::uint64_t records(const transfer::LoadReport& report) {
    return report.written + report.skipped + report.rejected;
  }

  std::string describe(steady_clock::duration took, std::uint64_t position,
                       const transfer::LoadReport& so_far) const {
    constexpr std::size_t kBar = 20;
    const double seconds = std::chrono::duration<double>(took).count() + 1e-9;
    const double share =
        total_ == 0 ? 1 : static_cast<double>(position) / static_cast<double>(total_);
    const double rate = static_cast<double>(records(so_far) - records_before_) / seconds;
    const double bytes_per_second =
        static_cast<double>(position - first_position_.value_or(0) + 1) / seconds;
    const auto left = std::chrono::seconds(
        static_cast<std::int64_t>(static_cast<double>(total_ - position) / bytes_per_second));
    const auto full = static_cast<std::size_t>(share * kBar);
    return fmt::format("[{:#<{}}{:.<{}}] {:.0f}%  {:.0f} records/s  {} left  {} rejected", "", full,
                       "", kBar - full, share * 100, rate, format_duration(left), so_far.rejected);
  }

  const cli::Console& console_;
  cli::ProgressLine line_;
  steady_clock::time_point started_ = steady_clock::now();
  steady_clock::time_point shown_ = started_;
  std::uint64_t total_ = 0;
  std::uint64_t records_before_ = 0;
  std::optional<std::uint64_t> first_position_;
};

std::string json_of(const transfer::LoadReport& report, const std::string& rejects) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  json.StartObject();
  const auto number = [&json](const char* name, std::uint64_t value) {
    json.Key(name);
    json.Uint64(value);
  };
  number("written", report.written);
  number("skipped", report.skipped);
  number("rejected", report.rejected);
  number("resumed_at_line", report.resumed_at_line);
  json.Key("was_finished");
  json.Bool(report.was_finished);
  json.Key("rejects");
  if (report.rejected > 0) {
    json.String(rejects.data(), static_cast<rapidjson::SizeType>(rejects.size()));
  } else {
    json.Null();
  }
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string text_of(const transfer::LoadReport& report, const std::string& rejects) {
  if (report.was_finished) {
    return "nothing to do: this file was loaded into this table before; --restart loads it again\n";
  }
  auto text = fmt::format("{} written, {} skipped, {} rejected", report.written, report.skipped,
                          report.rejected);
  if (report.rejected > 0) text += fmt::format("; see {}", rejects);
  return text + "\n";
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> names;
  for (;;) {
    const auto comma = list.find(',');
    names.emplace_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    list.remove_prefix(comma + 1);
  }
}

std::string required(const cli::Invocation& invocation, std::string_view option,
                     std::string_view example) {
  const auto value = invocation.value(option);
  if (!value || value->empty())
    throw Error(ErrorCode::usage, fmt::format("--{} is missing, such as {}", option, example));
  return *value;
}

transfer::OnConflict on_conflict(const cli::Invocation& invocation) {
  const auto text = invocation.value("on-conflict").value_or("fail");
  if (text == "fail") return transfer::OnConflict::fail;
  if (text == "skip") return transfer::OnConflict::skip;
  if (text == "update") return transfer::OnConflict::update;
  throw Error(ErrorCode::usage,
              fmt::format("--on-conflict: expected skip, update or fail, got '{}'", text));
}

std::size_t batch(const cli::Invocation& invocation) {
  const auto text = invocation.value("batch").value_or("10000");
  std::size_t number = 0;
  const auto* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, number);
      error != std::errc() || stop != end)
    throw Error(ErrorCode::usage, fmt::format("--batch: expected a number, got '{}'", text));
  return number;
}

cli::ExitCode run_load(const cli::Invocation& invocation) {
  Workbench bench(invocation);
  transfer::LoadOptions options;
  options.table = invocation.argument(0).value();
  options.file = required(invocation, "file", "--file notes.csv");
  options.key = split(required(invocation, "key", "--key id"));
  options.on_conflict = on_conflict(invocation);
  options.batch = batch(invocation);
  options.rejects = invocation.value("rejects").value_or(options.file.string() + ".rejected.csv");
  options.restart = invocation.has("restart");
  options.history = bench.table();

  const auto session = bench.open();
  const Canceller canceller(*session, bench.stop());
  transfer::LoadReport report;
  {
    Progress progress(invocation);
    report = transfer::load(*session, options, bench.clock(), progress, bench.stop());
  }
  const auto rejects = options.rejects.string();
  invocation.out().write(invocation.has("json") ? json_of(report, rejects)
                                                : text_of(report, rejects));
  return cli::ExitCode::ok;
}

}  // namespace

cli::Command load_command() {
  return {
      .name = "load",
      .arguments = "TABLE",
      .summary = "put the records of a CSV or JSON file into a table; goes on where it was cut off",
      .options = {{.name = "file",
                   .value_name = "PATH",
                   .help = "*.csv with a header, *.json (an array of objects), or *.jsonl"},
                  {.name = "key",
                   .value_name = "COLUMNS",
                   .help = "the columns that tell a row from others: id, or owner_id,name"},
                  {.name = "on-conflict",
                   .value_name = "WHAT",
                   .help = "for a row that is there: skip, update or fail (default: fail)"},
                  {.name = "batch",
                   .value_name = "N",
                   .help = "records per transaction (default: 10000)"},
                  {.name = "rejects",
                   .value_name = "PATH",
                   .help = "where to list rejected records (default: FILE.rejected.csv)"},
                  {.name = "restart", .help = "begin at the beginning, whatever was loaded"}},
      .settings = cli::Settings::used,
      .run = run_load};
}

}  // namespace notes::migrate
