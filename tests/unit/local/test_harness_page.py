"""The page of the harness: self-contained, with a policy that allows only its own script."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from mocktailverse.api.api_app import openapi_document
from mocktailverse.local.harness.harness_app import PAGE, create_harness

TEXT = PAGE.read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Collects every start tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def elements():
    parser = Elements()
    parser.feed(TEXT)
    return parser.elements


@pytest.fixture(scope="module")
def response():
    app = create_harness(dependencies=None, harness=None)
    return TestClient(app, base_url="http://127.0.0.1").get("/harness")


def test_the_page_is_served_and_cannot_be_framed(response):
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/docs", "/harness", "/dev/loads", "/openapi.json", "/nowhere"])
def test_no_path_serves_another_host(path):
    client = TestClient(create_harness(dependencies=None, harness=None))
    refused = client.get(path, headers={"Host": "evil.example"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (421, "other_host")
    assert refused.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/nowhere", "/harness/nowhere", "/dev", "/dev/nowhere", "/devil"])
def test_an_unknown_path_has_the_error_of_the_api(path):
    client = TestClient(create_harness(None, None), base_url="http://127.0.0.1")
    assert client.get(path).json()["error"]["code"] == "not_found"
    assert client.post(path).json()["error"]["code"] == "not_found"


def test_the_harness_is_documented_beside_the_api():
    document = create_harness(dependencies=None, harness=None).openapi()
    assert document["paths"].items() > openapi_document()["paths"].items()
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])


def test_every_error_of_the_harness_is_documented_with_the_error_schema():
    document = create_harness(dependencies=None, harness=None).openapi()
    for path, methods in document["paths"].items():
        for method in methods.values() if path.startswith("/dev/") else ():
            for status in ("400", "403", "404", "409", "413", "422", "503"):
                content = method["responses"][status]["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}


def test_only_the_pages_own_script_and_style_may_run(response):
    policy = dict(
        rule.strip().split(" ", 1)
        for rule in response.headers["content-security-policy"].split(";")
    )
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"


def test_the_page_loads_nothing_from_other_sites(elements):
    urls = [
        attributes.get(name)
        for tag, attributes in elements
        for name in ("src", "href", "action")
        if name in attributes
    ]
    assert urls
    assert all(url.startswith(("/", "data:")) for url in urls)


def test_the_page_never_inserts_data_as_markup():
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert sink not in TEXT


def test_every_field_of_the_page_has_a_label(elements):
    depth_of_labels, fields = 0, 0
    for line in re.findall(r"</?(?:label|input|select|textarea)\b", TEXT.partition("<script>")[0]):
        if line == "<label":
            depth_of_labels += 1
        elif line == "</label":
            depth_of_labels -= 1
        elif not line.startswith("</"):
            fields += 1
            assert depth_of_labels == 1, line
    assert fields > 10
    assert any(attributes.get("aria-live") for _, attributes in elements)
