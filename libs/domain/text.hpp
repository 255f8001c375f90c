#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace notes::domain {

/// The number of characters (Unicode scalar values) in a text; nullopt when it is not well-formed
/// UTF-8 (RFC 3629).
std::optional<std::size_t> count_characters(std::string_view text);

/// The text in Normalization Form C (UAX #15), without the white space around it. Precondition:
/// well-formed UTF-8 without U+0000.
std::string trim_and_compose(std::string_view text);

/// The text as it is compared without regard to case: folded as Unicode §3.13 D144 says, in
/// Normalization Form C. Precondition: well-formed UTF-8 without U+0000.
std::string fold_case(std::string_view text);

/// The text in Normalization Form C. Precondition: as above.
std::string compose(std::string_view text);

/// The text as names are told apart by: NFKC_Casefold (Unicode §3.13, R5), which also folds what
/// only looks different, full-width and ligatures among it, and drops what is invisible.
/// Precondition: as above.
std::string fold_compatibility(std::string_view text);

/// Whether a character with Unicode's White_Space is among the text's. Precondition: well-formed
/// UTF-8.
bool has_white_space(std::string_view text);

/// Whether a control character (general category Cc) is among the text's. Precondition: well-formed
/// UTF-8.
bool has_control_character(std::string_view text);

/// Whether a character has Unicode's property White_Space: the separators, and six of the controls.
bool is_white_space(char32_t character);

}  // namespace notes::domain
