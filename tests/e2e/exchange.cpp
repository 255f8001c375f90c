#include "e2e/exchange.hpp"

#include <utility>

#include <fmt/format.h>

#include "e2e/note_model.hpp"

namespace notes::tests {

std::string Exchange::bytes(const HttpClient::Fields& more) const {
  auto text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  for (const auto* part : {&fields, &more}) {
    for (const auto& [name, value] : *part) text += fmt::format("{}: {}\r\n", name, value);
  }
  if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

std::string path_of(std::string_view note) { return fmt::format("{}/{}", kNotes, note); }

void expect_status(const HttpResponse& answer, int status) {
  expect(answer.status == status,
         fmt::format("the status is {}, and should be {}", answer.status, status));
}

std::function<void(const HttpResponse&)> refused(int status, std::string detail) {
  return [status, detail = std::move(detail)](const HttpResponse& answer) {
    expect_status(answer, status);
    expect(answer.body.find(detail) != std::string::npos,
           fmt::format("the problem does not say '{}'", detail));
  };
}

}  // namespace notes::tests
