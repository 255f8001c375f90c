#include "telemetry/metrics.hpp"

#include <map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace notes::telemetry {
namespace {

std::map<std::string, std::string> to_map(const Labels& labels) {
  return {labels.begin(), labels.end()};
}

}  // namespace

struct Metrics::Registry {
  prometheus::Registry families;
};

void Counter::increment(double by) { static_cast<prometheus::Counter*>(counter_)->Increment(by); }

void Gauge::set(double value) { static_cast<prometheus::Gauge*>(gauge_)->Set(value); }

void Gauge::add(double by) { static_cast<prometheus::Gauge*>(gauge_)->Increment(by); }

void Histogram::observe(double value) {
  static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
}

std::vector<double> duration_buckets() {
  return {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};
}

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}

Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildCounter()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(registry_->families);
  return Counter(&family.Add(to_map(labels)));
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildGauge()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(registry_->families);
  return Gauge(&family.Add(to_map(labels)));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help,
                             const std::vector<double>& buckets, const Labels& labels) {
  auto& family = prometheus::BuildHistogram()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(registry_->families);
  return Histogram(&family.Add(to_map(labels), buckets));
}

std::string Metrics::prometheus_text() const {
  return prometheus::TextSerializer().Serialize(registry_->families.Collect());
}

}  // namespace notes::telemetry
