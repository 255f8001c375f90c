#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "e2e/feed_follower.hpp"
#include "e2e/http_client.hpp"
#include "e2e/model_reads.hpp"
#include "e2e/own_notes.hpp"
#include "e2e/people.hpp"
#include "e2e/shared_notes.hpp"

namespace notes::tests {

/// Who a client is and what it knows of others.
struct ClientPlace {
  std::size_t number = 0;  ///< the client's, unlike all others
  std::size_t person = 0;  ///< whose client it is, unlike all others
  Person credentials;
  std::vector<std::string> shared;     ///< notes that all clients of the person change
  std::vector<std::string> strangers;  ///< notes of another person
  std::size_t most_in_flight = 1;      ///< requests sent before the first is answered
};

/// A client that does one thing after the other on one connection, each held against what it must
/// be. Not thread-safe; it stays where it was made.
class ModelClient {
 public:
  ModelClient(std::uint16_t port, ClientPlace place);
  ModelClient(const ModelClient&) = delete;
  ModelClient& operator=(const ModelClient&) = delete;

  /// So many requests, by chance. Throws Mismatch, with the request and its answer, at the first
  /// that is not answered as it must be.
  void run(std::size_t requests);
  /// Follows the feed to its end, on a new connection: the server closes one that was idle for
  /// long.
  void catch_up();

  const OwnNotes& own() const { return own_; }
  const ClientPlace& place() const { return place_; }
  const SharedNotes::Marks& marks() const { return shared_.acknowledged(); }
  const FeedFollower& feed() const { return feed_; }

 private:
  Exchange refused();
  std::vector<Exchange> flight(std::size_t size, double progress);
  std::vector<Exchange> flight_of_writes(std::size_t size, double progress);
  std::vector<Exchange> flight_of_reads(std::size_t size);
  void fly(const std::vector<Exchange>& flight);
  void check(const Exchange& exchange, const std::string& request_id, const HttpResponse& answer);

  ClientPlace place_;
  std::uint16_t port_;
  std::optional<HttpClient> http_;
  OwnNotes own_;
  ModelReads reads_;
  SharedNotes shared_;
  FeedFollower feed_;
  std::size_t sent_ = 0;
};

}  // namespace notes::tests
