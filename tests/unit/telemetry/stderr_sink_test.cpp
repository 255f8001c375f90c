#include <array>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "telemetry/log.hpp"

using namespace notes::telemetry;

namespace {

/// Standard error as a pipe that nobody reads until read_all().
class PipedStderr {
 public:
  PipedStderr() : kept_(::dup(STDERR_FILENO)) {
    REQUIRE(::pipe(ends_.data()) == 0);
    REQUIRE(::dup2(ends_[1], STDERR_FILENO) >= 0);
    ::close(ends_[1]);
  }
  PipedStderr(const PipedStderr&) = delete;
  PipedStderr& operator=(const PipedStderr&) = delete;
  ~PipedStderr() {
    restore();
    ::close(ends_[0]);
  }

  void restore() {
    if (kept_ < 0) return;
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    kept_ = -1;
  }

  std::string read_all() const {
    std::string text;
    std::array<char, 65'536> block{};
    ssize_t got = 0;
    while ((got = ::read(ends_[0], block.data(), block.size())) > 0) {
      text.append(block.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{};
  int kept_;
};

}  // namespace

TEST_CASE("the destructor of the sink writes out what is queued, in order") {
  std::string expected;
  PipedStderr pipe;
  {
    const auto sink = stderr_sink();
    for (int i = 0; i < 1000; ++i) {
      sink->write(Level::info, "line " + std::to_string(i));
      expected += "line " + std::to_string(i) + "\n";
    }
  }
  pipe.restore();
  CHECK(pipe.read_all() == expected);
}

TEST_CASE("lines that follow each other closely are written together") {
  // Of a socket of messages each write is one.
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()) == 0);
  const int kept = ::dup(STDERR_FILENO);
  REQUIRE(::dup2(ends[1], STDERR_FILENO) >= 0);
  ::close(ends[1]);
  std::string expected;
  {
    const auto sink = stderr_sink();
    for (int i = 0; i < 200; ++i) {  // as many messages wait in the socket
      sink->write(Level::info, "line " + std::to_string(i));
      expected += "line " + std::to_string(i) + "\n";
    }
  }
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  std::string text;
  int writes = 0;
  std::array<char, 65'536> block{};
  for (ssize_t got = 0; (got = ::read(ends[0], block.data(), block.size())) > 0; ++writes) {
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  CHECK(text == expected);
  CHECK(writes < 100);
}

TEST_CASE("a reader that does not read holds nobody up, and the lost lines are counted") {
  constexpr std::size_t kWritten = 100'000;
  const std::string line(99, 'x');
  PipedStderr pipe;
  auto sink = stderr_sink();
  // The pipe takes 64 KiB: with nobody reading, a sink that waits would hang here.
  for (std::size_t i = 0; i < kWritten; ++i) sink->write(Level::info, line);
  const std::uint64_t lost = sink->take_lost();
  CHECK(lost > 40'000);
  CHECK(sink->take_lost() == 0);

  std::string text;
  std::thread reader([&] { text = pipe.read_all(); });
  sink.reset();
  pipe.restore();
  reader.join();
  CHECK(text.size() / (line.size() + 1) == kWritten - lost);
}
