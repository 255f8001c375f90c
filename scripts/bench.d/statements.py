"""What pgbench sends: the statements that one request needs of PostgreSQL, as libs/store has them, in pgbench's language.

Their parameters are pgbench's variables and travel as text, as they do from notes-server. pgbench can make up numbers,
but neither UUIDs nor texts: where the next statement depends on an answer there is a \\gset, and the id of a new note
is made of a number by the database."""

NOTES = ("SELECT notes.id, notes.owner_id, notes.title, notes.body, "
         "COALESCE((SELECT STRING_AGG(tags.name, '\n') FROM note_tags JOIN tags ON tags.id = note_tags.tag_id "
         "WHERE note_tags.note_id = notes.id), ''), notes.pinned, notes.archived, "
         "notes.version, notes.created_at, notes.updated_at, notes.deleted_at FROM notes ")

# libs/store/notes.cpp
FIND_NOTE = NOTES + "WHERE id = :{id} AND owner_id = :owner AND deleted_at IS NULL"
INSERT_NOTE = ("INSERT INTO notes (id, owner_id, title, body, pinned, archived, version, created_at, updated_at, sequence, "
               "terms_state) VALUES ({id}, :owner, :title{n}, :body{n}, :no, :no, :one, :now, :now, :{sequence}, 1) "
               "ON CONFLICT (id) DO NOTHING")

# libs/store/note_list.cpp
LIST_NOTES = (NOTES + "WHERE notes.owner_id = :owner AND notes.deleted_at IS NULL{after} "
              "ORDER BY notes.created_at DESC, notes.id DESC LIMIT :limit")
AFTER = " AND (notes.created_at, notes.id) < (:day, :id)"

# libs/store/note_feed.cpp
TAKE_SEQUENCES = ("INSERT INTO note_feeds (owner_id, last_sequence) VALUES (:owner, :one) ON CONFLICT (owner_id) DO UPDATE "
                  "SET last_sequence = note_feeds.last_sequence + excluded.last_sequence RETURNING last_sequence")

# libs/store/note_search.cpp
WRITE_TERMS = ("INSERT INTO note_search (note_id, created_at, terms) "
               "VALUES ({id}, :now, array_to_tsvector(string_to_array(:terms{n}, ' '))) "
               "ON CONFLICT (note_id) DO UPDATE SET terms = excluded.terms WHERE note_search.terms <> excluded.terms")

# libs/store/access_tokens.cpp
FIND_TOKEN = ("SELECT CAST(t.id AS TEXT), CAST(t.user_id AS TEXT), t.name, t.scopes, CAST(t.created_at AS TEXT), "
              "CAST(t.expires_at AS TEXT), CAST(t.last_used_at AS TEXT), CAST(t.revoked_at AS TEXT), u.role "
              "FROM access_tokens t JOIN users u ON u.id = t.user_id "
              "WHERE t.token_sha256 = :token AND u.deactivated_at IS NULL")

# Ascending, as UUIDs of version 7 are: they go to the end of their indexes. :count is the client's own.
COUNT = r"\set count :count + 1"
NEW_ID = "CAST(CAST(:prefix AS TEXT) || lpad(to_hex(CAST(:count AS BIGINT) * 64 + CAST(:client_id AS BIGINT)), 12, '0') AS UUID)"
OWN_SEQUENCE = r"\set sequence 1000000000 + :count * 64 + :client_id"

# One of 280 places in a list: eight digits are a day (ISO 8601), which makes it a number that pgbench can draw.
DAY = r"\set day 20240000 + 100 * random(1, 10) + random(1, 28)"

# The note's title is the id of the next one (dataset.make). Each client begins somewhere else.
WALK = r"""\if :begun = 0
\set place :client_id * :stride
SELECT id AS title FROM notes OFFSET :place LIMIT 1 \gset
\set begun 1
\endif"""

# Each client writes for a user of its own.
OWN_OWNER = r"""\if :begun = 0
SELECT id AS owner FROM users ORDER BY id OFFSET :client_id LIMIT 1 \gset
\set begun 1
\endif"""


def script(*lines):
    """A file of pgbench's: each statement ends, each of its own commands has a line."""
    return "".join(line + ("\n" if line.startswith("\\") or line.endswith("\\gset") else ";\n") for line in lines)


def walk():
    """One note, another one each time."""
    return script(WALK, FIND_NOTE.format(id="title") + r" \gset")


def authorized_walk():
    """What one request for a note needs when nothing is remembered and nothing shared: whose token it is, and the note."""
    return script(WALK, FIND_TOKEN, FIND_NOTE.format(id="title") + r" \gset")


def newest():
    return script(LIST_NOTES.format(after=""))


def page():
    """What comes before the beginning of a day."""
    return script(DAY, LIST_NOTES.format(after=AFTER))


def create(n):
    """What POST does to create one note, of :title{n}, :body{n} and :terms{n}: one transaction."""
    return script(COUNT, "BEGIN", TAKE_SEQUENCES + r" \gset", INSERT_NOTE.format(id=NEW_ID, n=n, sequence="last_sequence"),
                  WRITE_TERMS.format(id=NEW_ID, n=n), "COMMIT")


def create_for_own(n):
    """The same, without waiting for what others write for the same owner."""
    return script(OWN_OWNER) + create(n)


def bare_insert(n):
    """The row of `notes` and nothing else: neither its place among the changes nor its terms, and no transaction around it."""
    return script(COUNT, OWN_SEQUENCE, INSERT_NOTE.format(id=NEW_ID, n=n, sequence="sequence"))
