"""The API conforms to its OpenAPI document for any request."""

import copy
import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from mocktailverse.api.api_app import create_app, openapi_document
from strategies.effort import examples
from worlds.api_gateway import served

APP = create_app()
"""Created before collection, because each operation of the document becomes a test."""


def _document():
    """Return the document without what the API accepts fewer texts for than the schema.

    These are cursors, and the bottles of a mocktail.
    """
    document = copy.deepcopy(openapi_document())
    for path, methods in document["paths"].items():
        narrower = {"cursor", "have"} if path.endswith("/mocktail") else {"cursor"}
        parameters = methods["get"].get("parameters", [])
        methods["get"]["parameters"] = [p for p in parameters if p["name"] not in narrower]
    return document


schema = schemathesis.openapi.from_dict(_document())
schema.app = served(APP)


@pytest.fixture(scope="module", autouse=True)
def app(module_world):
    """Return the app over the sample drinks and a few loads."""
    for number in range(3):
        module_world.load_store.add(f"load-{number}", rejected=number)
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
def test_every_response_is_as_documented(case, ops_key):
    case.call_and_validate(headers={"x-api-key": ops_key.encode().decode("latin-1")})


def test_every_operator_endpoint_documents_that_it_requires_the_key():
    for path, methods in openapi_document()["paths"].items():
        needs_key = "security" in methods["get"]
        assert needs_key == path.startswith(("/loads", "/rejected"))


def test_the_document_is_complete_and_valid():
    document = openapi_document()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references <= set(schemas)
    for schema_of in schemas.values():
        Draft202012Validator.check_schema(schema_of)
    operations = [methods["get"]["operationId"] for methods in document["paths"].values()]
    assert len(operations) == len(set(operations))
    for methods in document["paths"].values():
        assert list(methods) == ["get"]
        for status, response in methods["get"]["responses"].items():
            if int(status) >= 400:
                content = response["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}


def test_the_document_is_served_as_it_is_generated(module_world):
    document = json.loads(json.dumps(openapi_document()))  # tuples become lists
    assert module_world.get("/openapi.json").json() == document
