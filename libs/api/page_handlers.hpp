#pragma once

#include <string>

#include "api/static_file.hpp"
#include "http/message.hpp"

namespace notes::api {

/// What stands at /: a page for people, the service's description for programs. Thread-safe.
class PageHandlers {
 public:
  /// `version` is this build's.
  explicit PageHandlers(std::string version);

  /// The page for who prefers text/html, else what this service is and where its parts are.
  http::Response home(const http::Request& request) const;
  /// What the page is made of.
  http::Response page_file(const http::Request& request) const;

 private:
  std::string version_;
  StaticFolder files_;
};

}  // namespace notes::api
