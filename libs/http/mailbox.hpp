#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http/descriptor.hpp"
#include "http/message.hpp"

namespace notes::http {

/// What a worker got when it asked a BodySource.
struct Piece {
  std::optional<std::string> bytes;  ///< nullopt: there is no more
  std::optional<int> failed = {};    ///< the status that says why there is no piece
};

/// An answer, or a piece of its body, on its way back from a worker to the connection that waits
/// for it.
struct Completion {
  std::uint64_t connection = 0;
  std::uint64_t sequence = 0;  ///< which of the connection's requests
  std::variant<Response, Piece> result;
};

/// Where workers leave completions for one I/O thread, which polls the descriptor. Pistache's
/// PollableQueue is not used: its consumer clears the descriptor after it found the queue empty, so
/// an entry pushed in between waits for the next one. Thread-safe.
class Mailbox {
 public:
  /// Throws Error{internal} when the system has no descriptor left.
  Mailbox();

  int descriptor() const { return event_.get(); }
  void post(Completion completion);
  /// Makes the descriptor readable although there may be no completion.
  void wake();
  /// All that was posted, in order; the descriptor is no longer readable.
  std::vector<Completion> take();

 private:
  Descriptor event_;
  std::mutex mutex_;
  // guards: completions_
  std::vector<Completion> completions_;
};

}  // namespace notes::http
