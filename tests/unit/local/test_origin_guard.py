"""The origin guard refuses requests from pages of other sites."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mocktailverse.local.harness import origin_guard
from mocktailverse.local.harness.origin_guard import OriginGuard

HERE = "http://127.0.0.1:8000"


async def size(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(origin_guard, "BODY_LIMIT", 1000)
    app = Starlette(
        routes=[
            Route("/drinks", size, methods=["GET", "POST"]),
            Route("/dev/way", size, methods=["GET", "POST"]),
        ]
    )
    return TestClient(OriginGuard(app, private="/dev"), base_url=HERE)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "127.0.0.1", "localhost"])
def test_requests_to_this_machine_pass(client, host):
    assert client.get("/drinks", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example:8000", "evil.example", "127.0.0.1.evil.example", "", "localhost.evil:80"]
)
def test_another_name_for_this_machine_is_refused(client, host):
    response = client.get("/drinks", headers={"Host": host})
    assert response.status_code == 421
    assert response.json()["error"]["code"] == "other_host"


@pytest.mark.parametrize("headers", [{}, {"Origin": HERE}, {"Sec-Fetch-Site": "same-origin"}])
def test_scripts_and_our_own_page_may_send_changes(client, headers):
    assert client.post("/dev/way", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "http://localhost:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_pages_of_other_sites_cannot_send_changes_or_read_the_harness(client, headers):
    for response in (
        client.post("/drinks", headers=headers),
        client.post("/dev/way", headers=headers),
        client.get("/dev/way", headers=headers),
    ):
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "other_origin"


def test_the_public_catalogue_may_be_read_from_anywhere(client):
    assert client.get("/drinks", headers={"Origin": "https://a.example"}).status_code == 200


def test_a_body_up_to_the_limit_passes(client):
    assert client.post("/drinks", content=b"x" * 1000).text == "1000"


def test_a_body_above_the_limit_is_refused_before_it_is_read(client):
    response = client.post("/drinks", content=b"x" * 1001)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_a_body_of_unknown_length_is_refused_at_the_limit(client):
    response = client.post("/drinks", content=(b"x" * 400 for _ in range(3)))
    assert response.status_code == 413
