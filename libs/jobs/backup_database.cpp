#include "jobs/backup_database.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "transfer/manifest.hpp"

namespace notes::jobs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".backup";
constexpr std::size_t kStampSize = std::string_view("20261121T113000.123456Z").size();

/// "20261121T113000.123456Z": what a file system takes everywhere, and sorts.
std::string stamp(Timestamp moment) {
  auto text = to_string(moment);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::unreachable,
                fmt::format("{}: the folder cannot be made: {}", folder.string(), error.message()));
  }
}

/// The backups of this database in the folder, the newest first; other files are let alone.
std::vector<fs::path> backups_in(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const bool ours = name.size() == prefix.size() + kStampSize + kExtension.size() &&
                      name.starts_with(prefix) && name.ends_with(kExtension);
    if (ours && entry.is_regular_file()) found.push_back(entry.path());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

std::int64_t remove_oldest(const fs::path& folder, const std::string& prefix, std::size_t keep) {
  const auto backups = backups_in(folder, prefix);
  std::int64_t removed = 0;
  for (std::size_t at = keep; at < backups.size(); ++at) removed += fs::remove(backups[at]) ? 1 : 0;
  return removed;
}

}  // namespace

void backup_database(scheduler::Run& run, const Arguments& arguments,
                     const transfer::BackupPlace& place) {
  constexpr std::size_t kMostKept = 10'000;
  const fs::path folder = arguments.text("folder");
  const auto keep = arguments.count("keep", kMostKept);
  make_folder(folder);
  const auto prefix = transfer::database_name(place.url) + "-";
  const auto file = folder / fmt::format("{}{}{}", prefix, stamp(run.reference_time()), kExtension);
  const auto manifest = transfer::backup(place, file, run.clock(), run.stop());
  std::int64_t rows = 0;
  for (const auto& table : manifest.tables) rows += static_cast<std::int64_t>(table.rows);
  run.print(fmt::format("written to {}\n", file.string()));
  const auto removed = remove_oldest(folder, prefix, keep);
  run.chunk([&](db::Session&) {
    return scheduler::Chunk{"",
                            {{"processed", rows},
                             {"bytes", static_cast<std::int64_t>(manifest.payload_bytes)},
                             {"removed_old", removed}}};
  });
}

}  // namespace notes::jobs
