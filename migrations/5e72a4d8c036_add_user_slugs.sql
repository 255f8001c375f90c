-- revision: 5e72a4d8c036
-- down_revision: 4d83f1a6b925
-- message: add user slugs

-- migrate:up
-- The user's name in addresses of pages; NULL until the job backfill-user-slugs has made one.
ALTER TABLE users ADD COLUMN slug TEXT;
CREATE UNIQUE INDEX users_slug ON users (slug);
UPDATE users SET slug = 'local-user' WHERE id = '00000000-0000-7000-8000-000000000001';

-- migrate:down
DROP INDEX users_slug;
ALTER TABLE users DROP COLUMN slug;
