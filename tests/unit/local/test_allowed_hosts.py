"""The host names and origins that a local server accepts."""

import pytest

from mocktailverse.local.allowed_hosts import is_our_own, names_this_machine


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:8000", "localhost:1"])
def test_the_names_of_this_machine_are_accepted(host):
    assert names_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", ":80", "example.net", "127.0.0.1.example.net", "a:80"),
        *("localhost:80:80", "127.0.0.1:x", "[::1]:80", "user@127.0.0.1"),
    ],
)
def test_other_names_are_refused(host):
    assert not names_this_machine(host)


def test_a_request_without_browser_headers_is_our_own():
    assert is_our_own("127.0.0.1:1", None, None)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_request_from_our_own_page_is_our_own(site):
    assert is_our_own("localhost:1", "http://localhost:1", site)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("http://example.net", "cross-site"),
        ("http://localhost:2", "same-site"),
        ("https://localhost:1", None),
        ("null", None),
        ("", None),
        (None, "cross-site"),
        (None, "same-site"),
        ("http://localhost:1", "cross-site"),
    ],
)
def test_a_request_from_another_page_is_not_our_own(origin, site):
    assert not is_our_own("localhost:1", origin, site)
