#include "jobs/jobs.hpp"

#include <functional>
#include <utility>

#include "jobs/analyze_database.hpp"
#include "jobs/backfill_user_slugs.hpp"
#include "jobs/backup_database.hpp"
#include "jobs/cleanup_expired.hpp"
#include "jobs/consistency_report.hpp"
#include "jobs/deactivate_inactive_users.hpp"
#include "jobs/index_notes.hpp"
#include "jobs/prune_tombstones.hpp"
#include "jobs/purge_trash.hpp"
#include "jobs/recompute_note_stats.hpp"
#include "jobs/summary.hpp"

namespace notes::jobs {
namespace {

using scheduler::BuiltinJob;
using scheduler::Run;

using Work = std::function<void(Run&, const Arguments&)>;

enum class Kind { destructive, harmless };

BuiltinJob job(std::string name, std::string summary, Kind kind,
               std::vector<BuiltinJob::Parameter> parameters, Work work) {
  const bool destructive = kind == Kind::destructive;
  auto run = [destructive, parameters, work = std::move(work)](Run& of) {
    const Summary summary_of(of,
                             destructive && !of.apply() ? Effect::counts_only : Effect::changes);
    work(of, Arguments(parameters, of));
  };
  return {.name = std::move(name),
          .summary = std::move(summary),
          .destructive = destructive,
          .parameters = std::move(parameters),
          .run = std::move(run)};
}

BuiltinJob::Parameter chunk(std::string rows) {
  return {"chunk", std::move(rows), "how many rows one transaction works on"};
}

Work backup(const Surroundings& surroundings) {
  return [surroundings](Run& run, const Arguments& arguments) {
    backup_database(run, arguments,
                    {.url = db::Url::parse(surroundings.database.url.reveal()),
                     .settings = surroundings.database,
                     .tool_version = surroundings.version,
                     .variables = surroundings.variables});
  };
}

Work prune(const RetentionOf& retention) {
  return [retention](Run& run, const Arguments& arguments) {
    prune_history(run, arguments, retention);
  };
}

}  // namespace

std::vector<BuiltinJob> jobs(const Surroundings& surroundings) {
  return {
      job("purge-trash", "delete for good the notes that have lain in the trash for long",
          Kind::destructive,
          {{"older_than", "30d", "how long ago they were moved there"}, chunk("500")}, purge_trash),
      job("prune-tombstones",
          "forget the notes that were deleted for good long ago; copies older than that begin anew",
          Kind::destructive,
          {{"older_than", "90d", "how long ago they were deleted"}, chunk("500")},
          prune_tombstones),
      job("deactivate-inactive-users",
          "deactivate the users who have not logged in for long; a dry run says who",
          Kind::destructive, {{"days", "365", "for how many days"}, chunk("200")},
          deactivate_inactive_users),
      job("backfill-user-slugs", "give a slug to each user that has none", Kind::harmless,
          {chunk("500")}, backfill_user_slugs),
      job("index-notes", "give the search's index the terms of notes that it does not have",
          Kind::harmless,
          {{"notes", "missing", "missing: those; all: look at every note, mend what is wrong"},
           chunk("500")},
          index_notes),
      job("recompute-note-stats", "count each user's notes anew", Kind::harmless, {chunk("200")},
          recompute_note_stats),
      job("consistency-report", "look for rows that break a rule; fails when there are any",
          Kind::harmless, {{"format", "both", "table, json or both"}}, consistency_report),
      job("cleanup-expired", "delete expired sessions, access tokens and idempotency records",
          Kind::destructive,
          {{"keep", "0s", "how long they are kept beyond their end"}, chunk("500")},
          cleanup_expired),
      job("backup-database", "write all of the database into a new file of a folder",
          Kind::harmless,
          {{"folder", "backups", "the folder; it is made when it is not there"},
           {"keep", "7", "how many of this database stay in it"}},
          backup(surroundings)),
      job("prune-history", "delete past runs and ticks beyond each job's retention",
          Kind::destructive, {chunk("500")}, prune(surroundings.retention)),
      job("analyze-database", "let the database look at its tables to plan its queries well",
          Kind::harmless, {}, analyze_database),
  };
}

}  // namespace notes::jobs
