#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace notes::http {

/// A request-target taken apart (RFC 9112 §3.2).
struct Target {
  std::string path;  ///< still percent-encoded, beginning with '/'; or "*" (OPTIONS only)
  Parameters query;  ///< decoded once
};

/// Origin-form, absolute-form (http or https, its authority taking the place of Host) or, for
/// OPTIONS, asterisk-form. nullopt for anything that is not a URI by RFC 3986, has user
/// information, a fragment, an empty host, or a percent-encoding that is broken or decodes to
/// something else than UTF-8 without U+0000.
std::optional<Target> parse_target(Method method, std::string_view target);

/// Whether `host` is `uri-host [ ":" port ]` (RFC 9110 §7.2). The empty host is one: a reg-name may
/// be empty.
bool is_host(std::string_view host);

/// What a form field does with '+'.
enum class Plus { literal, space };

/// The octets that a text stands for, each %HH decoded once. nullopt when an encoding is broken or
/// the result is not UTF-8 without U+0000.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

}  // namespace notes::http
