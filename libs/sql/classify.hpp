#pragma once

#include "sql/statement.hpp"

struct PgQuery__Node;

namespace notes::sql {

/// Fills in what the parse tree says about a statement: its kind, command and effect.
void classify(const PgQuery__Node& node, Statement& statement);

/// True for COPY … FROM STDIN and COPY … TO STDOUT: the rows would have to pass through a client.
bool copies_through_client(const PgQuery__Node& node);

}  // namespace notes::sql
