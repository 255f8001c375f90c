#include "transfer/child_process.hpp"

#include <chrono>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/error.hpp"

using namespace notes;
using namespace notes::transfer;

namespace {

const std::map<std::string, std::string, std::less<>> kPath{{"PATH", "/usr/bin:/bin"}};

std::string all_of(const Descriptor& from) {
  std::string text;
  char byte = 0;
  while (::read(from.number(), &byte, 1) == 1) text += byte;
  return text;
}

}  // namespace

TEST_CASE("a child has the environment that it is given, and nothing else") {
  auto environment = kPath;
  environment["SECRET"] = "a b";
  auto pipe = make_pipe();
  ChildProcess child({.program = "sh",
                      .arguments = {"-c", "echo \"$SECRET|$HOME\"; cat"},
                      .environment = environment,
                      .output = pipe.write.number()},
                     {});
  pipe.write.close();
  CHECK(all_of(pipe.read) == "a b|\n");
  CHECK(child.succeeded());
}

TEST_CASE("a child that fails says why, at the end") {
  ChildProcess child({.program = "sh",
                      .arguments = {"-c", "echo one >&2; echo two >&2; exit 3"},
                      .environment = kPath},
                     {});
  CHECK_FALSE(child.succeeded());
  CHECK(child.complaint() == "one two");
  ChildProcess silent({.program = "sh", .arguments = {"-c", "exit 3"}, .environment = kPath}, {});
  CHECK_FALSE(silent.succeeded());
  CHECK(silent.complaint() == "sh: ended with status 3");
}

TEST_CASE("a program that is not there is an error that says what to install") {
  try {
    ChildProcess child({.program = "no-such-program", .environment = kPath}, {});
    FAIL("started");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK(
        std::string(error.what()).starts_with("no-such-program: there is no such program on PATH"));
  }
}

TEST_CASE("a stop request ends the child, while it is read from or waited for") {
  std::stop_source stop;
  auto pipe = make_pipe();
  ChildProcess child({.program = "sh",
                      .arguments = {"-c", "echo ready; exec sleep 600"},
                      .environment = kPath,
                      .output = pipe.write.number()},
                     stop.get_token());
  pipe.write.close();
  char byte = 0;
  REQUIRE(::read(pipe.read.number(), &byte, 1) == 1);
  stop.request_stop();
  CHECK(all_of(pipe.read) == "eady\n");
  try {
    child.succeeded();
    FAIL("went on");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
}
