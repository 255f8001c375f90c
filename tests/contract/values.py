"""Values for requests: such as a schema allows, and such as somebody sends who means harm or has a bug."""

import re
import re._parser as regular
import uuid

WORDS = ["a", "Milk", "회의록", "会議", "メモ", "naïve", "🦊", "e\u0301", "ﬁ", "İ", "\u200f‮", "ß", "'; DROP TABLE notes; --",
         "<script>alert(1)</script>", "%", "_", "\\", "\"", "{{7*7}}", "../..", "\t", "\n", "\u00a0", "null", "0"]

HOSTILE_TEXTS = ["", " ", "\0", "a\0b", "\ud800", "\uffff", "\x01\x1f\x7f", "true", "-1", "1e999", "99999999999999999999",
                 "NaN", "$(id)", "%00", "\r\nX: y", "ａ" * 300, "x" * 5000, "2026-02-31T00:00:00Z", "0000-00-00", "../../etc"]

HOSTILE_JSON = [None, True, False, 0, -1, 1.5, 1e308, 2 ** 63, -2 ** 70, "", "\0", "x" * 1000, [], {}, [None], [[[[[]]]]],
                {"": None}, {"title": {"title": []}}, ["a"] * 100, {"__proto__": 1}]


def uuid7(random):
    return str(uuid.UUID(int=(random.getrandbits(128) & ~(0xf << 76) & ~(0x3 << 62)) | (7 << 76) | (2 << 62)))


def text(random, least, most):
    """So many characters that a text may have anywhere: no control character but what WORDS has, no U+0000."""
    most = least + 40 if most is None else most
    length = random.choice([least, min(most, least + 1), most if most <= 300 else least, random.randint(least, min(most, least + 60))])
    out = ""
    while len(out) < length:
        out += random.choice(WORDS)
    return out[:length]


def matching(random, expression):
    """A text that matches a regular expression of the kinds that the document has."""
    return "".join(_piece(random, piece) for piece in regular.parse(expression))


def _piece(random, piece):
    kind, what = str(piece[0]), piece[1]
    if kind == "LITERAL":
        return chr(what)
    if kind == "AT":
        return ""
    if kind == "BRANCH":
        return "".join(_piece(random, inner) for inner in random.choice(what[1]))
    if kind == "SUBPATTERN":
        return "".join(_piece(random, inner) for inner in what[3])
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = what
        times = random.randint(least, min(int(most), least + 4))
        return "".join(_piece(random, each) for _ in range(times) for each in inner)
    if kind == "IN":
        option, value = random.choice([(str(option), value) for option, value in what])
        return chr(random.randint(*value)) if option == "RANGE" else chr(value)
    raise ValueError(f"no text is made for {kind}")


def valid(random, schema, ids):
    """A value that the schema allows. `ids`: those of things that are there."""
    if "enum" in schema:
        return random.choice(schema["enum"])
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return valid(random, random.choice(schema[keyword]), ids)
    kinds = schema.get("type", ["object"])
    kind = random.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "null":
        return None
    if kind == "boolean":
        return random.random() < 0.5
    if kind in ("integer", "number"):
        least, most = schema.get("minimum", 0), schema.get("maximum", schema.get("minimum", 0) + 1000)
        return random.choice([least, most, random.randint(least, most), min(most, least + 3)])
    if kind == "array":
        most = min(schema.get("maxItems", 6), 6)
        return [valid(random, schema["items"], ids) for _ in range(random.randint(schema.get("minItems", 0), most))]
    if kind == "object":
        required = schema.get("required", [])
        return {name: valid(random, part, ids) for name, part in schema.get("properties", {}).items()
                if name in required or random.random() < 0.5}
    return _valid_text(random, schema, ids)


def _valid_text(random, schema, ids):
    if schema.get("format") == "uuid":
        return random.choice(ids) if ids and random.random() < 0.8 else uuid7(random)
    if schema.get("format") == "date-time":
        return random.choice(["2026-11-21T11:30:00Z", "2026-11-21T11:30:00.123456+09:00", "1999-12-31T23:59:59Z",
                              f"{random.randint(2000, 2100)}-0{random.randint(1, 9)}-11T00:00:00Z"])
    made = text(random, schema.get("minLength", 0), schema.get("maxLength"))
    if "pattern" not in schema:
        return made
    if "[^" not in schema["pattern"]:
        return matching(random, schema["pattern"])
    while not re.search(schema["pattern"], made):
        made = text(random, schema.get("minLength", 0), schema.get("maxLength"))
    return made


def mutated(random, value):
    """The JSON value with something wrong somewhere in it."""
    if isinstance(value, dict) and value and random.random() < 0.7:
        changed = dict(value)
        name = random.choice(list(changed))
        how = random.randrange(4)
        if how == 0:
            del changed[name]
        elif how == 1:
            changed[random.choice(["titel", "id", "owner", "", "~/", "\0", "x" * 500])] = random.choice(HOSTILE_JSON)
        else:
            changed[name] = mutated(random, changed[name])
        return changed
    if isinstance(value, list) and value and random.random() < 0.5:
        return value + [random.choice(HOSTILE_JSON)]
    if isinstance(value, str) and random.random() < 0.5:
        return random.choice([value + random.choice(HOSTILE_TEXTS), value * 100])
    return random.choice(HOSTILE_JSON)
