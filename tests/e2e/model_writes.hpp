#pragma once

#include "e2e/exchange.hpp"
#include "e2e/own_notes.hpp"

namespace notes::tests {

/// A change of one of the client's own notes, by chance: one is made, replaced, patched, thrown
/// away, taken back or deleted for good. When it is answered the model knows.
Exchange write_exchange(OwnNotes& own);

}  // namespace notes::tests
