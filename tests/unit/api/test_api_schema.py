"""The API keeps to its own OpenAPI document, whatever is asked."""

import copy
import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from mocktailverse.api.api_app import create_app
from strategies.effort import examples

APP = create_app()
"""Made before the tests are collected, since each operation of its document is one."""


def _document():
    """Without cursors, which have tests of their own: to a document any text looks like one."""
    document = copy.deepcopy(APP.openapi())
    for methods in document["paths"].values():
        parameters = methods["get"].get("parameters", [])
        methods["get"]["parameters"] = [p for p in parameters if p["name"] != "cursor"]
    return document


schema = schemathesis.openapi.from_dict(_document())
schema.app = APP


@pytest.fixture(scope="module", autouse=True)
def app(module_world):
    """The app over the sample drinks and a few loads."""
    for number in range(3):
        module_world.ledger.add(f"load-{number}", rejected=number)
    APP.state.dependencies = module_world.app.state.dependencies
    return APP


@schema.parametrize()
@settings(
    max_examples=examples(15),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_the_answer_is_as_documented(case, ops_key):
    case.call_and_validate(headers={"x-api-key": ops_key.encode().decode("latin-1")})


def test_every_operator_s_endpoint_says_that_it_wants_the_key(app):
    for path, methods in app.openapi()["paths"].items():
        wants = "security" in methods["get"]
        assert wants == path.startswith(("/loads", "/rejected"))


def test_the_document_is_whole(app):
    document = app.openapi()
    assert document["openapi"].startswith("3.1")
    known = document["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= set(known)
    for schema_of in known.values():
        Draft202012Validator.check_schema(schema_of)
    operations = [methods["get"]["operationId"] for methods in document["paths"].values()]
    assert len(operations) == len(set(operations))
    for methods in document["paths"].values():
        assert list(methods) == ["get"]
        for status, response in methods["get"]["responses"].items():
            if int(status) >= 400:
                content = response["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}


def test_routers_that_are_added_later_are_documented(new_world):
    world = new_world(None)
    world.app.add_api_route("/dev/upload", lambda: None, methods=["POST"], name="upload")
    assert "/dev/upload" in world.get("/openapi.json").json()["paths"]
