-- revision: 8b4e6d917c25
-- down_revision: 7a0d5b2f8e61
-- message: create access tokens

-- migrate:up
-- What a person has made for programs to log in with; again only the SHA-256 is kept.
CREATE TABLE access_tokens (
  id UUID NOT NULL PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  token_sha256 TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ,
  last_used_at TIMESTAMPTZ,
  revoked_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX access_tokens_token ON access_tokens (token_sha256);
CREATE INDEX access_tokens_user ON access_tokens (user_id);
CREATE INDEX access_tokens_expires ON access_tokens (expires_at) WHERE expires_at IS NOT NULL;

-- migrate:down
DROP TABLE access_tokens;
