-- revision: e2f85b1d6c94
-- down_revision: d19e4c7a05b3
-- message: index note sorts

-- migrate:up
-- One index for each order in which a user's notes are listed; notes_owner_created is the third.
CREATE INDEX notes_owner_updated ON notes (owner_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX notes_owner_title ON notes (owner_id, title, id) WHERE deleted_at IS NULL;
-- The trash is listed too, and is small: one order is enough.
CREATE INDEX notes_owner_trashed ON notes (owner_id, created_at DESC, id DESC) WHERE deleted_at IS NOT NULL;

-- migrate:down
DROP INDEX notes_owner_trashed;
DROP INDEX notes_owner_title;
DROP INDEX notes_owner_updated;
