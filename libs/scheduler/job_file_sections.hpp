#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/document.hpp"
#include "config/variables.hpp"
#include "scheduler/job_file.hpp"
#include "scheduler/job_file_keys.hpp"

namespace notes::scheduler {

/// What has been found wrong or doubtful. Gathered, so that one look at the file mends it all.
class Findings {
 public:
  explicit Findings(JobFile& file) : file_(file) {}

  /// `path` is the key's: "jobs.purge-trash.overlap".
  void problem(const config::Place& place, std::string_view path, std::string_view what);
  void warn(const config::Place& place, std::string_view path, std::string_view what);

  /// Runs what may find that it cannot go on: what its Error says becomes a problem. False when it
  /// did.
  template <typename Work>
  bool guarded(const config::Place& place, std::string_view path, const Work& work) {
    try {
      work();
      return true;
    } catch (const Error& error) {
      problem(place, path, error.what());
      return false;
    }
  }

 private:
  JobFile& file_;
};

/// Reads the values that the table of keys knows into drafts.
class SectionReader {
 public:
  SectionReader(const config::Variables& variables, Findings& findings)
      : variables_(variables), findings_(findings) {}

  /// Whether it has keys, or nothing in it; else there is a problem.
  bool is_map(const config::Node& node, std::string_view path);

  /// Reads the keys of a map into the draft. `section` is what the table of keys calls the map,
  /// `path` what the file does.
  void read(const config::Node& node, std::string_view section, std::string_view path,
            Draft& draft);

 private:
  void read_value(const config::Node& node, const JobFileKey& key, const std::string& path,
                  Draft& draft);
  void read_url(const config::Node& node, const JobFileKey& key, const std::string& path,
                Draft& draft);
  void refuse(const config::Node& node, const JobFileKey& key, const std::string& path);
  void refuse_word(const config::Node& item, const JobFileKey& key, const std::string& path);
  std::optional<Given> given_of(const config::Node& node, const JobFileKey& key,
                                const std::string& path);
  bool take_text(std::string& text, const config::Node& node, const std::string& path);
  bool expand_into(std::string& text, const config::Node& node, const std::string& path);

  const config::Variables& variables_;
  Findings& findings_;
};

}  // namespace notes::scheduler
