-- revision: 9c3f8a0e2d74
-- down_revision: 8b4e6d917c25
-- message: create idempotency keys

-- migrate:up
-- What was answered to a request that may be sent again under the same key; no status: still at work.
CREATE TABLE idempotency_keys (
  owner_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  idempotency_key TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  status BIGINT,
  headers TEXT,
  body TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (owner_id, idempotency_key)
);
CREATE INDEX idempotency_keys_expires ON idempotency_keys (expires_at);

-- migrate:down
DROP TABLE idempotency_keys;
