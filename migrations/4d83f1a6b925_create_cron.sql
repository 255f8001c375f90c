-- revision: 4d83f1a6b925
-- down_revision: 3c94b0d5e712
-- message: create cron

-- migrate:up
-- Who leads, until when by the database's clock, and how often something was asked of the leader.
CREATE TABLE cron_leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder UUID NOT NULL,
  holder_name TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  acquired_at TIMESTAMPTZ NOT NULL,
  renewed_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  requests BIGINT NOT NULL DEFAULT 0,
  step_down_epoch BIGINT NOT NULL DEFAULT 0
);

-- What is known of each job between runs: every tick due at or before the watermark has its row.
CREATE TABLE cron_jobs (
  name TEXT NOT NULL PRIMARY KEY,
  schedule TEXT NOT NULL,
  watermark TIMESTAMPTZ NOT NULL,
  paused_at TIMESTAMPTZ,
  paused_until TIMESTAMPTZ,
  paused_by TEXT
);

-- One row for each moment that a schedule names. The key is what keeps a tick from being run twice.
CREATE TABLE cron_ticks (
  job TEXT NOT NULL,
  nominal TEXT NOT NULL,
  fold SMALLINT NOT NULL,
  due_at TIMESTAMPTZ NOT NULL,
  decided_at TIMESTAMPTZ NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('run', 'skipped')),
  reason TEXT,
  run_id UUID,
  PRIMARY KEY (job, nominal, fold)
);
CREATE INDEX cron_ticks_due ON cron_ticks (job, due_at);

CREATE TABLE cron_runs (
  id UUID NOT NULL PRIMARY KEY,
  job TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('schedule', 'trigger', 'exec', 'backfill')),
  nominal TEXT,
  fold SMALLINT,
  due_at TIMESTAMPTZ,
  apply SMALLINT NOT NULL,
  parameters TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'retrying', 'succeeded', 'failed', 'cancelled', 'skipped', 'lost')),
  attempt BIGINT NOT NULL,
  owner UUID,
  owner_name TEXT,
  epoch BIGINT,
  expires_at TIMESTAMPTZ,
  not_before TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  started_at TIMESTAMPTZ,
  finished_at TIMESTAMPTZ,
  checkpoint TEXT NOT NULL DEFAULT '',
  counters TEXT NOT NULL DEFAULT '{}',
  error TEXT,
  exit_code BIGINT,
  output TEXT
);
-- What is alive, of which there is little at any time.
CREATE INDEX cron_runs_live ON cron_runs (job, created_at)
  WHERE state IN ('queued', 'running', 'retrying');
CREATE INDEX cron_runs_job ON cron_runs (job, created_at);

-- migrate:down
DROP TABLE cron_runs;
DROP TABLE cron_ticks;
DROP TABLE cron_jobs;
DROP TABLE cron_leases;
