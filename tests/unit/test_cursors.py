"""The codec of opaque cursors."""

import base64

import pytest
from msgspec import Struct

from mocktailverse.cursors import MAX_CURSOR_LENGTH, CursorCodec
from mocktailverse.errors import UsageError


class Place(Struct, frozen=True, array_like=True):
    value: float
    name: str


CODEC = CursorCodec(Place)


@pytest.mark.parametrize("name", ["", "a", "ab", "abc", "\N{COCKTAIL GLASS}?>"])
def test_a_cursor_is_url_safe_text_that_decodes_to_its_position(name):
    cursor = CODEC.encode(Place(0.5, name))
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert CODEC.decode(cursor) == Place(0.5, name)
    assert CODEC.decode(cursor + "=" * (-len(cursor) % 4)) == Place(0.5, name), "with padding"


def test_the_wire_format_is_json_in_url_safe_base64_without_padding():
    assert CODEC.encode(Place(0.5, "n?>")) == "WzAuNSwibj8-Il0"


@pytest.mark.parametrize(
    "cursor",
    ["", "!", "a", "ä", "\ud800", "AAAA", "e30", "x" * 10_000, "WyJhIl0", "W251bGwsbnVsbF0"],
)
def test_an_invalid_cursor_is_refused(cursor):
    with pytest.raises(UsageError, match=r"^Invalid cursor\. Retry without it\.$"):
        CODEC.decode(cursor)


def test_a_cursor_is_read_up_to_its_maximum_length():
    for size in (MAX_CURSOR_LENGTH, MAX_CURSOR_LENGTH + 4):
        text = b"[0.5,%*s" % (size // 4 * 3 - 5, b'"n"]')
        cursor = base64.urlsafe_b64encode(text).decode()
        assert len(cursor) == size
        if size == MAX_CURSOR_LENGTH:
            assert CODEC.decode(cursor) == Place(0.5, "n")
        else:
            with pytest.raises(UsageError, match="Invalid cursor"):
                CODEC.decode(cursor)
