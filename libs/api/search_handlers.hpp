#pragma once

#include "domain/user.hpp"
#include "http/message.hpp"
#include "identity/token_signer.hpp"
#include "service/search.hpp"

namespace notes::api {

/// As NoteHandlers, for what finds notes. Thread-safe; what it is given must outlive it.
class SearchHandlers {
 public:
  SearchHandlers(service::Search& search, const identity::TokenSigner& cursor_signer)
      : search_(search), cursor_signer_(cursor_signer) {}

  http::Response search(const http::Request& request, const domain::Actor& actor);

 private:
  service::Search& search_;
  const identity::TokenSigner& cursor_signer_;
};

}  // namespace notes::api
