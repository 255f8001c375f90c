#include "account_commands.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "account_desk.hpp"
#include "api/account_json.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"
#include "cli/password_prompt.hpp"
#include "cli/table.hpp"
#include "domain/scope.hpp"

namespace notes::server {
namespace {

using cli::ExitCode;
using cli::Invocation;

const cli::Option kJson{.name = "json", .help = "print JSON, one object on each line"};
const cli::Option kPasswordStdin{
    .name = "password-stdin",
    .help = "read the password from the first line of standard input instead of asking for it"};

constexpr std::string_view kDefaultScopes = "notes:read notes:write";
constexpr std::string_view kDefaultExpiry = "90d";

std::string password_of(const Invocation& invocation) {
  return invocation.has("password-stdin") ? cli::read_password_line() : cli::prompt_new_password();
}

domain::Role role_of(std::string_view name) {
  const auto role = domain::parse_role(name);
  if (!role) {
    throw Error(ErrorCode::usage, fmt::format("role: expected member or admin, got '{}'", name));
  }
  return *role;
}

std::string state_of(const domain::User& user) {
  return user.deactivated_at ? "deactivated" : "active";
}

std::string time_or(std::optional<Timestamp> time, std::string_view otherwise) {
  return time ? to_string(*time) : std::string(otherwise);
}

ExitCode print(const Invocation& invocation, const domain::User& user) {
  invocation.out().write(invocation.has("json")
                             ? api::to_json(user) + "\n"
                             : fmt::format("{} {} {} {}\n", to_string(user.id), user.email,
                                           to_string(user.role), state_of(user)));
  return ExitCode::ok;
}

domain::User named_user(AccountDesk& desk, const Invocation& invocation) {
  return desk.users.find(invocation.arguments().front());
}

ExitCode create_user(const Invocation& invocation) {
  const domain::UserDraft draft{
      .email = invocation.arguments().front(),
      .display_name = invocation.value("name").value_or(invocation.arguments().front()),
      .role = role_of(invocation.value("role").value_or("member"))};
  AccountDesk desk(invocation);
  std::optional<std::string> password;
  if (!invocation.has("no-password")) password = password_of(invocation);
  return print(invocation, desk.users.create(draft, password));
}

ExitCode list_users(const Invocation& invocation) {
  constexpr std::size_t kPage = 500;
  AccountDesk desk(invocation);
  cli::Table table({"ID", "EMAIL", "NAME", "ROLE", "STATE", "LAST LOGIN"});
  domain::UserId after;
  for (std::vector<domain::User> page; after == domain::UserId() || page.size() == kPage;
       after = page.back().id) {
    page = desk.users.list(after, kPage);
    for (const auto& user : page) {
      if (invocation.has("json")) {
        invocation.out().write(api::to_json(user) + "\n");
      } else {
        table.add({to_string(user.id), user.email, user.display_name,
                   std::string(to_string(user.role)), state_of(user),
                   time_or(user.last_login_at, "never")});
      }
    }
    if (page.empty()) break;
  }
  if (!invocation.has("json")) invocation.out().write(table.text());
  return ExitCode::ok;
}

ExitCode deactivate_user(const Invocation& invocation) {
  AccountDesk desk(invocation);
  return print(invocation, desk.users.deactivate(named_user(desk, invocation).id));
}

ExitCode activate_user(const Invocation& invocation) {
  AccountDesk desk(invocation);
  return print(invocation, desk.users.activate(named_user(desk, invocation).id));
}

ExitCode set_password(const Invocation& invocation) {
  AccountDesk desk(invocation);
  const auto user = named_user(desk, invocation);
  desk.users.set_password(user.id, password_of(invocation));
  return print(invocation, user);
}

ExitCode grant_role(const Invocation& invocation) {
  const auto role = role_of(invocation.arguments().at(1));
  AccountDesk desk(invocation);
  return print(invocation, desk.users.grant(named_user(desk, invocation).id, role));
}

domain::Scopes scopes_of(const Invocation& invocation) {
  const auto text = invocation.value("scopes").value_or(std::string(kDefaultScopes));
  const auto scopes = domain::parse_scopes(text);
  if (!scopes) {
    throw Error(ErrorCode::usage, fmt::format("--scopes: expected some of {}, got '{}'",
                                              to_string(domain::Scopes::every()), text));
  }
  return *scopes;
}

std::optional<Timestamp> end_of(const Invocation& invocation, Timestamp now) {
  const auto text = invocation.value("expires-in").value_or(std::string(kDefaultExpiry));
  if (text == "never") return std::nullopt;
  const auto duration = parse_duration(text);
  if (!duration || duration->count() <= 0) {
    throw Error(
        ErrorCode::usage,
        fmt::format("--expires-in: expected a duration such as 90d, or never, got '{}'", text));
  }
  return now + *duration;
}

ExitCode create_token(const Invocation& invocation) {
  const auto scopes = scopes_of(invocation);
  AccountDesk desk(invocation);
  const auto made = desk.tokens.create(named_user(desk, invocation).id,
                                       {.name = invocation.value("name").value_or("command line"),
                                        .scopes = scopes,
                                        .expires_at = end_of(invocation, desk.clock.now())});
  if (invocation.has("json")) {
    invocation.out().write(api::to_json(made.token, made.text) + "\n");
    return ExitCode::ok;
  }
  invocation.out().write(made.text + "\n");
  invocation.console().error.write(
      fmt::format("{}: token {} may {} until {}; it is not shown again\n", invocation.app().name,
                  to_string(made.token.id), to_string(made.token.scopes),
                  time_or(made.token.expires_at, "it is revoked")));
  return ExitCode::ok;
}

ExitCode list_tokens(const Invocation& invocation) {
  AccountDesk desk(invocation);
  cli::Table table({"ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED"});
  for (const auto& token : desk.tokens.list(named_user(desk, invocation).id)) {
    if (invocation.has("json")) {
      invocation.out().write(api::to_json(token) + "\n");
      continue;
    }
    table.add({to_string(token.id), token.name, to_string(token.scopes),
               to_string(token.created_at), time_or(token.expires_at, "never"),
               time_or(token.last_used_at, "never")});
  }
  if (!invocation.has("json")) invocation.out().write(table.text());
  return ExitCode::ok;
}

ExitCode revoke_token(const Invocation& invocation) {
  const auto& text = invocation.arguments().front();
  const auto id = domain::AccessTokenId::parse(text);
  if (!id) {
    throw Error(ErrorCode::usage,
                "expected the id of a token, as token list shows it, and not the token itself");
  }
  AccountDesk desk(invocation);
  desk.tokens.revoke(*id, std::nullopt);
  return ExitCode::ok;
}

cli::Command row(std::string name, std::string arguments, std::string summary,
                 std::vector<cli::Option> options, ExitCode (*run)(const Invocation&)) {
  return {.name = std::move(name),
          .arguments = std::move(arguments),
          .summary = std::move(summary),
          .options = std::move(options),
          .settings = cli::Settings::used,
          .run = run};
}

}  // namespace

std::vector<cli::Command> account_commands() {
  return {
      row("user create", "EMAIL", "make a user, who logs in with a password",
          {{.name = "name", .value_name = "NAME", .help = "what to call the user"},
           {.name = "role", .value_name = "ROLE", .help = "member (the default) or admin"},
           {.name = "no-password", .help = "the user has tokens only, and cannot log in"},
           kPasswordStdin,
           kJson},
          create_user),
      row("user list", "", "list the users, in the order they were made", {kJson}, list_users),
      row("user deactivate", "EMAIL", "end a user's sessions and tokens; no login any more",
          {kJson}, deactivate_user),
      row("user activate", "EMAIL", "let a deactivated user log in again", {kJson}, activate_user),
      row("user set-password", "EMAIL", "give a user a new password, and end all sessions",
          {kPasswordStdin, kJson}, set_password),
      row("user grant", "EMAIL ROLE", "make a user a member or an admin", {kJson}, grant_role),
      row("token create", "EMAIL", "make an access token and print it, this once",
          {{.name = "name", .value_name = "NAME", .help = "what it is for"},
           {.name = "scopes",
            .value_name = "SCOPES",
            .help = fmt::format("of {} (default: {})", to_string(domain::Scopes::every()),
                                kDefaultScopes)},
           {.name = "expires-in",
            .value_name = "TIME",
            .help = fmt::format("a duration, or never (default: {})", kDefaultExpiry)},
           kJson},
          create_token),
      row("token list", "EMAIL", "list a user's tokens", {kJson}, list_tokens),
      row("token revoke", "ID", "make a token worthless at once", {}, revoke_token),
  };
}

}  // namespace notes::server
