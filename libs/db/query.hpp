#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/session.hpp"

namespace notes::db {

/// A value as text; nullopt is NULL.
using Text = std::optional<std::string>;

/// Runs one statement whose text is known only at run time, with text parameters :p0, :p1 … in this
/// order, and returns its rows. Every column must be text (CAST … AS TEXT). For statements that are
/// not on a hot path: it is prepared at each call. A double-quoted name with a ":" in it would be
/// taken for a parameter: refuse such names before. Throws StatementError.
std::vector<std::vector<Text>> query(Session& session, const std::string& statement,
                                     const std::vector<Text>& parameters = {});

/// What query() does, prepared once and run many times: for hot paths, as a member of what
/// Session::kept() keeps. It belongs to the session and must go before it.
class PreparedQuery {
 public:
  /// `parameters` and `columns`: how many the statement has.
  PreparedQuery(Session& session, const std::string& statement, std::size_t parameters,
                std::size_t columns);
  PreparedQuery(const PreparedQuery&) = delete;
  PreparedQuery& operator=(const PreparedQuery&) = delete;
  ~PreparedQuery();

  /// Runs it to its end. Throws StatementError, and can be run again after that.
  std::vector<std::vector<Text>> run(const std::vector<Text>& parameters);
  /// The same for a statement without columns: how many rows it changed.
  std::size_t change(const std::vector<Text>& parameters);

 private:
  struct Bound;
  std::unique_ptr<Bound> bound_;
};

/// Gathers the parameters of a query() while its text is written.
class Placeholders {
 public:
  /// The name of a parameter with this value, which may stand in the text more than once: equal
  /// values are one parameter. SQLite looks each name up among all of them.
  std::string add(const Text& value);
  const std::vector<Text>& values() const { return values_; }

 private:
  std::vector<Text> values_;
  std::unordered_map<Text, std::size_t> known_;
};

}  // namespace notes::db
