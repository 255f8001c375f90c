#include "http/parser.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "http/framing.hpp"
#include "http/target.hpp"

namespace notes::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

/// A chunked body ends with at least "0\r\n\r\n", so waiting for that much delays nothing; Beast
/// asserts that it is called again with no less once it has seen the last chunk's size.
constexpr std::size_t kLeastOfChunks = 5;

bool has_control(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) return true;
  }
  return false;
}

bool has_folded_line(std::string_view text) {
  return text.find("\r\n ") != std::string_view::npos ||
         text.find("\r\n\t") != std::string_view::npos;
}

/// Of what has come behind a chunk, the part that is lines whatever follows: the next chunk's head,
/// and the trailer fields if that is the last one.
std::string_view lines_between_chunks(std::string_view text) {
  const std::size_t begin = text.starts_with("\r\n") ? 2 : 0;
  const auto end = text.find("\r\n", begin);
  if (end == std::string_view::npos) return text;
  const auto head = text.substr(begin, end - begin);
  const auto after_zeros = std::min(head.find_first_not_of('0'), head.size());
  const bool last = after_zeros == head.size() || head[after_zeros] == ';';
  return last ? text : text.substr(0, end + 2);
}

/// A line feed without its carriage return, or the other way round, in what is to be lines.
bool has_bare_line_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) return true;
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] != '\n') return true;
  }
  return false;
}

/// Of everything that can be wrong with chunks and trailers, which is found first depends on the
/// pieces they come in: they have one answer.
constexpr Rejection kMalformedChunks{
    400, "The chunked body is malformed: a chunk's size, extension or end, or a trailer field."};

Rejection explain(const beast::error_code& code) {
  if (code == error::body_limit) return {413, "The body is larger than this server takes."};
  if (code == error::header_limit) {
    return {431, "The chunk extensions or the trailer fields are larger than this server reads."};
  }
  if (code == error::bad_content_length) return {400, "The Content-Length field is wrong."};
  if (code == error::bad_transfer_encoding) return {400, "The Transfer-Encoding field is wrong."};
  if (code == error::bad_field)
    return {400, "A field name must be a token, with the colon right behind it."};
  if (code == error::bad_target)
    return {400, "The request target has characters that a URI has not."};
  return {400, "The request is malformed."};
}

}  // namespace

/// Beast's parser writing into a Request. Trailer fields are checked and dropped (RFC 9110 §6.5.1).
class RequestParser::Framer final : public beast::http::basic_parser<true> {
 public:
  Framer(const RequestLimits& limits, Request& request) : limits_(limits), request_(request) {
    // Our own limits are stricter in what they count, and answered with statuses of their own.
    header_limit(std::numeric_limits<std::uint32_t>::max());
    body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  Version version() const { return version_; }
  /// What comes next are lines: a chunk's head or the trailer fields.
  bool between_chunks() const { return chunked() && chunk_left_ == 0; }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, beast::error_code& code) override {
    const auto known = http::parse_method({method.data(), method.size()});
    if (!known) {
      code = error::bad_method;
      return;
    }
    request_.method = *known;
    request_.target.assign(target.data(), target.size());
    version_ = version == 10 ? Version::http_1_0 : Version::http_1_1;
  }

  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}

  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     beast::error_code&) override {
    if (!is_header_done())
      request_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }

  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}

  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, beast::string_view extensions,
                            beast::error_code& code) override {
    chunked_size_ += size;
    chunk_left_ = size;
    extensions_size_ += extensions.size();
    if (has_control({extensions.data(), extensions.size()})) {
      code = error::bad_chunk_extension;
    } else if (size > limits_.body || chunked_size_ > limits_.body) {
      code = error::body_limit;
    } else if (extensions_size_ > limits_.header_bytes) {
      code = error::header_limit;
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 beast::error_code& code) override {
    chunk_left_ -= body.size();
    return on_body_impl(body, code);
  }

  void on_finish_impl(beast::error_code&) override {}

  const RequestLimits& limits_;
  Request& request_;
  Version version_ = Version::http_1_1;
  std::uint64_t chunked_size_ = 0;
  std::uint64_t chunk_left_ = 0;
  std::size_t extensions_size_ = 0;
};

/// The request under construction, with the parser that writes into it.
struct RequestParser::Slot {
  Request request;
  std::optional<Framer> framer;
};

RequestParser::RequestParser(const RequestLimits& limits)
    : limits_(limits), scanner_(limits), slot_(std::make_unique<Slot>()) {
  slot_->framer.emplace(limits_, slot_->request);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::consume(std::string_view input) {
  if (state_ == State::head) return consume_head(input);
  if (state_ == State::body) return consume_body(input);
  return 0;
}

std::size_t RequestParser::consume_head(std::string_view input) {
  switch (scanner_.scan(input)) {
    case HeadScanner::Found::more:
      return 0;
    case HeadScanner::Found::rejection:
      reject(scanner_.rejection());
      return 0;
    case HeadScanner::Found::end:
      break;
  }
  const auto head = input.substr(scanner_.begin(), scanner_.end() - scanner_.begin());
  Framer& framer = *slot_->framer;
  beast::error_code code;
  const std::size_t used = framer.put({head.data(), head.size()}, code);
  if (code || used != head.size()) {
    reject(explain(code));
    return 0;
  }
  if (const auto rejection = check_head()) {
    reject(*rejection);
    return 0;
  }
  state_ = framer.is_done() ? State::complete : State::body;
  return scanner_.end();
}

std::optional<Rejection> RequestParser::check_head() {
  Request& request = slot_->request;
  const Framer& framer = *slot_->framer;
  if (const auto rejection = check_framing(request, framer.version())) return rejection;
  auto target = parse_target(request.method, request.target);
  if (!target) {
    return Rejection{400,
                     "The request target is not a URI, or its percent-encoding is not of UTF-8."};
  }
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  if (framer.content_length().value_or(0) > limits_.body) return explain(error::body_limit);
  return std::nullopt;
}

std::size_t RequestParser::consume_body(std::string_view input) {
  Framer& framer = *slot_->framer;
  const std::string& body = slot_->request.body;
  std::size_t used = 0;
  const std::size_t least = framer.chunked() ? kLeastOfChunks : 1;
  while (input.size() - used >= least && !framer.is_done()) {
    const auto rest = input.substr(used);
    const std::size_t body_before = body.size();
    beast::error_code code;
    const std::size_t step = framer.put({rest.data(), rest.size()}, code);
    // What is neither body nor done with: a chunk's head or the trailers, which Beast reads once
    // they are whole.
    const std::size_t around =
        code == error::need_more ? rest.size() : step - (body.size() - body_before);
    if (around > limits_.header_bytes) {
      reject(explain(error::header_limit));
    } else if (code && code != error::need_more) {
      const auto rejection = explain(code);
      reject(rejection.status == 400 ? kMalformedChunks : rejection);
    } else if (framer.is_done() && framer.chunked() && has_folded_line(rest.substr(0, step))) {
      reject(kMalformedChunks);
    }
    if (state_ == State::rejected) return used;
    used += step;
    if (code == error::need_more) break;
  }
  if (framer.is_done()) {
    state_ = State::complete;
  } else if (framer.between_chunks() &&
             has_bare_line_end(lines_between_chunks(input.substr(used)))) {
    reject(kMalformedChunks);  // at once: Beast would wait for the line that never ends
  }
  return used;
}

void RequestParser::reject(Rejection rejection) {
  rejection_ = rejection;
  state_ = State::rejected;
}

Request& RequestParser::request() { return slot_->request; }

bool RequestParser::expects_continue() const {
  return state_ == State::body && slot_->framer->version() == Version::http_1_1 &&
         slot_->request.headers.find("Expect").has_value();
}

bool RequestParser::keep_alive() const { return slot_->framer->keep_alive(); }

bool RequestParser::is_http_1_0() const { return slot_->framer->version() == Version::http_1_0; }

void RequestParser::reset() {
  Request& request = slot_->request;
  request.method = Method::get;
  request.target.clear();
  request.path.clear();
  request.query.clear();
  request.path_values.clear();
  request.headers.clear();
  request.body.clear();
  request.request_id.clear();
  slot_->framer.emplace(limits_, request);
  scanner_ = HeadScanner(limits_);
  state_ = State::head;
}

}  // namespace notes::http
