#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.hpp"

namespace notes::store {

/// Something that must never be so, whatever wrote the rows.
struct ConsistencyRule {
  std::string_view name;  ///< "notes_without_owner"
  std::string_view means;
  std::string_view statement;  ///< of one text column: what names each offender
};

std::span<const ConsistencyRule> consistency_rules();

struct Offenders {
  std::int64_t count = 0;
  std::vector<std::string> examples;  ///< the first few, in order
};

/// Looks for what breaks a rule; reads only. Throws db::StatementError.
Offenders find_offenders(db::Session& session, const ConsistencyRule& rule, std::size_t examples);

}  // namespace notes::store
