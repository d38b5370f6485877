"""The API's own tests, schemathesis among them, through what API Gateway does to a request."""

import pytest
from starlette.requests import Request

from aws_proof import set_up
from aws_proof.other_run import run_tests
from worlds.api_gateway import event_of

FUNCTION_TESTS = "test_api_function.py"
"""They call the handler with events already."""

DIFFERENCES = {
    "test_a_hostile_name_can_be_searched_for": "a slash within a name reaches the API decoded",
}

pytestmark = pytest.mark.aws_proof


def test_the_api_is_the_same_through_an_http_api_but_for_known_differences(
    tmp_path, proved, differs
):
    folder = set_up.ROOT / "tests" / "unit" / "api"
    paths = [str(path) for path in folder.glob("test_*.py") if path.name != FUNCTION_TESTS]
    run = run_tests(paths, tmp_path, {"MOCKTAILVERSE_API_GATEWAY": "1"})
    run.require(DIFFERENCES)
    proved(f"HTTP API: {run.passed} tests of the API pass through it, schemathesis included")
    for test, reason in DIFFERENCES.items():
        differs(f"HTTP API, {test}: {reason}")


@pytest.mark.parametrize(
    ("requested", "delivered"),
    [(b"/a%20b", "/a b"), (b"/a%2525b", "/a%25b"), (b"/a%3Fb", "/a"), (b"/%C3%BC?x=1", "/ü")],
)
def test_the_http_api_decodes_a_path_once_and_cuts_it_at_a_question_mark(requested, delivered):
    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": requested,
        "query_string": b"a=1&a=2",
        "headers": [(b"X-One", b"1"), (b"x-one", b"2"), (b"Cookie", b"a=1; b=2")],
    }
    event = event_of(Request(scope), b"")
    assert event["requestContext"]["http"]["path"] == delivered
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert (event["headers"]["x-one"], event["cookies"]) == ("1,2", ["a=1", "b=2"])
