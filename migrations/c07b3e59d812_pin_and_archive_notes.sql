-- revision: c07b3e59d812
-- down_revision: be26d8f1a5c4
-- message: pin and archive notes

-- migrate:up
ALTER TABLE notes ADD COLUMN pinned SMALLINT NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE notes ADD COLUMN archived SMALLINT NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));

-- migrate:down
ALTER TABLE notes DROP COLUMN archived;
ALTER TABLE notes DROP COLUMN pinned;
