-- revision: 3c94b0d5e712
-- down_revision: 2b7e19c4a860
-- message: create tags

-- migrate:up
CREATE TABLE tags (
  id UUID NOT NULL PRIMARY KEY,
  owner_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX tags_owner_name ON tags (owner_id, name);

CREATE TABLE note_tags (
  note_id UUID NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
  tag_id UUID NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
  PRIMARY KEY (note_id, tag_id)
);
CREATE INDEX note_tags_tag ON note_tags (tag_id);

-- migrate:down
DROP TABLE note_tags;
DROP TABLE tags;
