-- revision: a41c7be9d208
-- down_revision: f3a96c0d7b12
-- message: create note revisions

-- migrate:up
-- What notes said before they were changed: the text of each earlier version, and when that was written.
CREATE TABLE note_revisions (
  note_id UUID NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  -- One name per line.
  tags TEXT NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (note_id, version)
);

-- migrate:down
DROP TABLE note_revisions;
