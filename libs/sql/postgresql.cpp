#include "sql/postgresql.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include "sql/classify.hpp"

namespace notes::sql {
namespace {

constexpr std::string_view kCopyReason =
    "COPY through a client (FROM STDIN, TO STDOUT) cannot run here: there is no client to send or "
    "take the rows; "
    "write INSERT statements, or load the rows with psql";

/// Owns what libpg_query returned and what was unpacked from it.
class Parsed {
 public:
  explicit Parsed(const std::string& text) : result_(pg_query_parse_protobuf(text.c_str())) {
    if (result_.error != nullptr) return;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(result_.parse_tree.data);
    tree_ = pg_query__parse_result__unpack(nullptr, result_.parse_tree.len, bytes);
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  ~Parsed() {
    if (tree_ != nullptr) pg_query__parse_result__free_unpacked(tree_, nullptr);
    pg_query_free_protobuf_parse_result(result_);
  }

  const PgQueryError* error() const { return result_.error; }
  std::span<PgQuery__RawStmt* const> statements() const {
    if (tree_ == nullptr) return {};
    return {tree_->stmts, tree_->n_stmts};
  }

 private:
  PgQueryProtobufParseResult result_;
  PgQuery__ParseResult* tree_ = nullptr;
};

/// The byte at which the n-th code point (from 1, as PostgreSQL counts) begins.
std::size_t offset_of_character(std::string_view text, int number) {
  int seen = 0;
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    const bool starts = (static_cast<unsigned char>(text[offset]) & 0xC0U) != 0x80U;
    if (starts && ++seen == number) return offset;
  }
  return text.size();
}

std::string_view line_at(std::string_view text, std::size_t offset) {
  const auto line = text.substr(offset, text.find('\n', offset) - offset);
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

/// The COPY through a client that ends last before `end`: when the rows of one follow it, they are
/// what the parser trips over.
std::optional<std::size_t> copy_before(std::string_view text, std::size_t end) {
  const auto semicolon = text.substr(0, end).rfind(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  const std::string before(text.substr(0, semicolon));
  const Parsed parsed(before);
  if (parsed.statements().empty()) return std::nullopt;
  const PgQuery__RawStmt& last = *parsed.statements().back();
  if (!copies_through_client(*last.stmt)) return std::nullopt;
  return static_cast<std::size_t>(last.stmt_location);
}

/// The first byte at or after `offset` that is neither white space nor comment.
std::size_t first_token(std::string_view text, std::size_t offset) {
  const auto found = tokens_postgresql(text.substr(offset), {});
  return found.empty() ? text.size() : offset + found.front().offset;
}

[[noreturn]] void fail(std::string_view text, Position start, const PgQueryError& error) {
  const std::size_t offset = offset_of_character(text, error.cursorpos);
  if (const auto copy = copy_before(text, offset)) {
    const auto at = first_token(text.substr(0, offset), *copy);
    throw SyntaxError(advance(start, text.substr(0, at)), std::string(kCopyReason));
  }
  const Position position = advance(start, text.substr(0, offset));
  if (offset < text.size() && text[offset] == '\\') {
    throw SyntaxError(
        position,
        fmt::format("'{}' is a command of psql, not SQL, and the server does not know it; "
                    "leave it out or write the SQL that it stands for",
                    line_at(text, offset)));
  }
  // The scanner quotes all the rest of the text behind an unterminated literal: its first line is
  // enough.
  const std::string message(error.message);
  const auto end = message.find('\n');
  throw SyntaxError(position, end == std::string::npos ? message : message.substr(0, end) + "\"");
}

}  // namespace

std::vector<Token> tokens_postgresql(std::string_view text, Position start) {
  const std::string copy(text);
  const std::unique_ptr<PgQueryScanResult, void (*)(PgQueryScanResult*)> result(
      new PgQueryScanResult(pg_query_scan(copy.c_str())), [](PgQueryScanResult* scanned) {
        pg_query_free_scan_result(*scanned);
        delete scanned;
      });
  if (result->error != nullptr) fail(text, start, *result->error);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(result->pbuf.data);
  const std::unique_ptr<PgQuery__ScanResult, void (*)(PgQuery__ScanResult*)> scanned(
      pg_query__scan_result__unpack(nullptr, result->pbuf.len, bytes),
      [](PgQuery__ScanResult* tree) { pg_query__scan_result__free_unpacked(tree, nullptr); });
  std::vector<Token> found;
  found.reserve(scanned->n_tokens);
  for (const PgQuery__ScanToken* token : std::span(scanned->tokens, scanned->n_tokens)) {
    if (token->token == PG_QUERY__TOKEN__SQL_COMMENT ||
        token->token == PG_QUERY__TOKEN__C_COMMENT) {
      continue;
    }
    const auto offset = static_cast<std::size_t>(token->start);
    found.push_back({text.substr(offset, static_cast<std::size_t>(token->end) - offset), offset});
  }
  return found;
}

std::vector<Statement> split_postgresql(std::string_view text, Position start) {
  const std::string copy(text);
  const Parsed parsed(copy);
  if (parsed.error() != nullptr) fail(text, start, *parsed.error());
  const auto words = tokens_postgresql(text, start);
  std::vector<Statement> statements;
  statements.reserve(parsed.statements().size());
  Position position = start;
  auto word = words.begin();
  for (const PgQuery__RawStmt* raw : parsed.statements()) {
    // The parser's range takes in the comments before a statement; the tokens tell where it really
    // begins and ends.
    const auto from = static_cast<std::size_t>(raw->stmt_location);
    const auto to =
        raw->stmt_len == 0 ? text.size() : from + static_cast<std::size_t>(raw->stmt_len);
    word = std::find_if(word, words.end(), [&](const Token& token) {
      return token.offset >= from && token.text != ";";
    });
    const auto first = word->offset;
    auto last = word->offset + word->text.size();
    for (; word != words.end() && word->offset < to; ++word) {
      if (word->text != ";" || word->offset + 1 < to) last = word->offset + word->text.size();
    }
    position = advance(position, text.substr(position.offset - start.offset,
                                             first - (position.offset - start.offset)));
    if (copies_through_client(*raw->stmt)) throw SyntaxError(position, std::string(kCopyReason));
    Statement statement;
    statement.text = text.substr(first, last - first);
    statement.position = position;
    classify(*raw->stmt, statement);
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace notes::sql
