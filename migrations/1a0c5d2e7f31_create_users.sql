-- revision: 1a0c5d2e7f31
-- message: create users

-- migrate:up
CREATE TABLE users (
  id UUID NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member')),
  password_hash TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  deactivated_at TIMESTAMPTZ
);
-- Addresses are compared without regard to case; the application stores them lower-cased.
CREATE UNIQUE INDEX users_email ON users (email);
-- The one user of an open, loopback-only server. It has no password and cannot log in.
INSERT INTO users (id, email, display_name, role, created_at, updated_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'local@localhost', 'Local user', 'member',
        '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z');

-- migrate:down
DROP TABLE users;
