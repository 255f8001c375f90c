#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/variables.hpp"

namespace notes::config {

/// `text` with each ${NAME} replaced by the variable's value and each ${NAME:-default} by the
/// default when the variable is not set or empty. "$${" stands for "${". What is put in is not
/// expanded again. Throws Error{usage} naming a variable that is not set, or a "${" that is not
/// closed.
std::string expand(std::string_view text, const Variables& variables);

/// The names of the variables for which expand() would throw.
std::vector<std::string> unset_variables(std::string_view text, const Variables& variables);

}  // namespace notes::config
