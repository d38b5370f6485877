"""Which requests to the loopback come from us."""

import pytest

from mocktailverse.local.allowed_hosts import is_our_own, names_this_machine


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:8000", "localhost:1"])
def test_this_machine_s_own_names_are_known(host):
    assert names_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", ":80", "example.net", "127.0.0.1.example.net", "a:80"),
        *("localhost:80:80", "127.0.0.1:x", "[::1]:80", "user@127.0.0.1"),
    ],
)
def test_other_names_are_not(host):
    assert not names_this_machine(host)


def test_programs_say_nothing_of_pages():
    assert is_our_own("127.0.0.1:1", None, None)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_pages_are_our_own(site):
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
def test_pages_of_others_are_not(origin, site):
    assert not is_our_own("localhost:1", origin, site)
