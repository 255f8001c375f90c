#include "cli/signals.hpp"

#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace notes::cli;

TEST_CASE("the first signal is announced to all who wait, and to who asks later") {
  ShutdownSignal shutdown;
  CHECK_FALSE(shutdown.received().has_value());
  std::optional<int> other;
  std::jthread waiting([&] { other = shutdown.wait(); });
  ::kill(::getpid(), SIGTERM);
  CHECK(shutdown.wait() == SIGTERM);
  waiting.join();
  CHECK(other == SIGTERM);
  CHECK(shutdown.received() == SIGTERM);
}

TEST_CASE("who waits for a signal can be told to stop") {
  ShutdownSignal shutdown;
  std::optional<int> got = 0;
  {
    std::jthread waiting([&](std::stop_token stop) { got = shutdown.wait(std::move(stop)); });
  }
  CHECK_FALSE(got.has_value());
}

TEST_CASE("the signals are handled as before once it is gone") {
  sigset_t before{};
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  { const ShutdownSignal shutdown; }
  sigset_t after{};
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  CHECK(::sigismember(&after, SIGTERM) == ::sigismember(&before, SIGTERM));
  CHECK(::sigismember(&after, SIGINT) == ::sigismember(&before, SIGINT));
}

TEST_CASE("a second signal ends the process at once") {
  for (const int second : {SIGTERM, SIGINT}) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::alarm(10);  // ends the child when the second signal does not
      ShutdownSignal shutdown;
      ::kill(::getpid(), SIGINT);
      shutdown.wait();
      ::kill(::getpid(), second);
      for (;;) ::pause();
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == second);
  }
}
