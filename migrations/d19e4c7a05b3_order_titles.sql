-- revision: d19e4c7a05b3
-- down_revision: c07b3e59d812
-- message: order titles

-- migrate:up only:postgresql
-- Titles stand in the order of their code points, as SQLite has them, whatever the database's own collation is.
ALTER TABLE notes ALTER COLUMN title TYPE TEXT COLLATE "C";

-- migrate:down only:postgresql
ALTER TABLE notes ALTER COLUMN title TYPE TEXT COLLATE "default";
