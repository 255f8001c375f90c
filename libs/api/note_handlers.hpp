#pragma once

#include "http/message.hpp"
#include "identity/token_signer.hpp"
#include "service/notes.hpp"

namespace notes::api {

/// Each handler decodes, makes one service call and encodes. What is thrown is answered by http's
/// error boundary. Thread-safe; what it is given must outlive it.
class NoteHandlers {
 public:
  NoteHandlers(service::Notes& notes, const identity::TokenSigner& cursor_signer);

  http::Response create(const http::Request& request);
  http::Response get(const http::Request& request);
  http::Response list(const http::Request& request);
  http::Response patch(const http::Request& request);
  http::Response trash(const http::Request& request);

 private:
  service::Notes& notes_;
  const identity::TokenSigner& cursor_signer_;
};

}  // namespace notes::api
