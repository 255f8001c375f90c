#include "telemetry/process_metrics.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.hpp"

using notes::telemetry::Metrics;
using notes::telemetry::ProcessMetrics;

namespace {

double value(const Metrics& metrics, const std::string& name) {
  const auto text = "\n" + metrics.prometheus_text();
  const auto at = text.find("\n" + name + " ");
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE("what the process uses is what the kernel says") {
  Metrics metrics;
  ProcessMetrics process(metrics);
  process.refresh();
  CHECK(value(metrics, "process_threads") >= 1);
  CHECK(value(metrics, "process_virtual_memory_bytes") >
        value(metrics, "process_resident_memory_bytes"));
  CHECK(value(metrics, "process_resident_memory_bytes") > 1'000'000);
  CHECK(value(metrics, "process_max_fds") >= value(metrics, "process_open_fds"));
  const double now = static_cast<double>(notes::SystemClock().now().since_epoch().count()) / 1e6;
  CHECK(value(metrics, "process_start_time_seconds") > now - 3600);
  CHECK(value(metrics, "process_start_time_seconds") < now + 2);

  const double open = value(metrics, "process_open_fds");
  const int one_more = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const double used = value(metrics, "process_cpu_seconds_total");
  double spent = 0;
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
       std::chrono::steady_clock::now() < end;) {
    spent += 1;
  }
  process.refresh();
  CHECK(spent > 0);
  CHECK(value(metrics, "process_open_fds") == open + 1);
  CHECK(value(metrics, "process_cpu_seconds_total") > used);
  ::close(one_more);
}
