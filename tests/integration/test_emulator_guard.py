"""The embedded AWS refuses requests from the pages of other web sites."""

import http.client
from urllib.parse import urlsplit

import pytest

ROOT = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
"""MiniStack accepts this as the account's root."""


@pytest.fixture
def send_request(local_stack):
    """Return a function that lists the functions with some headers, and returns the status code."""
    address = urlsplit(local_stack.endpoint)

    def send(method="GET", **headers: str) -> int:
        header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        connection.request(
            method, "/2015-03-31/functions/", headers={"Authorization": ROOT, **header_fields}
        )
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    return send


def test_programs_without_a_browser_are_served(send_request):
    assert send_request() == 200


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
def test_a_page_of_another_site_is_refused(send_request, headers):
    assert send_request(**headers) == 403


def test_a_preflight_request_of_another_site_is_refused(send_request):
    assert (
        send_request("OPTIONS", Origin="https://example.net", Access_Control_Request_Method="POST")
        == 403
    )


def test_pages_of_the_same_origin_are_served(send_request, local_stack):
    assert send_request(Origin=local_stack.endpoint, Sec_Fetch_Site="same-origin") == 200
