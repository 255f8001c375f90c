#!/usr/bin/env python3
"""Holds every include of libs/, apps/ and tests/ against the arrows declared in the CMakeLists files.

    check_layers.py [--root DIR]     check; exit 1 and name every offence
    check_layers.py --graph          the arrows, one library per line, lowest level first
    check_layers.py --mermaid        the same for docs/architecture.md
"""

import argparse
import dataclasses
import pathlib
import re
import sys

# The level of each library. An arrow goes to a lower level; those within one level stand below.
LEVELS = {
    "base": 0,
    "telemetry": 1, "config": 1, "cli": 1, "process": 1, "sql": 1, "cron": 1, "domain": 1,
    "db": 2, "http": 2, "identity": 2, "notify": 2,
    "schema": 3, "store": 3, "migrate": 3, "seed": 3, "transfer": 3, "scheduler": 3,
    "service": 4,
    "api": 5, "jobs": 5,
}
# telemetry reads what config says of the log: every program makes its logger of it.
SAME_LEVEL = {("cli", "config"), ("telemetry", "config"), ("migrate", "schema"), ("seed", "schema"), ("seed", "migrate"), ("transfer", "schema"), ("transfer", "migrate")}

COMMENT = re.compile(r"#[^\n]*")
CALL = re.compile(r"\b(notes_library|notes_app|notes_test)\s*\(([^)]*)\)")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"/]+)/([^"]+)"', re.MULTILINE)
KEYWORDS = {"SOURCES", "DEPENDS", "PACKAGES", "PRIVATE_PACKAGES", "APPS", "LABELS", "TIMEOUT", "SERIAL"}
CODE = {".cpp", ".hpp"}


@dataclasses.dataclass
class Target:
    kind: str
    name: str
    file: pathlib.Path
    sources: list
    depends: list


def read_targets(root):
    """Every notes_library, notes_app and notes_test below root."""
    targets = []
    for top in ("libs", "apps", "tests"):
        for file in sorted((root / top).rglob("CMakeLists.txt")):
            for kind, body in CALL.findall(COMMENT.sub("", file.read_text())):
                words = body.split()
                lists, current = {}, None
                for word in words[1:]:
                    if word in KEYWORDS:
                        current = lists.setdefault(word, [])
                    elif current is not None:
                        current.append(word)
                targets.append(Target(kind, words[0], file, lists.get("SOURCES", []), lists.get("DEPENDS", [])))
    return targets


def code_files(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in CODE)


def includes(path):
    """The (library, line) pairs of the file's includes in quotes that name a folder."""
    text = path.read_text()
    return [(match[1], text.count("\n", 0, match.start(1)) + 1) for match in INCLUDE.finditer(text)]


def reachable(start, arrows):
    seen, waiting = set(), list(start)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(arrows.get(name, []))
    return seen


def find_cycle(arrows):
    """The names along one cycle, the first one repeated at the end; None when there is none."""
    done = set()

    def visit(name, path):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        done.add(name)
        for other in arrows.get(name, []):
            cycle = visit(other, path + [name])
            if cycle:
                return cycle
        return None

    return next(filter(None, (visit(name, []) for name in sorted(arrows))), None)


def check_levels(libraries):
    for library in libraries.values():
        if library.name not in LEVELS:
            yield f"{library.name}: no level; give it one in scripts/check_layers.py and docs/architecture.md"
            continue
        for other in library.depends:
            if other not in libraries:
                yield f"{library.name} -> {other}: there is no library of that name"
            elif other in LEVELS and LEVELS[other] >= LEVELS[library.name] and (library.name, other) not in SAME_LEVEL:
                yield (f"{library.name} -> {other}: level {LEVELS[library.name]} may not use level {LEVELS[other]}; "
                       "move the code, or the arrow's end, to where the levels allow it")


def check_folders(root, targets):
    """Code and declarations belong together: no folder without a target, no target without code, no source left out."""
    declared = {target.file.parent: set() for target in targets}
    for target in targets:
        declared[target.file.parent].update(target.sources)
    for target in targets:
        where = target.file.relative_to(root)
        if not target.sources:
            yield f"{where}: {target.name} has no code"
        for source in target.sources:
            if not (target.file.parent / source).is_file():
                yield f"{where}: {target.name}: there is no {source}"
        if target.kind == "notes_library" and target.file.parent.name != target.name:
            yield f"{where}: library {target.name} lives in a folder of its own name"
    for top in ("libs", "apps"):
        for folder in sorted(path for path in (root / top).glob("*") if path.is_dir() and code_files(path)):
            if folder not in declared:
                yield f"{folder.relative_to(root)}: code that no CMakeLists.txt builds"
    built = {folder / source for folder, sources in declared.items() for source in sources}
    for top, pattern in (("libs", "*.cpp"), ("apps", "*.cpp"), ("tests", "*_test.cpp")):
        for path in sorted((root / top).rglob(pattern)):
            if path not in built and (top == "tests" or path.parent in declared):
                yield f"{path.relative_to(root)}: not in the SOURCES of any target"


def check_includes(root, targets, libraries):
    arrows = {name: library.depends for name, library in libraries.items()}
    for target in targets:
        own = target.name if target.kind == "notes_library" else None
        # A test sees what its libraries see: its arrows shape nothing.
        allowed = reachable(target.depends + ["base"], arrows) if target.kind == "notes_test" else set(target.depends)
        files = code_files(target.file.parent)
        if target.kind == "notes_test":
            files = [target.file.parent / source for source in target.sources]
        used = set()
        for path in filter(pathlib.Path.is_file, files):
            for name, line in includes(path):
                if name not in libraries or name == own:
                    continue
                used.add(name)
                if name not in allowed:
                    yield (f"{path.relative_to(root)}:{line}: includes {name}/ without an arrow; "
                           f"add {name} to DEPENDS of {target.name}")
        if target.kind != "notes_test":
            for name in target.depends:
                if name in libraries and name not in used:
                    yield f"{target.file.relative_to(root)}: {target.name} -> {name}: no include uses this arrow"


def check(root):
    """Every offence, as a line of text."""
    targets = read_targets(root)
    libraries = {target.name: target for target in targets if target.kind == "notes_library"}
    offences = list(check_levels(libraries))
    cycle = find_cycle({name: library.depends for name, library in libraries.items()})
    if cycle:
        offences.append("cycle: " + " -> ".join(cycle))
    offences += check_folders(root, targets)
    offences += check_includes(root, targets, libraries)
    return offences


def drawn(root):
    """The targets of the graph, libraries by level and then the executables."""
    top = max(LEVELS.values()) + 1
    chosen = [target for target in read_targets(root) if target.kind != "notes_test"]
    return sorted(((LEVELS.get(target.name, top), target) for target in chosen), key=lambda pair: (pair[0], pair[1].name))


def print_graph(root):
    for level, target in drawn(root):
        print(f"{level}  {target.name:<14} {' '.join(target.depends) or '-'}")


def print_mermaid(root):
    print("graph BT")
    for _, target in drawn(root):
        for other in target.depends:
            print(f"  {target.name} --> {other}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--graph", action="store_true", help="print the arrows")
    parser.add_argument("--mermaid", action="store_true", help="print the arrows as a Mermaid graph")
    arguments = parser.parse_args()
    if arguments.graph or arguments.mermaid:
        (print_graph if arguments.graph else print_mermaid)(arguments.root)
        return 0
    offences = check(arguments.root)
    for offence in offences:
        print(offence, file=sys.stderr)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
