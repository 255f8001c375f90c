#include "cli/password_prompt.hpp"

#include <array>
#include <cstring>
#include <iostream>

#include <bsd/readpassphrase.h>

#include "base/error.hpp"

namespace notes::cli {
namespace {

using Buffer = std::array<char, kMaxTypedBytes + 1>;

std::string ask(const char* question) {
  Buffer buffer{};
  // Without the flag it would read standard input, and echo.
  const char* typed =
      ::readpassphrase(question, buffer.data(), buffer.size(), RPP_ECHO_OFF | RPP_REQUIRE_TTY);
  std::string answer = typed == nullptr ? "" : typed;
  ::explicit_bzero(buffer.data(), buffer.size());
  if (typed == nullptr) {
    throw Error(ErrorCode::usage,
                "there is no terminal to type a password at: give it on standard input with "
                "--password-stdin");
  }
  return answer;
}

}  // namespace

std::string prompt_new_password() {
  auto password = ask("New password: ");
  if (ask("The same again: ") != password) {
    throw Error(ErrorCode::usage, "the two passwords differ; nothing was changed");
  }
  return password;
}

std::string read_password_line() {
  std::string line;
  for (char c = 0; std::cin.get(c) && c != '\n';) {
    if (line.size() == kMaxTypedBytes) {
      throw Error(ErrorCode::usage, "standard input: the password is longer than " +
                                        std::to_string(kMaxTypedBytes) + " bytes");
    }
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) throw Error(ErrorCode::usage, "standard input: there is no password on it");
  return line;
}

}  // namespace notes::cli
