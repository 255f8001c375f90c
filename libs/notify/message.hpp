#pragma once

#include <string>

#include "notify/notifier.hpp"

namespace notes::notify {

/// The message as Slack's incoming webhooks take it, and many others in their manner: a JSON object
/// with "text", the title in bold, '&', '<' and '>' escaped so that nothing in it becomes a link or
/// calls a channel (https://api.slack.com/reference/surfaces/formatting). Of the body the first
/// 3000 bytes.
std::string slack_json(const Message& message);

}  // namespace notes::notify
