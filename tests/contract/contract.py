"""The OpenAPI document as a test reads it: which answers it allows to a request, and how a value is held against it."""

import json
import re
import urllib.parse

import jsonschema

# What the protocol itself puts on an answer, whatever the contract.
PROTOCOL_FIELDS = {"date", "content-type", "content-length", "connection"}
METHODS = ("get", "put", "post", "patch", "delete")

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")

formats = jsonschema.FormatChecker(formats=())
formats.checks("uuid")(lambda value: not isinstance(value, str) or bool(UUID.fullmatch(value)))
formats.checks("date-time")(lambda value: not isinstance(value, str) or bool(DATE_TIME.fullmatch(value)))


def resolved(value, document, within=()):
    """The value with every reference replaced by what it leads to."""
    if isinstance(value, list):
        return [resolved(item, document, within) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        name = value["$ref"]
        if name in within:
            raise ValueError(f"{name} refers to itself")
        found = document
        for step in name.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return resolved(found, document, (*within, name))
    return {key: resolved(item, document, within) for key, item in value.items()}


def closed(schema):
    """The schema without room for members that it does not name: an answer has what is written down and nothing else."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        strict["additionalProperties"] = False
    return strict


class Answers:
    """One documented answer: its media types and its fields, ready to be held against a real one."""

    def __init__(self, response):
        self.contents = {media_type.lower(): self._validator(content["schema"])
                         for media_type, content in response.get("content", {}).items()}
        self.fields = {name.lower(): (field.get("required", False), field["schema"])
                       for name, field in response.get("headers", {}).items()}

    @staticmethod
    def _validator(schema):
        return jsonschema.Draft202012Validator(closed(schema), format_checker=formats)

    def faults(self, answer, to_head):
        """What of the answer is not as documented, a line each."""
        yield from self._field_faults(answer)
        media_type = answer.fields.get("content-type", "").split(";")[0].strip().lower()
        if not self.contents:
            if answer.body:
                yield f"a body of {len(answer.body)} bytes where none is documented"
        elif media_type not in self.contents:
            yield f"the media type {media_type or '(none)'} is not documented"
        elif not to_head:
            yield from self._body_faults(answer, media_type)

    def _body_faults(self, answer, media_type):
        try:
            value = answer.body.decode("utf-8")
            if media_type.endswith(("/json", "+json")):
                value = json.loads(value)
        except ValueError as error:
            yield f"the body is not {media_type}: {error}"
            return
        for error in self.contents[media_type].iter_errors(value):
            yield f"the body at /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"

    def _field_faults(self, answer):
        for name, (required, schema) in self.fields.items():
            if name not in answer.fields:
                if required:
                    yield f"the field {name} is missing"
                continue
            text = answer.fields[name]
            value = int(text) if schema.get("type") == "integer" and text.isdigit() else text
            for error in jsonschema.Draft202012Validator(schema, format_checker=formats).iter_errors(value):
                yield f"the field {name}: {error.message}"
        for name in answer.fields:
            if name not in self.fields and name not in PROTOCOL_FIELDS:
                yield f"the field {name} is not documented"


class Operation:
    def __init__(self, method, path, item):
        self.method, self.path = method, path
        self.id = item["operationId"]
        self.parameters = item.get("parameters", [])
        self.body = item.get("requestBody")
        self.credentials = {name for alternative in item.get("security", []) for name in alternative}
        self.answers = {int(status): Answers(response) for status, response in item["responses"].items()}


class Contract:
    def __init__(self, document):
        self.operations = [
            Operation(method, path, resolved(item[method], document))
            for path, item in document["paths"].items() for method in METHODS if method in item]
        # What the server answers to any request is a component of its own.
        self.anywhere = {}
        for item in document["paths"].values():
            for method in METHODS:
                for status, response in item.get(method, {"responses": {}})["responses"].items():
                    if "$ref" in response:
                        self.anywhere.setdefault(int(status), Answers(resolved(response, document)))
        # A path that is nowhere in the document has the same problem as any other.
        self.anywhere[404] = self.anywhere[400]

    def operations_at(self, path):
        """The operations of a percent-encoded path by their methods, a literal before a {name}; none: no such path."""
        segments = path.split("/")[1:]
        if [urllib.parse.unquote(segment) for segment in segments[:2]] in (["api", "notes"], ["api", "notes:batch"]):
            segments.insert(1, "v1")  # the second address that the document speaks of
        best = {}
        for operation in self.operations:
            pattern = operation.path.split("/")[1:]
            if len(pattern) != len(segments):
                continue
            literal = []
            for expected, segment in zip(pattern, segments):
                is_name = expected.startswith("{")
                if is_name and not segment or not is_name and urllib.parse.unquote(segment) != expected:
                    break
                literal.append(not is_name)
            else:
                best.setdefault(tuple(literal), {})[operation.method] = operation
        return best[max(best)] if best else {}
