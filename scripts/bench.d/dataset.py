"""Notes to measure with: the same ones for each database, made from a fixed seed."""

import dataclasses
import datetime
import random
import sqlite3

OWNER = "00000000-0000-7000-8000-000000000001"  # the local user, whom the migrations create
BEGIN = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
AFTER_ALL = "2025-01-01T00:00:00.000000Z"       # what was created from here on was not loaded, but posted
COLUMNS = "id, owner_id, title, body, version, created_at, updated_at"
RARE_WORDS = 20_000                             # each stands in some hundred of 100,000 notes
WORDS = ("meeting budget release Tuesday draft invoice garden recipe flour call plan review \"quoted\" ticket café "
         "회의록 server backup list summer train passport deploy question answer").split()


@dataclasses.dataclass
class Note:
    id: str
    title: str
    body: str
    created_at: str

    def row(self, owner):
        return (self.id, owner, self.title, self.body, 1, self.created_at, self.created_at)


def rare_words():
    """Made-up ones, for notes to differ by and for searches to find."""
    chance = random.Random(5)
    return ["".join(chance.choices("bcdfghklmnprstv", k=1) + chance.choices("aeiou", k=1)
                    + chance.choices("abcdefghiklmnoprstuvwy", k=chance.randint(3, 7))) for _ in range(RARE_WORDS)]


def text(chance, rare, size):
    """Words on lines, every second one rare, `size` characters."""
    words = []
    length = 0
    while length < size:
        word = chance.choice(WORDS if chance.random() < 0.5 else rare) + ("\n" if chance.random() < 0.1 else " ")
        words.append(word)
        length += len(word)
    return "".join(words)[:size]


def make(count):
    """Notes in the order of their creation: UUIDv7 ids (RFC 9562 §5.7), bodies of 200 to 800 characters.

    The title of each is the id of another one, in a single ring through all of them in random order: that is how
    pgbench, which can make up numbers but no UUIDs, walks over random notes that exist."""
    chance = random.Random(7)
    rare = rare_words()
    moments = [BEGIN + datetime.timedelta(milliseconds=n * (300 * 86_400_000 // count)) for n in range(count)]
    ids = []
    for moment in moments:
        tail = chance.getrandbits(74)
        number = (int(moment.timestamp() * 1000) << 80) | 0x7 << 76 | (tail >> 62) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
        digits = f"{number:032x}"
        ids.append("-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])))
    ring = list(range(count))
    chance.shuffle(ring)
    following = {ring[n]: ring[(n + 1) % count] for n in range(count)}
    return [Note(ids[n], ids[following[n]], text(chance, rare, chance.randint(200, 800)),
                 moments[n].strftime("%Y-%m-%dT%H:%M:%S.%fZ")) for n in range(count)]


# What the service would have written with the notes: each has its place among its owner's changes.
LOADED_COLUMNS = COLUMNS + ", sequence"
FILL_FEEDS = "INSERT INTO note_feeds (owner_id, last_sequence) SELECT owner_id, COUNT(*) FROM notes GROUP BY owner_id"


def loaded_rows(notes, owner):
    return ((*note.row(owner), place) for place, note in enumerate(notes, 1))


def load_postgres(postgres, notes, owner=OWNER):
    escapes = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})
    lines = ("\t".join(str(field).translate(escapes) for field in row) for row in loaded_rows(notes, owner))
    postgres.psql(f"COPY notes ({LOADED_COLUMNS}) FROM STDIN;\n" + "\n".join(lines) + f"\n\\.\n{FILL_FEEDS};\n")
    tidy_postgres(postgres)


def add_users(postgres, count):
    """Who have nothing yet."""
    postgres.psql(f"""INSERT INTO users (id, email, display_name, role, created_at, updated_at)
        SELECT gen_random_uuid(), 'user' || n || '@example.org', 'User ' || n, 'member', now(), now()
        FROM generate_series(1, {count}) AS n;""")


def tidy_postgres(postgres):
    """As after a long life: without what loading and indexing have left behind, and with statistics."""
    postgres.psql("VACUUM (FULL) notes; VACUUM (ANALYZE, FREEZE) notes, note_search; CHECKPOINT;")


def load_sqlite(path, notes, owner=OWNER):
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany(f"INSERT INTO notes ({LOADED_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", loaded_rows(notes, owner))
        connection.execute(FILL_FEEDS)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def remove_posted_postgres(postgres):
    postgres.psql(f"DELETE FROM notes WHERE created_at >= '{AFTER_ALL}'; VACUUM notes, note_search, note_feeds; CHECKPOINT;")


def remove_posted_sqlite(path):
    connection = sqlite3.connect(path, timeout=60)
    connection.execute("PRAGMA foreign_keys = ON")  # their terms go with them
    with connection:
        connection.execute("DELETE FROM notes WHERE created_at >= ?", (AFTER_ALL,))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
