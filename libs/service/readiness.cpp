#include "service/readiness.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/deadline.hpp"
#include "migrate/history.hpp"
#include "store/schema_head.hpp"

namespace notes::service {
namespace {

/// Longer than a probe waits for the answer.
constexpr std::chrono::seconds kPatience{5};

ReadinessCheck schema_check(const std::vector<migrate::AppliedRevision>& applied) {
  const bool found = std::any_of(applied.begin(), applied.end(), [](const auto& revision) {
    return revision.revision == store::kSchemaHead;
  });
  if (found) return {"schema", true, fmt::format("revision {}", store::kSchemaHead)};
  return {
      "schema", false,
      fmt::format("revision {} is not applied (the newest that is: {}): run notes-migrate upgrade",
                  store::kSchemaHead, applied.empty() ? "none" : applied.back().revision)};
}

}  // namespace

bool Readiness::ready() const {
  return std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.passed; });
}

ReadinessProbe::ReadinessProbe(db::Database& database, const Clock& clock)
    : database_(database), clock_(clock) {}

Readiness ReadinessProbe::check() {
  // Who asks would wait with all the others.
  if (database_.saturated()) {
    return {{{"pool", false, "every database session is in use, and requests wait for one"}}};
  }
  const DeadlineScope deadline(std::chrono::steady_clock::now() + kPatience);
  try {
    const auto applied = database_.read([&](db::Session& session) {
      return migrate::History(session, migrate::TableName(migrate::TableName::kDefault), {}, clock_)
          .applied();
    });
    return {{{"database", true, std::string(to_string(database_.url().engine()))},
             schema_check(applied),
             {"pool", true, "a database session is free"}}};
  } catch (const Error& error) {
    // A database that cannot be asked is what this reports, not what ends it.
    return {{{"database", false, error.what()}}};
  }
}

}  // namespace notes::service
