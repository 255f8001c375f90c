"""Requests made from the contract: as it allows them, and broken in one way each."""

import dataclasses
import json
import urllib.parse

import values

UNKNOWN_METHODS = ["BREW", "get", "TRACE", "CONNECT", "PROPFIND", "G" * 200]
ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PATHS = ["/nothing", "/api", "/api/v1", "/api/v2/notes", "//", "/%00", "/%ff", "/%", "/%zz", "/..", "/api/v1/notes/", "/a" * 6000,
         "/api/v1/notes/%2F", "/api/v1/notes/../notes", "/api//notes", "/API/V1/NOTES", "/%2e%2e/%2e%2e/etc/passwd", "/docs/",
         "*", "notes", "http://other.example/ping", "/ping?" + "a=b&" * 3000, "/ping#fragment", "/ping\x7f"]
LINES = [("Expect", "tea"), ("Transfer-Encoding", "gzip"), ("Transfer-Encoding", "chunked, chunked"), ("Content-Length", "-1"),
         ("Content-Length", "5 5"), ("Host", "two hosts"), ("Host", ""), ("Cookie", "a=b; __Host-session=x"), ("Range", "bytes=0-1"),
         ("Accept", "*/*;q=x"), ("Accept", "text/html"), ("Accept-Encoding", "gzip"), ("If-Match", "3"), ("If-Match", "*"),
         ("If-Match", "W/\"1\", \"x\""), ("If-None-Match", "*"), ("If-None-Match", "\"1\""), ("If-None-Match", "\""),
         ("If-Match", "\"99999999999999999999\""), ("Authorization", "Basic YTpi"), ("Authorization", "Bearer"),
         ("Authorization", "Bearer notes_pat_" + "0" * 36), ("X-Request-Id", "a b"), ("X-Request-Id", "x" * 65),
         ("X-Forwarded-For", "1.2.3.4, x"), ("traceparent", "00-" + "0" * 32), ("Origin", "https://evil.example"),
         ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", ""),
         ("Content-Encoding", "gzip"), ("Idempotency-Key", "x" * 300), ("X-Long", "x" * 40000), ("Upgrade", "websocket")]
BODIES = [b"", b" ", b"{", b"[]", b"null", b"\"", b"\xff\xfe", b"{\"title\":\"a\",\"title\":\"b\"}", b"{\"title\":\"\\ud800\"}",
          b"{\"title\":\"\\u0000\"}", b"[" * 100000, b"{\"a\":" * 5000, b"{\"title\":1e999}", b"{\"title\":\"a\"}x", b"\0",
          b"{\"title\":\"" + b"x" * 600000 + b"\"}", b"x" * 1100000, b"\xef\xbb\xbf{}", b"{\"body\":NaN}", b"{'title':'a'}"]


@dataclasses.dataclass
class Request:
    method: str
    target: str
    lines: list = dataclasses.field(default_factory=list)
    body: bytes = None
    version: str = "HTTP/1.1"
    chunked: bool = False
    trouble: str = "none"  # what was broken on purpose

    def bytes(self):
        lines = list(self.lines)
        named = {name.lower() for name, _ in lines}
        if "host" not in named:
            lines.insert(0, ("Host", "localhost"))
        content = b""
        if self.body is not None:
            if self.chunked:
                lines.append(("Transfer-Encoding", "chunked"))
                size = max(1, len(self.body) // 3)
                pieces = [self.body[at:at + size] for at in range(0, len(self.body), size)]
                content = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
            else:
                if "content-length" not in named:
                    lines.append(("Content-Length", str(len(self.body))))
                content = self.body
        head = f"{self.method} {self.target} {self.version}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines)
        return head.encode("utf-8", "surrogatepass") + b"\r\n" + content


class Maker:
    """Makes requests from a contract with one source of chance; `pool` is what earlier answers told."""

    def __init__(self, contract, random, pool, tokens):
        self.contract, self.random, self.pool, self.tokens = contract, random, pool, tokens
        self.cookie = ""  # of a session, for what takes no token

    def make(self):
        operation = self.random.choice(self.contract.operations)
        request = self.valid(operation)
        if self.random.random() < 0.55:
            trouble = self.random.choice([self.break_parameter, self.break_body, self.break_body, self.break_lines,
                                          self.break_method, self.break_path, self.break_framing])
            trouble(request)
            request.trouble = trouble.__name__
        return request

    def valid(self, operation):
        path, query, lines, ids = operation.path, [], [], []
        chosen = set()
        for parameter in operation.parameters:
            if not parameter.get("required") and self.random.random() < 0.65:
                continue
            value = self.parameter(parameter, chosen, path)
            if value is None:
                continue
            if parameter["name"] == "If-None-Match" and value == "*" and ids:
                path = path.replace(ids[-1], values.uuid7(self.random))  # of a note that is to be made
            chosen.add(parameter["name"])
            if parameter["in"] == "path":
                ids.append(urllib.parse.quote(value, safe=""))
                path = path.replace("{%s}" % parameter["name"], ids[-1])
            elif parameter["in"] == "query":
                query.append((parameter["name"], value))
            else:
                lines.append((parameter["name"], value))
        if path.startswith("/api/v1/notes") and self.random.random() < 0.1:
            path = path.replace("/api/v1/", "/api/", 1)
        request = Request(operation.method.upper(), path, lines)
        if query:
            request.target += "?" + urllib.parse.urlencode(query)
        if operation.body:
            media_type = self.random.choice(list(operation.body["content"]))
            value = values.valid(self.random, operation.body["content"][media_type]["schema"], self.pool.ids)
            request.body = json.dumps(value, ensure_ascii=self.random.random() < 0.5).encode()
            request.lines.append(("Content-Type", media_type))
            request.chunked = self.random.random() < 0.2
        if self.random.random() < 0.1:
            request.lines.append(("Accept-Encoding", "gzip"))
        if "access_token" in operation.credentials and self.tokens:
            request.lines.append(("Authorization", f"Bearer {self.random.choice(self.tokens)}"))
        elif operation.credentials:
            request.lines.append(("Cookie", self.cookie))
        return request

    def parameter(self, parameter, chosen, path):
        name = parameter["name"]
        if name == "cursor":
            return None  # what it is worth depends on the other parameters: the service's own tests follow cursors
        if name == "If-Match":
            version = self.random.choice(self.pool.versions or [1])
            return self.random.choice(["*", f'"{version}"', f'"{version}", "{version + 1}"'])
        if name == "If-None-Match" and "enum" not in parameter["schema"]:
            return self.pool.tags.get(path, '"1"')
        if name == "q":  # its grammar says more than a schema can: docs/search.md
            return self.random.choice(["Milk", "회의", "cript*", '"会議 メモ"', "a -Milk", "tag:a", "ﬁ naïve"])
        if name == "Accept":
            return self.random.choice(["text/html", "application/json", "*/*"])
        if path == "/problems/{name}" and self.pool.types:
            return self.random.choice(self.pool.types)
        if name == "file" and self.pool.files:
            return self.random.choice(self.pool.files)
        if name == "If-None-Match" and "If-Match" in chosen:
            return None
        value = values.valid(self.random, parameter["schema"], self.pool.ids)
        if isinstance(value, bool):
            return "true" if value else "false"
        return "".join(c for c in str(value) if c.isprintable()) if parameter["in"] == "header" else str(value)

    # Each of these breaks the request in one way.

    def break_parameter(self, request):
        path, _, query = request.target.partition("?")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        hostile = self.random.choice(values.HOSTILE_TEXTS)
        how = self.random.randrange(4)
        if how == 0 and pairs:
            at = self.random.randrange(len(pairs))
            pairs[at] = (pairs[at][0], hostile)
        elif how == 1 and pairs:
            pairs.append(self.random.choice(pairs))
        elif how == 2:
            segments = path.split("/")
            segments[self.random.randrange(1, len(segments))] = urllib.parse.quote(hostile, safe="", errors="surrogatepass")
            path = "/".join(segments)
        else:
            pairs.append((self.random.choice(["cursor", "limit", "sort", "fields", "x", "trashed", ""]), hostile))
        request.target = path + ("?" + urllib.parse.urlencode(pairs, errors="surrogatepass") if pairs else "")

    def break_body(self, request):
        if self.random.random() < 0.5 or not request.body:
            request.body = self.random.choice(BODIES)
        else:
            value = values.mutated(self.random, json.loads(request.body))
            request.body = json.dumps(value).encode("utf-8", "surrogatepass")

    def break_lines(self, request):
        for _ in range(self.random.choice([1, 1, 2])):
            name, value = self.random.choice(LINES)
            if self.random.random() < 0.6:
                request.lines = [line for line in request.lines if line[0].lower() != name.lower()]
            request.lines.append((name, value))
        if self.random.random() < 0.03:
            request.lines += [(f"X-{number}", "y") for number in range(120)]

    def break_method(self, request):
        request.method = self.random.choice(ALL_METHODS if self.random.random() < 0.8 else UNKNOWN_METHODS)

    def break_path(self, request):
        request.target = self.random.choice(PATHS)

    def break_framing(self, request):
        how = self.random.randrange(5)
        if how == 0:
            request.version = self.random.choice(["HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 "])
        elif how == 1:
            request.lines.append((self.random.choice(["Bad Name", "", "X:", "X\0", "Ü"]), "x"))
        elif how == 2:
            request.lines.append(("X-Value", self.random.choice(["a\0b", "a\nb", "a\r b", "\x7f", "é"])))
        elif how == 3:
            request.target += self.random.choice([" ", "\t", "é", "\\", "<", "|"])
        else:
            request.lines += [("Content-Length", "3"), ("Content-Length", "4")]
