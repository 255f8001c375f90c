PRAGMA foreign_keys = OFF;
PRAGMA main.journal_mode = WAL;
PRAGMA user_version = 3;
