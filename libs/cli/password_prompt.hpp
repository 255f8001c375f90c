#pragma once

#include <cstddef>
#include <string>

namespace notes::cli {

/// More than this of a password is not read.
inline constexpr std::size_t kMaxTypedBytes = 2048;

/// Asks for a new password, twice, at the terminal of this process, without echo; the terminal's
/// state is restored also when a signal ends the prompt. Throws Error{usage} when there is no
/// terminal, naming --password-stdin, and when the two differ.
std::string prompt_new_password();

/// The first line of standard input, without its line break. Throws Error{usage} when there is
/// none, or when it is longer than kMaxTypedBytes.
std::string read_password_line();

}  // namespace notes::cli
