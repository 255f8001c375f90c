#pragma once

#include <optional>
#include <span>
#include <vector>

#include "api/gathering.hpp"
#include "api/note_handlers.hpp"
#include "identity/token_signer.hpp"
#include "service/notes.hpp"

namespace notes::api {

/// What notes answers to several requests at once, whoever they are from: as NoteHandlers answers
/// each by itself, to whom it leaves what is rare or has to wait. Thread-safe; what it is given
/// must outlive it.
class NoteGatherings {
 public:
  using Outcomes = std::vector<http::Outcome>;
  using Requests = std::span<const Admitted>;

  NoteGatherings(service::Notes& notes, const identity::TokenSigner& cursor_signer,
                 IfMatch if_match);

  /// One statement for all.
  Outcomes get(Requests requests) const;
  /// One statement for each list that differs: those who ask for the same get the same answer.
  Outcomes list(Requests requests) const;
  /// One transaction for all that is created, replaced, patched and deleted.
  Outcomes write(Requests requests) const;

 private:
  /// nullopt for what is done alone.
  std::optional<service::NoteOperation> read_operation(const http::Request& request) const;

  service::Notes& notes_;
  const identity::TokenSigner& cursor_signer_;
  IfMatch if_match_;
};

}  // namespace notes::api
