#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notes::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// A number that only grows. A cheap handle on a value that its Metrics keeps; thread-safe.
class Counter {
 public:
  void increment(double by = 1);

 private:
  friend class Metrics;
  explicit Counter(void* counter) : counter_(counter) {}
  void* counter_;
};

/// A number that goes up and down. A cheap handle on a value that its Metrics keeps; thread-safe.
class Gauge {
 public:
  void set(double value);
  void add(double by);

 private:
  friend class Metrics;
  explicit Gauge(void* gauge) : gauge_(gauge) {}
  void* gauge_;
};

/// Observations counted in buckets. A cheap handle on a value that its Metrics keeps; thread-safe.
class Histogram {
 public:
  void observe(double value);

 private:
  friend class Metrics;
  explicit Histogram(void* histogram) : histogram_(histogram) {}
  void* histogram_;
};

/// The buckets that OpenTelemetry's semantic conventions advise for durations in seconds.
std::vector<double> duration_buckets();

/// The metrics of this process, by OpenTelemetry's names as Prometheus writes them. The same name
/// and labels give the same value again. Thread-safe; it must outlive the handles.
class Metrics {
 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram histogram(std::string_view name, std::string_view help,
                      const std::vector<double>& buckets, const Labels& labels = {});

  /// Everything in Prometheus' text format, version 0.0.4.
  std::string prometheus_text() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace notes::telemetry
