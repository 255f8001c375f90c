#pragma once

#include "telemetry/metrics.hpp"

namespace notes::telemetry {

/// What this process uses of its machine, under the names that Prometheus' own client libraries
/// give: process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
/// process_open_fds, process_max_fds, process_threads, process_start_time_seconds. Not thread-safe.
class ProcessMetrics {
 public:
  /// `metrics` must outlive it.
  explicit ProcessMetrics(Metrics& metrics);

  /// Reads them off the kernel (Linux: /proc/self). What cannot be read keeps its value.
  void refresh();

 private:
  Counter processor_;
  Gauge resident_;
  Gauge virtual_;
  Gauge descriptors_;
  Gauge most_descriptors_;
  Gauge threads_;
  Gauge started_;
  double processor_seconds_ = 0;
};

}  // namespace notes::telemetry
