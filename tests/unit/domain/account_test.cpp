#include "domain/account.hpp"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using notes::Violation;
using notes::domain::check_new_password;
using notes::domain::normalised_email;
using notes::domain::prepared_password;
using notes::domain::validate;

TEST_CASE("addresses that look alike are one") {
  struct Case {
    const char* text;
    const char* normalised;
  };
  for (const auto& [text, normalised] : {
           Case{"anna@example.org", "anna@example.org"},
           Case{" Anna@Example.ORG\t", "anna@example.org"},
           Case{"\u00a0anna@example.org\u3000", "anna@example.org"},
           Case{"ａｎｎａ＠example.org", "anna@example.org"},      // full width
           Case{"an\u200bna@example.org", "anna@example.org"},     // zero-width space
           Case{"\ufb01nn@example.org", "finn@example.org"},       // the ligature fi
           Case{"Zoe\u0308@example.org", "zo\u00eb@example.org"},  // combining diaeresis
           Case{"STRASSE@example.org", "strasse@example.org"},
           Case{"stra\u00dfe@example.org", "strasse@example.org"},
           Case{"김@예시.한국", "김@예시.한국"},
           Case{"local@localhost", "local@localhost"},
       }) {
    CAPTURE(text);
    CHECK(normalised_email(text) == normalised);
    CHECK(normalised_email(normalised) == normalised);
  }
}

TEST_CASE("what is no address is refused") {
  for (const auto& text :
       {std::string(), std::string("anna"), std::string("@example.org"), std::string("anna@"),
        std::string("a@b@c"), std::string("a b@c"), std::string("a\u2003b@c"),
        std::string("a\nb@c"), std::string("a\0b@c", 5), std::string("\xff@c"),
        std::string(254, 'a') + "@", std::string("a\u200b@\u200b"),
        std::string(250, 'a') + "@b.org"}) {
    CAPTURE(text);
    CHECK(normalised_email(text) == std::nullopt);
  }
  CHECK(normalised_email(std::string(248, 'a') + "@b.org").has_value());
}

TEST_CASE("a new user needs an address and a name") {
  CHECK(validate({.email = "a@b", .display_name = "김 민수"}).empty());
  const auto broken = validate({.email = "a", .display_name = ""});
  CHECK(broken == std::vector<Violation>{
                      {"/email", "not_an_address",
                       "must be an address such as anna@example.org, of at most 254 bytes"},
                      {"/display_name", "too_short", "must have 1 to 100 characters, has 0"}});
  CHECK(validate({.email = "a@b", .display_name = std::string(101, 'x')}).at(0).code == "too_long");
  CHECK(validate({.email = "a@b", .display_name = "a\x1b[2Jb"}).at(0).code == "not_text");
}

TEST_CASE("a password is the same however the keyboard writes it") {
  CHECK(prepared_password("cafe\u0301") == "caf\u00e9");
  CHECK(prepared_password(" with blanks ") == " with blanks ");
  CHECK(prepared_password(std::string(1024, 'x')) == std::string(1024, 'x'));
  CHECK(prepared_password(std::string(1025, 'x')) == std::nullopt);
  CHECK(prepared_password("\xc3") == std::nullopt);
  CHECK(prepared_password(std::string("a\0b", 3)) == std::nullopt);
}

TEST_CASE("a new password is long enough, not endless, text, and not the address") {
  const auto code = [](const std::string& password) {
    const auto broken = check_new_password(password, "anna@example.org");
    return broken.empty() ? "" : broken.at(0).code;
  };
  CHECK(code("twelve chars") == "");
  CHECK(code("eleven char") == "too_short");
  CHECK(code("비밀번호가열두글자는됩니") == "");
  CHECK(code("비밀번호가열한글자입니") == "too_short");
  CHECK(code(std::string(1024, 'x')) == "");
  CHECK(code(std::string(1025, 'x')) == "too_long");
  CHECK(code("twelve\tchars") == "not_text");
  CHECK(code(" Anna@Example.org ") == "too_easy");
}
