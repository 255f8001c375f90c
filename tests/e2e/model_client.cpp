#include "e2e/model_client.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "e2e/model_refusals.hpp"
#include "e2e/model_writes.hpp"

namespace notes::tests {
namespace {

bool names_credentials(const Exchange& exchange) {
  return std::any_of(exchange.fields.begin(), exchange.fields.end(),
                     [](const auto& field) { return field.first == "Authorization"; });
}

std::string text_of(const HttpResponse& answer) {
  auto text = fmt::format("{} {}\n", answer.status, answer.reason);
  for (const auto& [name, value] : answer.headers) text += fmt::format("  {}: {}\n", name, value);
  return text + "  " + answer.body.substr(0, 2000);
}

/// An error is about its request: it names it.
void check_problem(const HttpResponse& answer, const std::string& request_id) {
  if (answer.status < 400) return;
  expect(answer.header("content-type") == "application/problem+json", "the error is no problem");
  expect(answer.body.find(fmt::format(R"("request_id":"{}")", request_id)) != std::string::npos,
         "the problem is another request's");
}

}  // namespace

ModelClient::ModelClient(std::uint16_t port, ClientPlace place)
    : place_(std::move(place)),
      port_(port),
      own_(place_.person, place_.number),
      reads_(own_),
      shared_(own_, place_.shared),
      feed_(own_) {}

void ModelClient::run(std::size_t requests) {
  http_.emplace(port_);
  const auto end = sent_ + requests;
  while (sent_ < end) {
    const auto most = std::min(place_.most_in_flight, end - sent_);
    const auto progress = 1.0 - static_cast<double>(end - sent_) / static_cast<double>(requests);
    fly(flight(1 + own_.below(most), progress));
  }
}

void ModelClient::catch_up() {
  http_.emplace(port_);
  do {
    fly({feed_.exchange()});
  } while (feed_.behind());
}

Exchange ModelClient::refused() {
  return refused_exchange(own_, place_.strangers[own_.below(place_.strangers.size())]);
}

std::vector<Exchange> ModelClient::flight(std::size_t size, double progress) {
  return own_.chance(50) ? flight_of_writes(size, progress) : flight_of_reads(size);
}

/// They may be done in any order, or at once: no two of them are of the same note.
std::vector<Exchange> ModelClient::flight_of_writes(std::size_t size, double progress) {
  std::vector<Exchange> flight;
  if (!place_.shared.empty() && own_.chance(25)) flight.push_back(shared_.exchange(progress));
  while (flight.size() < size) {
    const auto choice = own_.below(100);
    if (choice < 12) {
      flight.push_back(refused());
    } else if (choice < 22) {
      const auto id = own_.take_live();
      if (id) flight.push_back(reads_.get(*id));
    } else {
      flight.push_back(write_exchange(own_));
    }
  }
  return flight;
}

std::vector<Exchange> ModelClient::flight_of_reads(std::size_t size) {
  std::vector<Exchange> flight;
  // One client of each person follows; the feed goes on from the answer before.
  const bool follows = place_.number == place_.person;
  if (follows && own_.chance(20)) flight.push_back(feed_.exchange());
  while (flight.size() < size) {
    flight.push_back(own_.chance(8) ? refused() : reads_.exchange());
  }
  return flight;
}

void ModelClient::fly(const std::vector<Exchange>& flight) {
  std::string bytes;
  for (const auto& exchange : flight) {
    auto fields =
        names_credentials(exchange) ? HttpClient::Fields{} : place_.credentials.credentials();
    fields.emplace_back("X-Request-Id", fmt::format("c{}-{}", place_.number, sent_++));
    bytes += exchange.bytes(fields);
  }
  http_->send(bytes);
  auto number = sent_ - flight.size();
  for (const auto& exchange : flight) {
    check(exchange, fmt::format("c{}-{}", place_.number, number++), http_->receive());
  }
  own_.release();
}

void ModelClient::check(const Exchange& exchange, const std::string& request_id,
                        const HttpResponse& answer) {
  try {
    expect(answer.header("x-request-id") == request_id, "the answer is another request's");
    check_problem(answer, request_id);
    exchange.check(answer);
  } catch (const std::exception& error) {
    throw Mismatch(fmt::format("{} {} {} ({}): {}\n  {}", exchange.method, exchange.target,
                               exchange.body.substr(0, 500), request_id, error.what(),
                               text_of(answer)));
  }
}

}  // namespace notes::tests
