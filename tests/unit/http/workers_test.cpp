#include "http/workers.hpp"

#include <future>

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
                                 std::uint64_t sequence) {
  Request request;
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

TEST_CASE("tasks run in order, and a queue that is full takes no more") {
  Mailbox mailbox;
  std::promise<void> gate;
  const auto open = gate.get_future().share();
  std::promise<void> begun;
  std::vector<const Task*> ran;
  std::vector<std::shared_ptr<Task>> tasks;
  for (std::uint64_t i = 0; i < 4; ++i) tasks.push_back(task_until(kNever, mailbox, i));
  {
    std::promise<void> last;
    Workers workers(1, 2, [&](const Task& task) {
      if (ran.empty()) begun.set_value();
      ran.push_back(&task);
      open.wait();
      if (ran.size() == 3) last.set_value();
    });
    REQUIRE(workers.submit(tasks[0]));
    begun.get_future().wait();
    CHECK(workers.submit(tasks[1]));
    CHECK(workers.submit(tasks[2]));
    CHECK_FALSE(workers.submit(tasks[3]));
    gate.set_value();
    last.get_future().wait();
  }
  CHECK(ran == std::vector<const Task*>{tasks[0].get(), tasks[1].get(), tasks[2].get()});
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
  Workers workers(1, 0, [&](const Task&) { open.wait(); });
  CHECK_FALSE(workers.submit(task_until(kNever, mailbox, 0)));
  CHECK(workers.submit(std::make_shared<Task>(Request{}, kRoute, mailbox, 9, 1, source)));
  gate.set_value();
}

}  // namespace notes::http
