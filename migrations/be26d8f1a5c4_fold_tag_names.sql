-- revision: be26d8f1a5c4
-- down_revision: ad51f7c4903b
-- message: fold tag names

-- migrate:up
-- "Work" and "work" are one tag of an owner: folded is the name without regard to case, as the application folds it.
ALTER TABLE tags ADD COLUMN folded TEXT NOT NULL DEFAULT '';
-- Tags had no way in but seeds; LOWER does for those.
UPDATE tags SET folded = LOWER(name);
CREATE UNIQUE INDEX tags_owner_folded ON tags (owner_id, folded);
DROP INDEX tags_owner_name;

-- migrate:down
CREATE UNIQUE INDEX tags_owner_name ON tags (owner_id, name);
DROP INDEX tags_owner_folded;
ALTER TABLE tags DROP COLUMN folded;
