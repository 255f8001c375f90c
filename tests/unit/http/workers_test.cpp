#include "http/workers.hpp"

#include <future>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <poll.h>

namespace notes::http {
namespace {

bool is_readable(const Mailbox& mailbox) {
  pollfd ready{.fd = mailbox.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, 0) == 1;
}

const Route kRoute{Method::get, "/", "x", Runs::on_worker,
                   [](const Request&) { return Response{}; }};

std::shared_ptr<Task> task_until(std::chrono::steady_clock::time_point deadline, Mailbox& mailbox,
                                 std::uint64_t sequence, std::string client = "192.0.2.1") {
  Request request;
  request.client = std::move(client);
  request.deadline = deadline;
  return std::make_shared<Task>(std::move(request), kRoute, mailbox, 9, sequence);
}

constexpr auto kNever = std::chrono::steady_clock::time_point::max();

}  // namespace

TEST_CASE("a mailbox is readable while something is in it") {
  Mailbox mailbox;
  CHECK_FALSE(is_readable(mailbox));
  mailbox.post({1, 2, {}});
  mailbox.post({1, 3, {}});
  CHECK(is_readable(mailbox));
  const auto completions = mailbox.take();
  REQUIRE(completions.size() == 2);
  CHECK(completions[1].sequence == 3);
  CHECK_FALSE(is_readable(mailbox));
  mailbox.post({1, 4, {}});
  CHECK(is_readable(mailbox));
}

TEST_CASE("a client's tasks run in order, and a queue that is full takes no more") {
  Mailbox mailbox;
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::promise<void> begun;
  std::vector<const Task*> ran;
  std::vector<std::shared_ptr<Task>> tasks;
  for (std::uint64_t i = 0; i < 4; ++i) tasks.push_back(task_until(kNever, mailbox, i));
  {
    std::promise<void> last;
    Workers workers({.threads = 1, .queue_limit = 2}, [&](Workers::Batch batch) {
      if (ran.empty()) begun.set_value();
      REQUIRE(batch.size() == 1);
      ran.push_back(batch[0].get());
      open.wait();
      if (ran.size() == 3) last.set_value();
    });
    REQUIRE(workers.submit(tasks[0]) == nullptr);
    begun.get_future().wait();
    CHECK(workers.submit(tasks[1]) == nullptr);
    CHECK(workers.submit(tasks[2]) == nullptr);
    CHECK(workers.submit(tasks[3]) == tasks[3]);
    gate.set_value();
    last.get_future().wait();
  }
  CHECK(ran == std::vector<const Task*>{tasks[0].get(), tasks[1].get(), tasks[2].get()});
}

TEST_CASE("what comes while a batch runs is the next batch, as far as it may be") {
  Mailbox mailbox;
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::promise<void> begun;
  std::promise<void> last;
  std::vector<std::vector<std::shared_ptr<Task>>> batches;
  std::vector<std::shared_ptr<Task>> tasks;
  for (std::uint64_t i = 0; i < 6; ++i) tasks.push_back(task_until(kNever, mailbox, i));
  {
    Workers workers({.threads = 1, .queue_limit = 9, .most_at_once = 3}, [&](Workers::Batch batch) {
      batches.emplace_back(batch.begin(), batch.end());
      if (batches.size() == 1) begun.set_value();
      open.wait();
      if (batches.size() == 3) last.set_value();
    });
    CHECK(workers.submit(tasks[0]) == nullptr);
    begun.get_future().wait();
    for (std::size_t i = 1; i < tasks.size(); ++i) CHECK(workers.submit(tasks[i]) == nullptr);
    CHECK(tasks[2]->give_up());
    CHECK(workers.tasks(9).size() == 6);
    gate.set_value();
    last.get_future().wait();
  }
  REQUIRE(batches.size() == 3);
  CHECK(batches[0] == std::vector{tasks[0]});
  CHECK(batches[1] == std::vector{tasks[1], tasks[3], tasks[4]});
  CHECK(batches[2] == std::vector{tasks[5]});
}

TEST_CASE("clients take turns, and who waits most gives way when there is no room") {
  Mailbox mailbox;
  const auto task = [&](std::uint64_t sequence, const char* client) {
    return task_until(kNever, mailbox, sequence, client);
  };
  FairQueue queue;
  std::vector<std::shared_ptr<Task>> flood;
  for (std::uint64_t i = 0; i < 3; ++i) queue.push(flood.emplace_back(task(i, "192.0.2.1")));
  const auto quiet = task(7, "192.0.2.2");
  CHECK(queue.displace_for(*flood[0]) == nullptr);
  CHECK(queue.displace_for(*quiet) == flood[2]);
  queue.push(quiet);
  const auto third = task(8, "192.0.2.3");
  CHECK(queue.size() == 3);
  CHECK(queue.displace_for(*third) == flood[1]);
  CHECK(queue.displace_for(*third) == nullptr);
  queue.push(flood[1]);
  queue.push(third);
  std::vector<std::shared_ptr<Task>> order;
  while (!queue.empty()) order.push_back(queue.pop());
  CHECK(order == std::vector{flood[0], quiet, third, flood[1]});
}

TEST_CASE("who shows credentials takes turns by them, whatever address they come from") {
  Mailbox mailbox;
  const auto client_of = [&](const char* address, const char* field, const char* value) {
    Request request;
    request.client = address;
    if (field != nullptr) request.headers.add(field, value);
    return Task(std::move(request), kRoute, mailbox, 1, 1).client();
  };
  const auto token = client_of("192.0.2.1", "Authorization", "Bearer a");
  CHECK(client_of("192.0.2.2", "authorization", "Bearer a") == token);
  CHECK(client_of("192.0.2.1", "Authorization", "Bearer b") != token);
  CHECK(client_of("192.0.2.1", nullptr, nullptr) != token);
  CHECK(client_of("192.0.2.1", "Cookie", "a=1") == client_of("192.0.2.2", "Cookie", "a=1"));
  CHECK(client_of("192.0.2.1", nullptr, nullptr) != client_of("192.0.2.2", nullptr, nullptr));
}

TEST_CASE("a task that is put back runs again, with what is left of it") {
  Mailbox mailbox;
  const auto task = task_until(kNever, mailbox, 1);
  CHECK(task->start());
  CHECK_FALSE(task->alone());
  task->put_back([] { return respond(200, "text/plain", "alone"); });
  CHECK_FALSE(task->is_running());
  CHECK(task->start());
  CHECK(task->alone()().body == "alone");
}

TEST_CASE("a task is run or given up, never both") {
  Mailbox mailbox;
  const auto first = task_until(kNever, mailbox, 1);
  CHECK(first->give_up());
  CHECK_FALSE(first->start());
  const auto second = task_until(kNever, mailbox, 2);
  CHECK(second->start());
  CHECK_FALSE(second->give_up());
  const auto late = task_until(std::chrono::steady_clock::now(), mailbox, 3);
  CHECK_FALSE(late->start());
}

TEST_CASE("a completed task finds its connection") {
  Mailbox mailbox;
  task_until(kNever, mailbox, 5)->complete(respond(201, "text/plain", "x"));
  const auto completions = mailbox.take();
  REQUIRE(completions.size() == 1);
  CHECK(completions[0].connection == 9);
  CHECK(completions[0].sequence == 5);
  CHECK(std::get<Response>(completions[0].result).status == 201);
}

TEST_CASE("a queue that is full takes the next piece of an answer") {
  Mailbox mailbox;
  const auto source = std::make_shared<const BodySource>([] { return std::nullopt; });
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  Workers workers({.threads = 1, .queue_limit = 0}, [&](Workers::Batch) { open.wait(); });
  const auto request = task_until(kNever, mailbox, 0);
  CHECK(workers.submit(request) == request);
  CHECK(workers.submit(std::make_shared<Task>(Request{}, kRoute, mailbox, 9, 1, source)) ==
        nullptr);
  gate.set_value();
}

}  // namespace notes::http
