#include "config/load.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "config/describe.hpp"
#include "config/document.hpp"
#include "config/file.hpp"

namespace notes::config {
namespace {

constexpr std::string_view kDefault = "default";
constexpr std::string_view kDevelopmentKey = "for-development-only-and-known-to-everyone";
constexpr std::size_t kMaxDotenvBytes = std::size_t{1024} * 1024;
/// Further from a known name than this, a NOTES_ variable is somebody else's.
constexpr std::size_t kSlip = 2;

std::string_view section_of(std::string_view key) { return key.substr(0, key.find('.')); }

/// What notes-cron tells the commands that it runs, which may be programs of ours: one letter short
/// of a setting's name.
constexpr std::string_view kJobVariable = "NOTES_CRON_JOB";

/// Kubernetes gives every container NOTES_SERVER_PORT=tcp://10.0.0.1:8080 when a Service is called
/// notes-server: not meant for us.
bool is_service_link(std::string_view value) {
  return value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
}

/// The settings being put together, from the weakest source to the strongest.
class Loading {
 public:
  explicit Loading(const Sources& sources) : sources_(sources) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      loaded_.origins.emplace_back(kDefault);
      keys_.push_back(all_[i].key);
      if (const auto dot = all_[i].key.find('.'); dot != std::string::npos) {
        sections_.insert(std::string_view(all_[i].key).substr(0, dot));
      }
      variables_.push_back(all_[i].variable);
      if (!all_[i].variable_alias.empty()) variables_.push_back(all_[i].variable_alias);
    }
    keys_.insert(keys_.end(), sections_.begin(), sections_.end());
    variables_.push_back(kDirectoryVariable);
  }

  Loaded run() {
    read_dotenv();
    check_names();
    choose_environment();
    const auto folder = config_directory();
    apply_file(folder / "default.yaml");
    apply_file(folder / fmt::format("{}.yaml", to_string(loaded_.settings.environment)));
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (used(all_[i].key)) apply_outside(i);
    }
    check_flags();
    check_production();
    if (!problems_.empty()) throw Error(ErrorCode::usage, summary());
    return std::move(loaded_);
  }

 private:
  /// A value from the environment, .env or the command line.
  struct Given {
    std::string value;
    std::string origin;
  };

  bool used(std::string_view key) const {
    const auto& used = sources_.sections;
    const auto section = section_of(key);
    return used.empty() || key == "environment" ||
           std::find(used.begin(), used.end(), section) != used.end();
  }

  void read_dotenv() {
    const auto path = (sources_.directory / ".env").lexically_normal();
    std::error_code ignored;  // a folder that cannot be looked into is as good as none
    if (!std::filesystem::exists(path, ignored)) return;
    try {
      auto dotenv = parse_dotenv(read_text_file(path, kMaxDotenvBytes), path.string());
      problems_.insert(problems_.end(), dotenv.problems.begin(), dotenv.problems.end());
      for (auto& assignment : dotenv.assignments) {
        dotenv_[assignment.name] = {
            std::move(assignment.value),
            fmt::format("{}:{} {}", path.string(), assignment.line, assignment.name)};
      }
    } catch (const Error& error) {
      problems_.emplace_back(error.what());
    }
  }

  void check_names() {
    for (const auto& [name, value] : sources_.variables)
      check_name(name, fmt::format("environment {}", name));
    for (const auto& [name, given] : dotenv_) check_name(name, given.origin);
  }

  void check_name(std::string_view name, std::string_view origin) {
    if (!name.starts_with("NOTES_") || name.starts_with("NOTES_TEST_")) return;
    if (name == kJobVariable) return;
    if (std::find(variables_.begin(), variables_.end(), name) != variables_.end()) return;
    const auto best = closest(name, variables_);
    if (!best || edit_distance(name, *best) > kSlip) return;
    problems_.push_back(
        fmt::format("{}: there is no such setting (did you mean '{}'?)", origin, *best));
  }

  std::optional<Given> variable(std::string_view name) const {
    if (name.empty()) return std::nullopt;
    if (const auto value = value_of(sources_.variables, name); !value.empty()) {
      return Given{std::string(value), fmt::format("environment {}", name)};
    }
    return std::nullopt;
  }

  std::optional<Given> dotenv_variable(std::string_view name) const {
    const auto found = dotenv_.find(name);
    if (found == dotenv_.end() || found->second.value.empty()) return std::nullopt;
    return found->second;
  }

  std::optional<Given> flag(std::string_view name, std::string_view alias) const {
    for (auto flag = sources_.flags.rbegin(); flag != sources_.flags.rend(); ++flag) {
      if (flag->name.empty() || (flag->name != name && flag->name != alias)) continue;
      return Given{flag->value, fmt::format("flag --{}", flag->name)};
    }
    return std::nullopt;
  }

  /// What flags, the environment or .env say, in this order.
  std::optional<Given> outside(const Setting& setting) const {
    if (auto given = flag(setting.flag, setting.flag_alias)) return given;
    for (const auto& name : {setting.variable, setting.variable_alias}) {
      const auto given = variable(name);
      if (given && !(setting.exposure == Exposure::open && is_service_link(given->value)))
        return given;
    }
    if (auto given = dotenv_variable(setting.variable)) return given;
    return dotenv_variable(setting.variable_alias);
  }

  void apply_outside(std::size_t index) {
    if (const auto given = outside(all_[index])) apply(index, given->value, given->origin);
  }

  void choose_environment() {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (all_[i].key == "environment") apply_outside(i);
    }
  }

  std::filesystem::path config_directory() {
    auto given = flag(kDirectoryFlag, "");
    if (!given) given = variable(kDirectoryVariable);
    if (!given) given = dotenv_variable(kDirectoryVariable);
    if (!given) return (sources_.directory / "config").lexically_normal();
    std::error_code ignored;  // what cannot be looked at is no directory
    if (!std::filesystem::is_directory(given->value, ignored)) {
      problems_.push_back(
          fmt::format("{}: there is no directory '{}'", given->origin, given->value));
    }
    return given->value;
  }

  void apply(std::size_t index, std::string_view value, std::string origin) {
    const Setting& setting = all_[index];
    if (!setting.assign(loaded_.settings, value)) {
      const std::string got =
          setting.exposure == Exposure::open ? fmt::format(", got '{:.100}'", value) : "";
      auto problem =
          fmt::format("{}: {}: expected {}{}", origin, setting.key, setting.accepted, got);
      if (std::find(problems_.begin(), problems_.end(), problem) == problems_.end())
        problems_.push_back(problem);
    }
    loaded_.origins[index] = std::move(origin);
  }

  void apply_file(const std::filesystem::path& path) {
    std::error_code ignored;  // a folder that cannot be looked into is as good as none
    if (!std::filesystem::exists(path, ignored)) return;
    try {
      apply_map(read_document(path), "");
    } catch (const Error& error) {
      problems_.emplace_back(error.what());
    }
  }

  void apply_map(const Node& map, const std::string& prefix) {
    if (map.kind() == Node::Kind::null) return;  // a section with all its lines commented out
    if (map.kind() != Node::Kind::map) {
      const std::string key = prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1) + ": ";
      problems_.push_back(fmt::format("{}: {}expected a map of settings, got {}",
                                      to_string(map.place()), key, to_string(map.kind())));
      return;
    }
    for (const auto& entry : map.entries()) apply_entry(entry, prefix + entry.key);
  }

  void apply_entry(const Entry& entry, const std::string& key) {
    const auto setting =
        std::find_if(all_.begin(), all_.end(), [&](const auto& s) { return s.key == key; });
    if (setting == all_.end()) {
      if (!sections_.contains(key)) return refuse_key(entry, key);
      if (used(key)) apply_map(entry.value, key + ".");
      return;
    }
    const bool nothing = entry.value.kind() == Node::Kind::null;
    const std::string place = to_string(nothing ? entry.key_place : entry.value.place());
    const auto problem = [&](std::string_view what) {
      problems_.push_back(fmt::format("{}: {}: {}", place, key, what));
    };
    if (key == "environment")
      return problem("it chooses the files that are read; set APP_ENV instead");
    if (!used(key)) return;
    if (entry.value.kind() != Node::Kind::scalar) {
      return problem(
          fmt::format("expected {}, got {}", setting->accepted, to_string(entry.value.kind())));
    }
    apply(static_cast<std::size_t>(setting - all_.begin()), entry.value.text(), place);
  }

  void refuse_key(const Entry& entry, const std::string& key) {
    const bool foreign =
        !sources_.sections.empty() && !used(key) && !closest(key, sources_.sections);
    if (foreign) return;
    problems_.push_back(fmt::format("{}: {}: there is no such setting{}",
                                    to_string(entry.key_place), key, suggestion(key)));
  }

  /// Compares only what stands behind the last dot: a long section's name would make everything in
  /// it look close.
  std::string suggestion(std::string_view key) const {
    const auto start = key.rfind('.') + 1;  // 0 when there is none
    std::vector<std::string_view> siblings;
    for (const auto known : keys_) {
      if (known.substr(0, start) != key.substr(0, start)) continue;
      if (known.find('.', start) == std::string_view::npos) siblings.push_back(known.substr(start));
    }
    const auto best = closest(key.substr(start), siblings);
    return best ? fmt::format(" (did you mean '{}{}'?)", key.substr(0, start), *best) : "";
  }

  void check_flags() {
    for (const auto& flag : sources_.flags) {
      const bool known =
          flag.name == kDirectoryFlag || std::any_of(all_.begin(), all_.end(), [&](const auto& s) {
            return !flag.name.empty() && (flag.name == s.flag || flag.name == s.flag_alias);
          });
      if (!known)
        problems_.push_back(fmt::format("flag --{}: there is no such setting", flag.name));
    }
  }

  void check_production() {
    Settings& settings = loaded_.settings;
    const bool production = settings.environment == Environment::production;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const Setting& setting = all_[i];
      if (setting.in_production != InProduction::required || !used(setting.key)) continue;
      if (production && loaded_.origins[i] == kDefault) {
        problems_.push_back(fmt::format("{}: not set, and APP_ENV is production: {}", setting.key,
                                        setting.way_out));
      } else if (production && setting.text(settings) == kDevelopmentKey) {
        problems_.push_back(
            fmt::format("{}: {}: this is the key for development, which everyone knows: {}",
                        loaded_.origins[i], setting.key, setting.way_out));
      } else if (setting.text(settings).empty() && loaded_.origins[i] == kDefault) {
        setting.assign(settings, kDevelopmentKey);
        loaded_.origins[i] = "default, for development only";
      }
    }
  }

  std::string summary() const {
    if (problems_.size() == 1) return problems_.front();
    std::string text = fmt::format("{} problems in the configuration:", problems_.size());
    for (const auto& problem : problems_)
      fmt::format_to(std::back_inserter(text), "\n  {}", problem);
    return text;
  }

  const Sources& sources_;
  const std::vector<Setting>& all_ = described_settings();
  std::vector<std::string_view> keys_;
  std::set<std::string_view> sections_;
  std::vector<std::string_view> variables_;
  std::map<std::string, Given, std::less<>> dotenv_;
  Loaded loaded_;
  std::vector<std::string> problems_;
};

}  // namespace

Loaded load(const Sources& sources) { return Loading(sources).run(); }

}  // namespace notes::config
