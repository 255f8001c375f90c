-- revision: 2b7e19c4a860
-- down_revision: 1a0c5d2e7f31
-- message: create notes

-- migrate:up
CREATE TABLE notes (
  id UUID NOT NULL PRIMARY KEY,
  owner_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  deleted_at TIMESTAMPTZ
);
-- The list of a user's notes, newest first; the id settles ties.
CREATE INDEX notes_owner_created ON notes (owner_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
-- What lies in the trash, oldest first.
CREATE INDEX notes_deleted ON notes (deleted_at) WHERE deleted_at IS NOT NULL;

-- migrate:down
DROP TABLE notes;
