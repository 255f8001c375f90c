#include "sql/sqlite.hpp"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

namespace notes::sql {
namespace {

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\f' ||
         character == '\r';
}

/// Letters, digits, '_', '$' and every byte past ASCII: what an identifier, a number or a keyword
/// is made of.
bool is_word(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return byte >= 0x80 || byte == '_' || byte == '$' || (byte >= '0' && byte <= '9') ||
         (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

class Lexer {
 public:
  Lexer(std::string_view text, Position start) : text_(text), start_(start) {}

  /// The next token, or nothing at the end.
  std::optional<Token> next() {
    skip_blank();
    if (offset_ == text_.size()) return std::nullopt;
    const std::size_t from = offset_;
    offset_ = end_of_token(from);
    return Token{text_.substr(from, offset_ - from), from};
  }

 private:
  void skip_blank() {
    while (offset_ < text_.size()) {
      const auto rest = text_.substr(offset_);
      if (is_space(rest.front())) {
        ++offset_;
      } else if (rest.starts_with("--")) {
        const auto end = rest.find('\n');
        offset_ = end == std::string_view::npos ? text_.size() : offset_ + end;
      } else if (rest.starts_with("/*")) {
        // Not nested, and the end of the text closes it too, as SQLite has it.
        const auto end = rest.find("*/", 2);
        offset_ = end == std::string_view::npos ? text_.size() : offset_ + end + 2;
      } else {
        return;
      }
    }
  }

  std::size_t end_of_token(std::size_t from) const {
    const char first = text_[from];
    if (first == '\'' || first == '"' || first == '`') return end_of_quoted(from, from, first);
    if (first == '[') return end_of_quoted(from, from, ']');
    const bool blob = (first == 'x' || first == 'X') && text_.substr(from + 1).starts_with("'");
    if (blob) return end_of_quoted(from, from + 1, '\'');
    const bool variable = first == '?' || first == ':' || first == '@' || first == '#';
    return variable || is_word(first) ? end_of_word(from) : end_of_operator(from);
  }

  std::size_t end_of_word(std::size_t from) const {
    std::size_t end = from + 1;
    while (end < text_.size() && (is_word(text_[end]) || is_part_of_number(from, end))) ++end;
    return end;
  }

  std::size_t end_of_operator(std::size_t from) const {
    constexpr std::array<std::string_view, 9> kOperators{"->>", "->", "<=", ">=", "<>",
                                                         "!=",  "==", "||", "<<"};
    for (const auto known : kOperators) {
      if (text_.substr(from).starts_with(known)) return from + known.size();
    }
    return from + (text_.substr(from).starts_with(">>") ? 2 : 1);
  }

  /// The point in 1.5, and the sign in 1e-5.
  bool is_part_of_number(std::size_t from, std::size_t at) const {
    if (text_[from] < '0' || text_[from] > '9') return false;
    if (text_[at] == '.') return true;
    const bool exponent = text_[at - 1] == 'e' || text_[at - 1] == 'E';
    return exponent && (text_[at] == '+' || text_[at] == '-') &&
           !text_.substr(from).starts_with("0x");
  }

  std::size_t end_of_quoted(std::size_t token, std::size_t open, char close) const {
    for (std::size_t at = open + 1; at < text_.size(); ++at) {
      if (text_[at] != close) continue;
      const bool doubled = close != ']' && at + 1 < text_.size() && text_[at + 1] == close;
      if (!doubled) return at + 1;
      ++at;
    }
    throw SyntaxError(advance(start_, text_.substr(0, token)),
                      fmt::format("unterminated {}: no closing {}",
                                  close == '\'' ? "string" : "identifier", close));
  }

  std::string_view text_;
  Position start_;
  std::size_t offset_ = 0;
};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 'a' + 'A');
  }
  return result;
}

struct Keyword {
  std::string_view word;
  Kind kind;
};

constexpr std::array kFirstWords{Keyword{"BEGIN", Kind::transaction_control},
                                 Keyword{"COMMIT", Kind::transaction_control},
                                 Keyword{"END", Kind::transaction_control},
                                 Keyword{"ROLLBACK", Kind::transaction_control},
                                 Keyword{"SAVEPOINT", Kind::transaction_control},
                                 Keyword{"RELEASE", Kind::transaction_control},
                                 Keyword{"VACUUM", Kind::standalone},
                                 Keyword{"DETACH", Kind::standalone},
                                 Keyword{"ATTACH", Kind::standalone}};

// Settings that SQLite refuses, or silently ignores, inside a transaction. foreign_keys is not
// among them: the runner turns enforcement off around every migration, so that the line is welcome
// and without effect.
constexpr std::array<std::string_view, 4> kStandalonePragmas{"JOURNAL_MODE", "SYNCHRONOUS",
                                                             "TEMP_STORE", "AUTO_VACUUM"};

void classify_sqlite(std::span<const Token> words, Statement& statement) {
  const std::string first = upper(words.front().text);
  for (const auto& keyword : kFirstWords) {
    if (first != keyword.word) continue;
    statement.kind = keyword.kind;
    statement.command = first;
    if (keyword.kind == Kind::standalone) statement.effect = Effect::repeatable;
    return;
  }
  if (first != "PRAGMA" || words.size() < 2) return;
  // PRAGMA schema.name and PRAGMA name.
  const bool qualified = words.size() > 3 && words[2].text == ".";
  const std::string name = upper(words[qualified ? 3 : 1].text);
  for (const auto pragma : kStandalonePragmas) {
    if (name != pragma) continue;
    statement.kind = Kind::standalone;
    statement.command = "PRAGMA " + std::string(words[qualified ? 3 : 1].text);
    statement.effect = Effect::repeatable;
  }
}

bool complete(std::string_view text, const Token& first, const Token& semicolon) {
  const std::string statement(text.substr(first.offset, semicolon.offset + 1 - first.offset));
  return sqlite3_complete(statement.c_str()) != 0;
}

}  // namespace

std::vector<Token> tokens_sqlite(std::string_view text, Position start) {
  Lexer lexer(text, start);
  std::vector<Token> found;
  while (const auto token = lexer.next()) found.push_back(*token);
  return found;
}

std::vector<Statement> split_sqlite(std::string_view text, Position start) {
  Lexer lexer(text, start);
  std::vector<Statement> statements;
  std::vector<Token> words;
  Position position = start;
  const auto finish = [&] {
    if (words.empty()) return;
    const std::size_t first = words.front().offset;
    const std::size_t end = words.back().offset + words.back().text.size();
    const std::size_t reached = position.offset - start.offset;
    position = advance(position, text.substr(reached, first - reached));
    Statement statement;
    statement.text = text.substr(first, end - first);
    statement.position = position;
    classify_sqlite(words, statement);
    statements.push_back(std::move(statement));
    words.clear();
  };
  while (const auto token = lexer.next()) {
    if (words.empty() && token->text.front() == '.') {
      throw SyntaxError(
          advance(start, text.substr(0, token->offset)),
          "a command of the sqlite3 shell, not SQL: the library does not know it; leave it out");
    }
    const bool separates =
        token->text == ";" && (words.empty() || complete(text, words.front(), *token));
    if (separates) {
      finish();
    } else {
      words.push_back(*token);
    }
  }
  finish();
  return statements;
}

}  // namespace notes::sql
