#include "http/lanes.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "http/observations.hpp"

namespace notes::http {
namespace {

constexpr Rejection kQueueFull{
    503, "The server has more requests waiting than it can serve; try again."};

std::vector<double> size_buckets() { return {1, 2, 4, 8, 16, 32, 64, 128, 256}; }

}  // namespace

/// The queue of a lane, and what is known of its batches.
struct Lanes::Gathered {
  Gathered(const Lane& lane, telemetry::Metrics& metrics)
      : sizes(metrics.histogram("http_server_batch_size", "Requests that were answered together.",
                                size_buckets(), {{"lane", std::string(lane.name)}})),
        waits(metrics.histogram("http_server_batch_wait_seconds",
                                "How long the first request of a batch waited for the one before.",
                                telemetry::duration_buckets(),
                                {{"lane", std::string(lane.name)}})) {}

  telemetry::Histogram sizes;
  telemetry::Histogram waits;
  std::unique_ptr<Workers> workers;
};

Lanes::Lanes(const config::ServerSettings& settings, const Pipeline& pipeline,
             telemetry::Metrics& metrics)
    : settings_(settings),
      pipeline_(pipeline),
      shed_(metrics.counter(kShedRequests, kShedRequestsHelp)),
      alone_({.threads = settings.workers, .queue_limit = settings.queue_limit},
             [this](Workers::Batch batch) {
               for (const auto& task : batch) serve_alone(*task);
             }) {
  for (const Route& route : pipeline.routes()) {
    if (!route.lane || gathered_.contains(route.lane.get())) continue;
    const Lane& lane = *route.lane;
    auto& gathered =
        *gathered_.emplace(&lane, std::make_unique<Gathered>(lane, metrics)).first->second;
    gathered.workers = std::make_unique<Workers>(
        options_of(lane),
        [this, &lane, &gathered](Workers::Batch batch) { serve_together(lane, gathered, batch); });
  }
}

Lanes::~Lanes() = default;

Workers::Options Lanes::options_of(const Lane& lane) const {
  return {.threads = lane.threads, .queue_limit = settings_.queue_limit, .most_at_once = lane.most};
}

bool Lanes::submit(const std::shared_ptr<Task>& task) {
  const Lane* lane = task->source ? nullptr : task->route.lane.get();
  return submit(task, lane == nullptr ? alone_ : *gathered_.at(lane)->workers);
}

bool Lanes::submit(const std::shared_ptr<Task>& task, Workers& workers) {
  const auto displaced = workers.submit(task);
  if (!displaced) return true;
  shed_.increment();
  if (displaced == task) return false;
  displaced->complete(refusal(displaced->request));
  return true;
}

Response Lanes::refusal(const Request& request) const {
  return pipeline_.refuse(kQueueFull, request);
}

bool Lanes::finish(std::chrono::steady_clock::time_point deadline) {
  bool finished = true;
  for (const auto& [lane, gathered] : gathered_) {
    finished = gathered->workers->finish(deadline) && finished;
  }
  return alone_.finish(deadline) && finished;
}

std::vector<std::shared_ptr<const Task>> Lanes::tasks(std::size_t most) const {
  auto tasks = alone_.tasks(most);
  for (const auto& [lane, gathered] : gathered_) {
    const auto more = gathered->workers->tasks(most - tasks.size());
    tasks.insert(tasks.end(), more.begin(), more.end());
  }
  return tasks;
}

void Lanes::serve_alone(const Task& task) const {
  if (task.source) return task.complete(pipeline_.next_piece(*task.source, task.request));
  task.complete(task.alone() ? pipeline_.run(task.route, task.request, task.alone())
                             : pipeline_.run(task.route, task.request));
}

void Lanes::serve_together(const Lane& lane, Gathered& gathered, Workers::Batch batch) {
  const auto now = std::chrono::steady_clock::now();
  auto first = now;
  std::vector<Arrival> arrivals;
  arrivals.reserve(batch.size());
  for (const auto& task : batch) {
    arrivals.push_back({task->route, task->request});
    first = std::min(first, task->request.arrived);
  }
  gathered.sizes.observe(static_cast<double>(batch.size()));
  gathered.waits.observe(std::chrono::duration<double>(now - first).count());
  auto answers = pipeline_.run_together(lane, arrivals);
  for (std::size_t at = 0; at < batch.size(); ++at) {
    if (auto* response = std::get_if<Response>(&answers[at])) {
      batch[at]->complete(std::move(*response));
      continue;
    }
    batch[at]->put_back(std::get<Alone>(std::move(answers[at])));
    if (!submit(batch[at], alone_)) batch[at]->complete(refusal(batch[at]->request));
  }
}

}  // namespace notes::http
