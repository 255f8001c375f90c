#pragma once

#include <string>

#include "e2e/exchange.hpp"
#include "e2e/own_notes.hpp"

namespace notes::tests {

/// A request that cannot be done, by chance: of a version that is past, of an id that is taken, of
/// a body that breaks a rule, of a note that is not there or `strangers`, another person's. The
/// answer must be about this request, and no note is another one after it.
Exchange refused_exchange(OwnNotes& own, const std::string& strangers);

}  // namespace notes::tests
