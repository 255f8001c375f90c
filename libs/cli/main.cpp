#include "cli/main.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cli/display.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"

namespace notes::cli {
namespace {

ExitCode dispatch(const App& app, const std::vector<std::string>& words, const Console& console,
                  config::Variables variables) {
  Parsed parsed = parse(app, words);
  switch (parsed.request) {
    case Request::help:
      console.out.write(parsed.command == nullptr ? help_text(app)
                                                  : help_text(app, *parsed.command));
      return ExitCode::ok;
    case Request::version:
      console.out.write(fmt::format("{} {}\n", app.name, app.version));
      return ExitCode::ok;
    case Request::run:
      break;
  }
  return parsed.command->run(Invocation(app, *parsed.command, console, std::move(parsed.arguments),
                                        std::move(parsed.values), std::move(variables)));
}

ExitCode fail(const App& app, const Console& console, std::string_view message, ExitCode code) {
  console.out.flush();
  console.error.write(fmt::format("{}: {} {}\n", app.name,
                                  styled(console.error_terminal, Style::red, "error:"),
                                  printable(message, LineBreaks::kept)));
  return code;
}

bool asks_json(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, "--json") != end;
}

ExitCode fail(const App& app, const Console& console, const std::vector<std::string>& words,
              const Error& error) {
  const ExitCode code = exit_code_of(error.code());
  if (app.error_object && asks_json(words)) console.out.write(app.error_object(error, code));
  return fail(app, console, error.what(), code);
}

/// Where work ends: every error becomes a message and an exit code.
ExitCode run(const App& app, const std::vector<std::string>& words, const Console& console,
             config::Variables variables) {
  try {
    return dispatch(app, words, console, std::move(variables));
  } catch (const Error& error) {
    return fail(app, console, words, error);
  } catch (const std::exception& error) {
    return fail(app, console, words,
                Error(ErrorCode::internal, fmt::format("internal: {}", error.what())));
  }
}

}  // namespace

int run_main(int argc, const char* const* argv, const App& app) {
  ::signal(SIGPIPE, SIG_IGN);
  Output out(stdout);
  Output error(stderr);
  auto variables = config::process_variables();
  const Console console{out, error, terminal_at(STDOUT_FILENO, variables),
                        terminal_at(STDERR_FILENO, variables)};
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const ExitCode code = run(app, words, console, std::move(variables));
  out.flush();
  if (const int failure = out.failure(); failure != 0) {
    return static_cast<int>(fail(app, console,
                                 fmt::format("standard output: {}", std::strerror(failure)),
                                 ExitCode::output_failed));
  }
  return static_cast<int>(code);
}

}  // namespace notes::cli
