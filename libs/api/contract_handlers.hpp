#pragma once

#include <string>
#include <string_view>

#include "api/static_file.hpp"
#include "http/message.hpp"

namespace notes::api {

/// What clients may rely on, for programs and for people. Thread-safe.
class ContractHandlers {
 public:
  /// Renders the document. `version` is this build's.
  explicit ContractHandlers(std::string_view version);
  ContractHandlers(const ContractHandlers&) = delete;
  ContractHandlers& operator=(const ContractHandlers&) = delete;

  /// The OpenAPI document.
  http::Response document(const http::Request& request) const;
  /// The page that shows it.
  http::Response docs(const http::Request& request) const;
  /// What that page is made of.
  http::Response docs_file(const http::Request& request) const;
  /// What a problem's type means. Throws Error{not_found}.
  http::Response problem(const http::Request& request) const;

 private:
  std::string text_;
  StaticFile document_;
  StaticFolder files_;
  StaticFolder problems_;
};

}  // namespace notes::api
