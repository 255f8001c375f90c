#pragma once

#include <span>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "db/session.hpp"
#include "domain/user.hpp"
#include "service/note_batch.hpp"
#include "service/note_writer.hpp"

namespace notes::service {

/// What one of several users wants done, who know nothing of each other.
struct NoteRequest {
  domain::Actor actor;
  NoteOperation operation;
};

/// Not done, because it cannot be done together with others: to be done by itself.
struct Postponed {};

/// What became of it.
using NoteOutcome = std::variant<OperationResult, Refusal, Postponed>;

/// Does what several users want in one transaction: each as it would be done by itself, a refused
/// one without harm to the others, in an order that is not said. Postponed are those of a user
/// whose notes somebody else is writing, so that nobody waits for another user's long transaction,
/// and a note under an id that is taken. Precondition: the operations keep all rules. When it
/// throws, nothing may be committed.
std::vector<NoteOutcome> apply_together(db::Session& session, std::span<const NoteRequest> requests,
                                        Timestamp now, NoteRules rules);

}  // namespace notes::service
