import copy
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))

import check_contract


def document():
    """A small contract: a list with a filter, and a thing that is sent and received."""
    thing = {"$ref": "#/components/schemas/Thing"}
    return {
        "paths": {
            "/things": {
                "get": {
                    "parameters": [
                        {"name": "limit", "in": "query",
                         "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
                        {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}},
                    ],
                    "responses": {"200": {
                        "headers": {"ETag": {"required": True, "schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"type": "array", "items": thing}}},
                    }},
                },
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": {"schema": {
                        "type": "object", "additionalProperties": False, "required": ["name"],
                        "properties": {"name": {"type": "string", "maxLength": 10}, "size": {"type": ["integer", "null"]}},
                    }}}},
                    "responses": {"201": {"content": {"application/json": {"schema": thing}}}, "422": {}},
                },
            },
        },
        "components": {"schemas": {"Thing": {
            "type": "object", "required": ["id", "name"],
            "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"},
                           "parent": {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]}},
        }}},
    }


class CheckContract(unittest.TestCase):
    def assert_breaks(self, change, *expected):
        new = document()
        things = new["paths"]["/things"]
        draft = things["post"]["requestBody"]["content"]["application/json"]["schema"] if "post" in things else None
        change(new, things, draft, new["components"]["schemas"]["Thing"])
        self.assertEqual(sorted(check_contract.breaks_between(document(), new)), sorted(expected))

    def test_what_stands_is_compatible_with_itself(self):
        self.assert_breaks(lambda new, things, draft, thing: None)

    def test_what_goes_is_named(self):
        self.assert_breaks(lambda new, things, draft, thing: new["paths"].pop("/things"), "/things: the path is gone")
        self.assert_breaks(lambda new, things, draft, thing: things.pop("get"), "GET /things: the method is gone")
        self.assert_breaks(lambda new, things, draft, thing: things["get"]["parameters"].pop(0),
                           "GET /things: the query parameter limit: is gone")
        self.assert_breaks(lambda new, things, draft, thing: things["post"]["responses"].pop("422"),
                           "POST /things: the status 422 is gone")
        self.assert_breaks(lambda new, things, draft, thing: things["get"]["responses"]["200"]["headers"].pop("ETag"),
                           "GET /things: 200: the field ETag is gone")
        self.assert_breaks(lambda new, things, draft, thing: draft["properties"].pop("size"),
                           "POST /things: the body as application/json.size: is not taken any more")
        self.assert_breaks(lambda new, things, draft, thing: (thing["properties"].pop("name"), thing["required"].pop()),
                           "Thing that is received.name: is gone")

    def test_what_must_be_sent_now_is_named(self):
        self.assert_breaks(lambda new, things, draft, thing: draft["required"].append("size"),
                           "POST /things: the body as application/json.size: must be given now")
        self.assert_breaks(lambda new, things, draft, thing: things["get"]["parameters"][0].update(required=True),
                           "GET /things: the query parameter limit: must be given now")
        self.assert_breaks(
            lambda new, things, draft, thing: things["get"]["parameters"].append(
                {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}),
            "GET /things: the query parameter q: is new and must be given")
        self.assert_breaks(lambda new, things, draft, thing: things["get"].update(security=[{"token": []}]),
                           "GET /things: credentials are needed now")

    def test_a_narrower_value_to_send_is_named(self):
        limit = lambda things: things["get"]["parameters"][0]["schema"]
        self.assert_breaks(lambda new, things, draft, thing: limit(things).update(maximum=100),
                           "GET /things: the query parameter limit: maximum is 100 now, was 200")
        self.assert_breaks(lambda new, things, draft, thing: draft["properties"]["name"].update(minLength=1),
                           "POST /things: the body as application/json.name: minLength is 1 now, was not set")
        self.assert_breaks(lambda new, things, draft, thing: things["get"]["parameters"][1]["schema"]["enum"].pop(),
                           "GET /things: the query parameter sort: must be a now")
        self.assert_breaks(lambda new, things, draft, thing: draft["properties"]["size"].update(type="integer"),
                           "POST /things: the body as application/json.size: was integer or null, must be integer now")

    def test_a_wider_value_to_receive_is_named(self):
        self.assert_breaks(lambda new, things, draft, thing: thing["properties"]["name"].update(type=["string", "null"]),
                           "Thing that is received.name: was string, may be null or string now")
        self.assert_breaks(lambda new, things, draft, thing: thing["required"].remove("name"),
                           "Thing that is received.name: may be missing now")

    def test_what_may_come_at_any_time_is_let_through(self):
        def more(new, things, draft, thing):
            new["paths"]["/others"] = {"get": {"responses": {"200": {}}}}
            things["get"]["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}})
            things["get"]["parameters"][0]["schema"]["maximum"] = 500
            things["get"]["responses"]["429"] = {}
            draft["properties"]["colour"] = {"type": "string"}
            thing["properties"]["colour"] = {"type": "string"}
            thing["required"].append("colour")
        self.assert_breaks(more)

    def test_a_breaking_document_is_written_on_purpose_only(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "openapi.json"
            path.write_text(json.dumps(document()), encoding="utf-8")
            broken = copy.deepcopy(document())
            broken["paths"].clear()
            with unittest.mock.patch.multiple(check_contract, DOCUMENT=path, render=lambda server: json.dumps(broken)), \
                    unittest.mock.patch("sys.stderr"):
                self.assertEqual(check_contract.check("server"), 1)
                self.assertEqual(check_contract.write("server", breaking=False), 1)
                self.assertEqual(json.loads(path.read_text(encoding="utf-8")), document())
                self.assertEqual(check_contract.write("server", breaking=True), 0)
                self.assertEqual(check_contract.check("server"), 0)


if __name__ == "__main__":
    unittest.main()
