-- revision: a7c4e91d3b58
-- down_revision: a41c7be9d208
-- message: index note terms

-- migrate:up only:postgresql
-- What notes are found by; the application makes the terms (docs/search.md) and writes them with the note.
CREATE TABLE note_search (
  note_id UUID NOT NULL PRIMARY KEY REFERENCES notes (id) ON DELETE CASCADE,
  created_at TIMESTAMPTZ NOT NULL,
  terms TSVECTOR NOT NULL
);
CREATE INDEX note_search_terms ON note_search USING GIN (terms);

-- migrate:up only:sqlite
CREATE TABLE note_search (
  document INTEGER NOT NULL PRIMARY KEY,
  note_id UUID NOT NULL UNIQUE REFERENCES notes (id) ON DELETE CASCADE,
  created_at TIMESTAMPTZ NOT NULL,
  terms TEXT NOT NULL
);
-- 'ascii' takes everything beyond ASCII as it is, so that a term is a token whatever SQLite knows of Unicode.
CREATE VIRTUAL TABLE note_search_index USING fts5(
  terms, content='note_search', content_rowid='document', tokenize='ascii', detail='none', columnsize=0
);
CREATE TRIGGER note_search_added AFTER INSERT ON note_search BEGIN
  INSERT INTO note_search_index (rowid, terms) VALUES (new.document, new.terms);
END;
CREATE TRIGGER note_search_removed AFTER DELETE ON note_search BEGIN
  INSERT INTO note_search_index (note_search_index, rowid, terms) VALUES ('delete', old.document, old.terms);
END;
CREATE TRIGGER note_search_changed AFTER UPDATE OF terms ON note_search BEGIN
  INSERT INTO note_search_index (note_search_index, rowid, terms) VALUES ('delete', old.document, old.terms);
  INSERT INTO note_search_index (rowid, terms) VALUES (new.document, new.terms);
END;

-- migrate:up
-- 0: not in note_search yet, the job index-notes will see to it; 1: there; 2: has more terms than it takes.
-- What is not there is looked at in every search.
ALTER TABLE notes ADD COLUMN terms_state SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX notes_without_terms ON notes (owner_id, id) WHERE terms_state <> 1;

-- migrate:down
DROP INDEX notes_without_terms;
ALTER TABLE notes DROP COLUMN terms_state;

-- migrate:down only:sqlite
DROP TABLE note_search_index;

-- migrate:down
DROP TABLE note_search;
