-- revision: 7a0d5b2f8e61
-- down_revision: 6fa1c3e59b47
-- message: create sessions

-- migrate:up
-- Who is logged in. The token itself is the client's: what stands here is its SHA-256 in lower-case hexadecimal digits.
CREATE TABLE sessions (
  id UUID NOT NULL PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_sha256 TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_sha256);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- migrate:down
DROP TABLE sessions;
