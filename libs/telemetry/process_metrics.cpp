#include "telemetry/process_metrics.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace notes::telemetry {
namespace {

/// The fields of /proc/self/stat behind the command's name, which may hold anything; the first is
/// field 3 of proc(5).
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

/// When the machine was started, in seconds of Unix time; 0 when it cannot be told.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

std::size_t open_descriptors() {
  std::error_code failed;
  const std::filesystem::directory_iterator entries("/proc/self/fd", failed);
  // The one that lists them is among them.
  return failed ? 0 : static_cast<std::size_t>(std::distance(begin(entries), end(entries))) - 1;
}

}  // namespace

ProcessMetrics::ProcessMetrics(Metrics& metrics)
    : processor_(metrics.counter("process_cpu_seconds_total",
                                 "User and system processor time that the process has used.")),
      resident_(metrics.gauge("process_resident_memory_bytes", "Memory that is in use.")),
      virtual_(metrics.gauge("process_virtual_memory_bytes", "Address space that is in use.")),
      descriptors_(metrics.gauge("process_open_fds", "File descriptors that are open.")),
      most_descriptors_(metrics.gauge("process_max_fds", "File descriptors that may be open.")),
      threads_(metrics.gauge("process_threads", "Threads of the process.")),
      started_(metrics.gauge("process_start_time_seconds",
                             "When the process was started, in seconds of Unix time.")) {}

void ProcessMetrics::refresh() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    const double used = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    processor_.increment(used - processor_seconds_);
    processor_seconds_ = used;
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    most_descriptors_.set(static_cast<double>(limit.rlim_cur));
  }
  descriptors_.set(static_cast<double>(open_descriptors()));
  // proc(5): num_threads is field 20, starttime 22 (in ticks since the boot), vsize 23, rss 24 (in
  // pages).
  const auto fields = stat_fields();
  if (fields.size() < 22) return;
  threads_.set(std::stod(fields[17]));
  started_.set(boot_time() + std::stod(fields[19]) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  virtual_.set(std::stod(fields[20]));
  resident_.set(std::stod(fields[21]) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace notes::telemetry
