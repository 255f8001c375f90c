-- revision: f3a96c0d7b12
-- down_revision: e2f85b1d6c94
-- message: create note feeds

-- migrate:up
-- Where the sequence of each user's changes stands. A writer locks the row until it commits, so numbers come to light in their order.
CREATE TABLE note_feeds (
  owner_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  last_sequence BIGINT NOT NULL,
  -- Up to here tombstones may have been deleted.
  forgotten_sequence BIGINT NOT NULL DEFAULT 0
);
-- The number of the note's latest change; none for a note that came another way than through the service, until the feed is read.
ALTER TABLE notes ADD COLUMN sequence BIGINT;
UPDATE notes SET sequence = ranked.place FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY owner_id ORDER BY updated_at, id) AS place FROM notes) AS ranked
WHERE ranked.id = notes.id;
INSERT INTO note_feeds (owner_id, last_sequence) SELECT owner_id, COUNT(*) FROM notes GROUP BY owner_id;
CREATE UNIQUE INDEX notes_owner_sequence ON notes (owner_id, sequence);
CREATE INDEX notes_unplaced ON notes (owner_id, updated_at, id) WHERE sequence IS NULL;
-- What was deleted for good, so that those who have a copy hear of it.
CREATE TABLE note_tombstones (
  owner_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  sequence BIGINT NOT NULL,
  note_id UUID NOT NULL,
  deleted_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (owner_id, sequence)
);
CREATE INDEX note_tombstones_deleted ON note_tombstones (deleted_at);

-- migrate:down
DROP TABLE note_tombstones;
DROP INDEX notes_unplaced;
DROP INDEX notes_owner_sequence;
ALTER TABLE notes DROP COLUMN sequence;
DROP TABLE note_feeds;
