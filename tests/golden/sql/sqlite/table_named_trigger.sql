CREATE TABLE "trigger" ("end"); INSERT INTO "trigger" VALUES (';'); SELECT 1;
