#pragma once

#include "api/idempotency.hpp"
#include "http/message.hpp"
#include "identity/token_signer.hpp"
#include "service/notes.hpp"

namespace notes::api {

/// Whether PUT and PATCH must say which version they change.
enum class IfMatch { optional, required };

/// What notes answers, on behalf of whoever the gate let through. Each handler decodes, makes one
/// service call and encodes. What is thrown is answered by http's error boundary. Thread-safe; what
/// it is given must outlive it.
class NoteHandlers {
 public:
  NoteHandlers(service::Notes& notes, Idempotency& idempotency,
               const identity::TokenSigner& cursor_signer, IfMatch if_match);

  http::Response create(const http::Request& request, const domain::Actor& actor);
  http::Response get(const http::Request& request, const domain::Actor& actor);
  http::Response list(const http::Request& request, const domain::Actor& actor);
  /// Replaces a note; with If-None-Match: * makes one under the id that the client chose.
  http::Response replace(const http::Request& request, const domain::Actor& actor);
  http::Response patch(const http::Request& request, const domain::Actor& actor);
  /// With permanent=true deletes a note in the trash for good.
  http::Response trash(const http::Request& request, const domain::Actor& actor);
  http::Response restore(const http::Request& request, const domain::Actor& actor);
  /// Several changes at once, all or none.
  http::Response batch(const http::Request& request, const domain::Actor& actor);
  /// What a note said in earlier versions, and the way back to one.
  http::Response revisions(const http::Request& request, const domain::Actor& actor);
  http::Response revision(const http::Request& request, const domain::Actor& actor);
  http::Response restore_revision(const http::Request& request, const domain::Actor& actor);
  /// All notes as a file, in parts, and the notes of such a file.
  http::Response export_all(const http::Request& request, const domain::Actor& actor);
  http::Response import_file(const http::Request& request, const domain::Actor& actor);
  /// The feed of changes, for clients that keep a copy.
  http::Response changes(const http::Request& request, const domain::Actor& actor);

 private:
  struct Precondition;
  Precondition precondition(const http::Request& request, const domain::Actor& actor,
                            domain::NoteId id) const;
  void require_if_match(const http::Request& request) const;
  http::Response create_as(const http::Request& request, const domain::Actor& actor,
                           domain::NoteId id, const domain::NoteDraft& draft);

  /// What `change` makes of the note, once for each key: it is called with the version expected
  /// and, when the request has a key, with the receipt to write.
  template <typename Change>
  http::Response change_once(const http::Request& request, const domain::Actor& actor,
                             domain::NoteId id, Change change);

  service::Notes& notes_;
  Idempotency& idempotency_;
  const identity::TokenSigner& cursor_signer_;
  IfMatch if_match_;
};

}  // namespace notes::api
