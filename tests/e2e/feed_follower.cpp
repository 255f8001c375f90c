#include "e2e/feed_follower.hpp"

#include <fmt/format.h>

namespace notes::tests {

Exchange FeedFollower::exchange() {
  const auto target =
      next_.empty() ? fmt::format("{}/changes?limit=200&since={}", kNotes, since_) : next_;
  return {.method = "GET",
          .target = target,
          .fields = {},
          .body = {},
          .check = [this](const HttpResponse& answer) { check(answer); }};
}

void FeedFollower::check(const HttpResponse& answer) {
  expect_status(answer, 200);
  const auto page = read_change_page(answer.body);
  for (const auto& change : page.items) {
    expect(change.sequence > since_,
           fmt::format("number {} comes behind number {}", change.sequence, since_));
    since_ = change.sequence;
    copy_[change.id] = change.note ? std::optional(change.note->version) : std::nullopt;
  }
  expect(page.next >= since_, "the next page would begin within this one");
  since_ = page.next;
  behind_ = page.has_more;
  const auto link = answer.header("link").value_or("");
  next_ = behind_ ? link.substr(1, link.find('>') - 1) : "";
  if (behind_) return;
  for (const auto& [id, note] : own_.model.notes()) {
    const auto found = copy_.find(id);
    expect(found != copy_.end() && found->second == note.version,
           fmt::format("the feed has not come to version {} of note {}", note.version, id));
  }
}

}  // namespace notes::tests
