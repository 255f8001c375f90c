-- revision: ad51f7c4903b
-- down_revision: 9c3f8a0e2d74
-- message: create note stats

-- migrate:up
-- Of each user's notes outside the trash, as they were at computed_at; the job recompute-note-stats writes it.
CREATE TABLE note_stats (
  user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  note_count BIGINT NOT NULL,
  body_characters BIGINT NOT NULL,
  computed_at TIMESTAMPTZ NOT NULL
);

-- migrate:down
DROP TABLE note_stats;
