#!/usr/bin/env python3
"""Holds the API's contract that notes-server renders against the one that is checked in, docs/openapi.json.

    check_contract.py SERVER                     check; exit 1 and say what differs, and what of it breaks clients
    check_contract.py SERVER --write             write docs/openapi.json; refuses what breaks clients
    check_contract.py SERVER --write --breaking  the same, whatever it breaks
    check_contract.py --between OLD NEW          what breaks clients between two documents

What breaks a client: a path, method, parameter, body, media type, status, header or property that is gone; something
that must be sent now and need not before; a value that was taken and is refused; a value of another type than before, or
one that may be missing. What may come at any time: paths, optional parameters, properties of answers, refusals.
"""

import argparse
import difflib
import json
import pathlib
import subprocess
import sys

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
METHODS = ("get", "put", "post", "delete", "patch")
LOWER_BOUNDS = ("minLength", "minimum", "minItems")
UPPER_BOUNDS = ("maxLength", "maximum", "maxItems")

WAY_OUT = """A contract is kept: add beside what stands (a new property, an optional parameter, another path) and let the
old go in a version of its own (/api/v2). If no client can be using it, write it down on purpose:
    scripts/check_contract.py SERVER --write --breaking"""


class Document:
    def __init__(self, value):
        self.value = value

    def at(self, value):
        """What a reference leads to."""
        while "$ref" in value:
            found = self.value
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            value = found
        return value


def types(schema):
    """The JSON types that a schema allows; none stands for every one."""
    found = schema.get("type", [])
    return set([found] if isinstance(found, str) else found)


def named(schema, where, otherwise):
    """A schema with a name is told of by it, wherever it was found first."""
    return f"{schema['$ref'].rpartition('/')[2]} {otherwise}" if "$ref" in schema else where


def said(items):
    return " or ".join(sorted(str(item) for item in items)) or "anything"


class Comparison:
    """Finds what of a new document a client of the old one cannot live with."""

    def __init__(self, old, new):
        self.old, self.new = Document(old), Document(new)
        self.breaks = []
        self.seen = set()

    def broken(self, where, what):
        self.breaks.append(f"{where}: {what}")

    def run(self):
        for path, old_item in self.old.value["paths"].items():
            new_item = self.new.value["paths"].get(path)
            if new_item is None:
                self.broken(path, "the path is gone")
                continue
            for method in METHODS:
                if method not in old_item:
                    continue
                where = f"{method.upper()} {path}"
                if method not in new_item:
                    self.broken(where, "the method is gone")
                else:
                    self.operation(where, old_item[method], new_item[method])
        return self.breaks

    def operation(self, where, old, new):
        if new.get("security") and not old.get("security"):
            self.broken(where, "credentials are needed now")
        self.parameters(where, old.get("parameters", []), new.get("parameters", []))
        self.body(f"{where}: the body", old.get("requestBody"), new.get("requestBody"))
        for status, old_answer in old["responses"].items():
            if status not in new["responses"]:
                self.broken(where, f"the status {status} is gone")
                continue
            self.answer(f"{where}: {status}", self.old.at(old_answer), self.new.at(new["responses"][status]))

    def parameters(self, where, old, new):
        old_by_key = {(p["in"], p["name"]): p for p in map(self.old.at, old)}
        new_by_key = {(p["in"], p["name"]): p for p in map(self.new.at, new)}
        for key, parameter in old_by_key.items():
            named = f"{where}: the {key[0]} parameter {key[1]}"
            if key not in new_by_key:
                self.broken(named, "is gone")
                continue
            if new_by_key[key].get("required") and not parameter.get("required"):
                self.broken(named, "must be given now")
            self.sent(named, parameter["schema"], new_by_key[key]["schema"])
        for key, parameter in new_by_key.items():
            if key not in old_by_key and parameter.get("required"):
                self.broken(f"{where}: the {key[0]} parameter {key[1]}", "is new and must be given")

    def body(self, where, old, new):
        if old is None:
            if new is not None and self.new.at(new).get("required"):
                self.broken(where, "must be given now")
            return
        if new is None:
            self.broken(where, "is not read any more")
            return
        old, new = self.old.at(old), self.new.at(new)
        for media_type, content in old["content"].items():
            if media_type not in new["content"]:
                self.broken(where, f"{media_type} is not read any more")
            else:
                self.sent(f"{where} as {media_type}", content["schema"], new["content"][media_type]["schema"])

    def answer(self, where, old, new):
        for name, header in old.get("headers", {}).items():
            if name not in new.get("headers", {}):
                self.broken(where, f"the field {name} is gone")
                continue
            was, now = self.old.at(header), self.new.at(new["headers"][name])
            if was.get("required") and not now.get("required"):
                self.broken(where, f"the field {name} may be missing now")
            self.received(f"{where}: the field {name}", was["schema"], now["schema"])
        for media_type, content in old.get("content", {}).items():
            if media_type not in new.get("content", {}):
                self.broken(where, f"{media_type} is not answered any more")
            else:
                self.received(f"{where} as {media_type}", content["schema"], new["content"][media_type]["schema"])

    def entered(self, direction, old, new):
        """Whether these two were compared before: a schema with a name is looked at once, also within itself."""
        key = (direction, old.get("$ref"), new.get("$ref"))
        known = "$ref" in old and key in self.seen
        self.seen.add(key)
        return known

    def sent(self, where, old, new):
        """What clients send: all that was taken before must be taken."""
        if self.entered("sent", old, new):
            return
        where = named(old, where, "that is sent")
        old, new = self.old.at(old), self.new.at(new)
        lost = types(old) - types(new) if types(old) else types(new)
        if types(new) and lost:
            self.broken(where, f"was {said(types(old))}, must be {said(types(new))} now")
        if "enum" in new and set(old.get("enum", ["anything else"])) - set(new["enum"]):
            self.broken(where, f"must be {said(new['enum'])} now")
        for bound in LOWER_BOUNDS:
            if bound in new and new[bound] > old.get(bound, float("-inf" if bound == "minimum" else 0)):
                self.broken(where, f"{bound} is {new[bound]} now, was {old.get(bound, 'not set')}")
        for bound in UPPER_BOUNDS:
            if bound in new and new[bound] < old.get(bound, float("inf")):
                self.broken(where, f"{bound} is {new[bound]} now, was {old.get(bound, 'not set')}")
        if "pattern" in new and new["pattern"] != old.get("pattern"):
            self.broken(where, f"must match {new['pattern']} now")
        for name in set(new.get("required", [])) - set(old.get("required", [])):
            self.broken(f"{where}.{name}", "must be given now")
        closed = new.get("additionalProperties") is False
        for name, schema in old.get("properties", {}).items():
            if name in new.get("properties", {}):
                self.sent(f"{where}.{name}", schema, new["properties"][name])
            elif closed:
                self.broken(f"{where}.{name}", "is not taken any more")
        if closed and old.get("additionalProperties") is not False and "properties" in old:
            self.broken(where, "other members are refused now")
        self.parts(where, old, new, self.sent)

    def received(self, where, old, new):
        """What clients receive: it must be what it was before."""
        if self.entered("received", old, new):
            return
        where = named(old, where, "that is received")
        old, new = self.old.at(old), self.new.at(new)
        if types(old) and (not types(new) or types(new) - types(old)):
            self.broken(where, f"was {said(types(old))}, may be {said(types(new))} now")
        if old.get("format") and old["format"] != new.get("format"):
            self.broken(where, f"was a {old['format']}, is {new.get('format', 'none')} now")
        for name in set(old.get("required", [])) - set(new.get("required", [])):
            if name in new.get("properties", {}):
                self.broken(f"{where}.{name}", "may be missing now")
        for name, schema in old.get("properties", {}).items():
            if name in new.get("properties", {}):
                self.received(f"{where}.{name}", schema, new["properties"][name])
            else:
                self.broken(f"{where}.{name}", "is gone")
        self.parts(where, old, new, self.received)

    def parts(self, where, old, new, compare):
        if "items" in old and "items" in new:
            compare(f"{where}[]", old["items"], new["items"])
        if isinstance(old.get("additionalProperties"), dict) and isinstance(new.get("additionalProperties"), dict):
            compare(f"{where}.*", old["additionalProperties"], new["additionalProperties"])
        for keyword in ("anyOf", "oneOf"):
            if keyword not in old and keyword not in new:
                continue
            was, now = old.get(keyword, []), new.get(keyword, [])
            if len(was) != len(now):
                self.broken(where, f"{keyword} has {len(now)} alternatives now, had {len(was)}")
            for index, (before, after) in enumerate(zip(was, now)):
                compare(f"{where} ({keyword} {index + 1})", before, after)


def breaks_between(old, new):
    """What a client of the old document cannot live with in the new one, a line each, in the order of the old one."""
    found = Comparison(old, new).run()
    return list(dict.fromkeys(found))


def render(server):
    return subprocess.run([server, "openapi"], check=True, capture_output=True, text=True).stdout


def report(breaks):
    for line in breaks:
        print(f"breaks clients: {line}", file=sys.stderr)
    if breaks:
        print(WAY_OUT, file=sys.stderr)


def check(server):
    standing, rendered = DOCUMENT.read_text(encoding="utf-8"), render(server)
    if standing == rendered:
        return 0
    breaks = breaks_between(json.loads(standing), json.loads(rendered))
    report(breaks)
    changed = list(difflib.unified_diff(standing.splitlines(), rendered.splitlines(), "docs/openapi.json",
                                        "notes-server openapi", lineterm="", n=1))
    print("\n".join(changed[:60]), file=sys.stderr)
    if len(changed) > 60:
        print(f"… and {len(changed) - 60} lines more", file=sys.stderr)
    if not breaks:
        print("No client breaks. Write it down: scripts/check_contract.py SERVER --write", file=sys.stderr)
    return 1


def write(server, breaking):
    rendered = render(server)
    if DOCUMENT.exists():
        breaks = breaks_between(json.loads(DOCUMENT.read_text(encoding="utf-8")), json.loads(rendered))
        if breaks and not breaking:
            report(breaks)
            return 1
    DOCUMENT.write_text(rendered, encoding="utf-8")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", nargs="?", help="the notes-server that renders the document")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--breaking", action="store_true")
    parser.add_argument("--between", nargs=2, type=pathlib.Path, metavar=("OLD", "NEW"))
    arguments = parser.parse_args()
    if arguments.between:
        breaks = breaks_between(*(json.loads(path.read_text(encoding="utf-8")) for path in arguments.between))
        report(breaks)
        return 1 if breaks else 0
    if not arguments.server:
        parser.error("name the notes-server that renders the document, such as build/dev/bin/notes-server")
    return write(arguments.server, arguments.breaking) if arguments.write else check(arguments.server)


if __name__ == "__main__":
    sys.exit(main())
