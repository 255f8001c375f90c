#include "service/note_gathering.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "store/note_feed.hpp"

namespace notes::service {
namespace {

using domain::UserId;
using Kind = NoteOperation::Kind;

/// The numbers of each user's changes, taken before anything is written.
class Sequences {
 public:
  Sequences(db::Session& session, std::span<const NoteRequest> requests) {
    std::map<UserId, std::int64_t> counts;
    for (const auto& request : requests) ++counts[request.actor.user];
    std::int64_t most = 0;
    std::vector<UserId> owners;
    for (const auto& [owner, count] : counts) {
      owners.push_back(owner);
      most = std::max(most, count);
    }
    const auto first = store::take_free_sequences(session, owners, most);
    for (std::size_t at = 0; at < owners.size(); ++at) {
      if (first[at]) next_.emplace(owners[at], *first[at]);
    }
  }

  /// nullopt when the user's notes are somebody else's to write just now.
  std::optional<std::int64_t> next(UserId owner) {
    const auto found = next_.find(owner);
    if (found == next_.end()) return std::nullopt;
    return found->second++;
  }

 private:
  std::map<UserId, std::int64_t> next_;
};

/// The notes that are to be made, and whose requests they are.
struct Creates {
  std::vector<store::NewNote> notes;
  std::vector<std::size_t> requests;
};

void make(db::Session& session, Creates& creates, Timestamp now,
          std::vector<NoteOutcome>& outcomes) {
  const auto made = make_notes(session, creates.notes, now);
  for (std::size_t at = 0; at < made.size(); ++at) {
    if (!made[at]) continue;
    auto& note = creates.notes[at].note;
    const auto id = note.id;
    outcomes[creates.requests[at]] = OperationResult{
        .outcome = OperationResult::Outcome::created, .id = id, .note = std::move(note)};
  }
}

}  // namespace

std::vector<NoteOutcome> apply_together(db::Session& session, std::span<const NoteRequest> requests,
                                        Timestamp now, NoteRules rules) {
  std::vector<NoteOutcome> outcomes(requests.size(), Postponed{});
  Sequences sequences(session, requests);
  Creates creates;
  for (std::size_t at = 0; at < requests.size(); ++at) {
    const auto& [actor, operation] = requests[at];
    const auto sequence = sequences.next(actor.user);
    if (!sequence) continue;
    if (operation.kind == Kind::create) {
      const auto id = operation.id ? *operation.id : domain::NoteId::make(now);
      creates.notes.push_back({new_note(actor.user, id, operation.draft, now), *sequence});
      creates.requests.push_back(at);
      continue;
    }
    NoteWriter writer(session,
                      {.actor = actor, .now = now, .rules = rules, .first_sequence = sequence});
    outcomes[at] = std::visit([](auto&& done) { return NoteOutcome(std::move(done)); },
                              apply(writer, operation, now));
  }
  make(session, creates, now, outcomes);
  return outcomes;
}

}  // namespace notes::service
