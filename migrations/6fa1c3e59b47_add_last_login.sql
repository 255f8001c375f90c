-- revision: 6fa1c3e59b47
-- down_revision: 5e72a4d8c036
-- message: add last login

-- migrate:up
ALTER TABLE users ADD COLUMN last_login_at TIMESTAMPTZ;

-- migrate:down
ALTER TABLE users DROP COLUMN last_login_at;
