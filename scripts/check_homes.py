#!/usr/bin/env python3
"""Holds the project against the table "pattern -> the only files where it may stand".

    check_homes.py [--root DIR]      check; exit 1 and name every offence
"""

import argparse
import dataclasses
import fnmatch
import pathlib
import re
import sys

CODE = ("*.cpp", "*.hpp", "*.hpp.in")
PRODUCT = ("libs/", "apps/")
PRODUCT_AND_TESTS = ("libs/", "apps/", "tests/")
EVERYWHERE = ("",)

# Where work ends, or where a foreign exception becomes an Error; each with its reason.
BOUNDARIES = {
    "apps/notes-migrate/database_wait.cpp": "an attempt to connect that failed is tried again",
    "libs/cli/main.cpp": "the command boundary: any error becomes a message and an exit code",
    "libs/cli/parse.cpp": "cxxopts' exceptions become an Error that says where help is",
    "libs/config/document.cpp": "yaml-cpp's exceptions become an Error with file, line and column",
    "libs/config/load.cpp": "a file that cannot be read joins the list of problems; the others are still named",
    "libs/db/database.cpp": "a transaction ends: what SOCI threw is judged, and tried again or made an Error",
    "libs/db/postgresql_dialect.cpp": "opening a connection: SOCI's exception becomes Error{unreachable}",
    "libs/db/query.cpp": "SOCI's exception becomes the database's own words",
    "libs/db/sqlite_backend.cpp": "SOCI's exception is told apart where SQLite has one code for two things",
    "libs/db/sqlite_dialect.cpp": "opening a connection: SOCI's exception becomes Error{unreachable}",
    "libs/http/pipeline.cpp": "the request boundary: any exception becomes a problem response",
    "libs/http/transport.cpp": "the connection boundary: what goes wrong ends one connection, not the thread",
    "libs/migrate/batch.cpp": "a position in a statement becomes a file and a line",
    "libs/api/note_gatherings.cpp": "what is wrong with one request of a batch is that request's outcome",
    "libs/service/known_tokens.cpp": "while nothing can be heard nothing is known, and listening is tried again",
    "libs/service/last_use.cpp": "a use that could not be written is written at the next one",
    "libs/service/readiness.cpp": "a database that cannot be asked is what readiness reports",
    "libs/migrate/statement_watch.cpp": "a look from beside the run: who cannot be asked stays unnamed",
    "libs/migrate/history.cpp": "SOCI's exception becomes the database's own words",
    "libs/migrate/migrator.cpp": "a migration that failed is written into the events, and goes on",
    "libs/migrate/postgresql_lock.cpp": "a beat of the lease, and its end: the next beat, or its running out, makes up for it",
    "libs/migrate/runner.cpp": "what the database said gets its file, line and the state it left; a lock timeout is tried again",
    "libs/scheduler/job_file_sections.hpp": "what a value's own reader says joins the list of problems; the others are still named",
    "libs/scheduler/foreground.cpp": "a renewal of a run in the foreground: the next one, or its running out, makes up for it",
    "libs/scheduler/attempt.cpp": "the job boundary: whatever its work throws is how the attempt ended",
    "libs/scheduler/foreground.cpp": "a beat of a run's life: the next one, or its running out, makes up for it",
    "libs/scheduler/lease_keeper.cpp": "a look at the lease that failed ends the term, and the next one makes up for it",
    "libs/scheduler/recorder.cpp": "what could not be written is written at the next attempt",
    "libs/scheduler/scheduler.cpp": "the tick loop: a failure ends the term, and a new one begins from what the rows say",
    "libs/scheduler/sql_work.cpp": "a position in a job's SQL becomes a file and a line",
    "libs/seed/writer.cpp": "what the database said gets its file and line, and loses the row's values",
}


@dataclasses.dataclass
class Rule:
    pattern: str
    home: tuple          # globs of the files where it may stand
    why: str
    within: tuple = PRODUCT
    files: tuple = CODE
    comments_count: bool = False


RULES = [
    Rule(r'#\s*include\s*[<"]pistache/', ("libs/http/*",), "Pistache stays inside libs/http"),
    Rule(r'#\s*include\s*[<"]soci/',
         ("libs/db/*", "libs/store/*", "libs/schema/*", "libs/migrate/history*", "libs/scheduler/history*"),
         "SOCI stays where rows are read and written"),
    Rule(r"\b(secure_)?getenv\b|\benviron\b", ("libs/config/*",), "the environment is read by libs/config"),
    Rule(r"yaml-cpp|\bYAML::", ("libs/config/*",), "YAML is read by libs/config"),
    Rule(r"\bcxxopts\b", ("libs/config/*", "libs/cli/*", "apps/*/commands.cpp"), "command lines are parsed in one place"),
    Rule(r'"(sqlite3?|postgres(ql)?)"', ("libs/db/*", "libs/schema/*", "libs/sql/*"),
         "what differs between databases is asked of db::Dialect"),
    Rule(r"\bsystem_clock::now\b", ("libs/base/clock.cpp",), "time comes from a Clock"),
    Rule(r"\bstd::(cout|cerr|clog)\b|\b(f|v|vf)?printf\s*\(|\bfmt::print\b|\bf?puts\s*\(", ("libs/cli/*", "apps/*"),
         "printing belongs to cli and apps; everything else logs or returns"),
    Rule(r"\bcatch\s*\(", tuple(BOUNDARIES), "errors fly to a boundary; a new boundary is listed with its reason"),
    Rule(r"\\x1[bB]|\\033|\\u001[bB]|\\e\[", ("libs/cli/*",), "terminal escapes belong to cli"),
    # The server's stop waits a set time for load balancers to look elsewhere: there is no event to wait for.
    Rule(r"\bsleep_(for|until)\b|\bu?sleep\s*\(|\bnanosleep\s*\(", ("apps/notes-server/server_app.cpp",),
         "wait on a condition with a deadline",
         within=PRODUCT_AND_TESTS),
    Rule(r"\b(TODO|FIXME|XXX)\b", (), "do it, or leave it out", within=EVERYWHERE, files=("*",), comments_count=True),
    Rule(r"(?<![\w.])/(work|home|root|Users)/\w", (), "a path of one machine", within=EVERYWHERE, files=("*",),
         comments_count=True),
]

HEAVY = re.compile(r'^\s*#\s*include\s*<((?:pistache|boost/beast|yaml-cpp|rapidjson|soci|spdlog|prometheus)/[^>]*'
                   r'|cxxopts[^>]*)>', re.MULTILINE)
OURS = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
TEST_NAME = re.compile(r'\bTEST_CASE(?:_TEMPLATE|_FIXTURE)?\s*\([^"]*"((?:\\.|[^"\\\n])*)"')
VAGUE_STEM = re.compile(r"^(util|helper|common|misc)", re.IGNORECASE)
MAX_LINES = 400

SKIPPED_FOLDERS = {".git", "build", "__pycache__", "node_modules"}
# The patterns themselves, and samples that break them on purpose.
SKIPPED_FILES = ("scripts/check_homes.py", "tests/scripts/*")

COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def without_comments(text):
    """The text with each comment blanked, so that lines keep their numbers."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0]) if match[0].startswith("/") else match[0]
    return COMMENT_OR_LITERAL.sub(blank, text)


def files_of(root):
    """The paths of the project's text files, relative to root."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS.intersection(relative.parts) or not path.is_file():
            continue
        yield relative.as_posix()


def matches(name, globs):
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)


def check_rules(texts):
    for name, text in texts.items():
        bare = None
        for rule in RULES:
            if not name.startswith(rule.within) or not matches(name, rule.files) or matches(name, rule.home):
                continue
            if not rule.comments_count and bare is None:
                bare = without_comments(text)
            searched = text if rule.comments_count else bare
            for match in re.finditer(rule.pattern, searched):
                line = searched.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: {match[0].strip()!r}: {rule.why}"


def check_names(texts):
    for name in texts:
        for part in pathlib.PurePosixPath(name).parts:
            if VAGUE_STEM.match(part):
                yield f"{name}: a name says what a thing is about; {part} says nothing"


def check_lengths(texts):
    for name, text in texts.items():
        lines = text.count("\n")
        if name.startswith(PRODUCT) and matches(name, CODE) and lines > MAX_LINES:
            yield f"{name}: {lines} lines; over {MAX_LINES} it is two files"


def check_test_names(texts):
    """CMake hands the names of test cases on as a list: what would split or join its items cannot stand in one."""
    for name, text in texts.items():
        for match in TEST_NAME.finditer(text):
            if ";" in match[1] or match[1].count("[") != match[1].count("]"):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: CTest cannot run a case whose name has a semicolon or a lone square bracket"


def check_boundaries(texts):
    for name in BOUNDARIES:
        if name in texts and not re.search(r"\bcatch\s*\(", without_comments(texts[name])):
            yield f"{name}: listed as a boundary in scripts/check_homes.py, and catches nothing"


def library_of(name):
    return name.split("/")[1] if name.startswith("libs/") else None


def check_public_headers(texts):
    """A header that another library or app includes brings no heavy header along."""
    headers = {name: OURS.findall(text) for name, text in texts.items()
               if name.startswith(PRODUCT) and matches(name, ("*.cpp", "*.hpp"))}
    public = {f"libs/{include}" for name, found in headers.items() for include in found
              if f"libs/{include}" in texts and library_of(f"libs/{include}") != library_of(name)}
    for start in sorted(public):
        seen, waiting = set(), [(start, (start,))]
        while waiting:
            name, chain = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for heavy in HEAVY.findall(without_comments(texts[name])):
                yield f"{' -> '.join(chain)}: a public header brings <{heavy}> along"
            for include in headers.get(name, []):
                if f"libs/{include}" in texts:
                    waiting.append((f"libs/{include}", chain + (f"libs/{include}",)))


def check(root):
    """Every offence, as a line of text."""
    texts = {}
    for name in files_of(root):
        if matches(name, SKIPPED_FILES):
            continue
        try:
            texts[name] = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a binary sample of the tests
    checks = (check_rules, check_names, check_lengths, check_test_names, check_boundaries, check_public_headers)
    return [offence for each in checks for offence in each(texts)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    offences = check(parser.parse_args().root)
    for offence in offences:
        print(offence, file=sys.stderr)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
