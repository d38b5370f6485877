"""The embedded AWS and the pages of other web sites, which a browser lets ask it, too."""

import http.client
from urllib.parse import urlsplit

import pytest

ROOT = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
"""MiniStack takes this for the account's root."""


@pytest.fixture
def ask(local_stack):
    """Lists the functions, as whoever sends these headers; the answer's status."""
    address = urlsplit(local_stack.endpoint)

    def send(method="GET", **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        connection.request(
            method, "/2015-03-31/functions/", headers={"Authorization": ROOT, **named}
        )
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    return send


def test_programs_are_served(ask):
    assert ask() == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.net"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "example.net"},
        {"Host": "127.0.0.1.example.net:80"},
        {"Host": ""},
    ],
    ids=str,
)
def test_a_page_of_another_site_is_refused(ask, headers):
    assert ask(**headers) == 403


def test_no_other_site_is_invited(ask):
    assert ask("OPTIONS", Origin="https://example.net", Access_Control_Request_Method="POST") == 403


def test_own_pages_are_served(ask, local_stack):
    assert ask(Origin=local_stack.endpoint, Sec_Fetch_Site="same-origin") == 200
