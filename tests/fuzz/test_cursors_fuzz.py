"""Cursors and messages: any text is accepted or refused, and never crashes."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.api.load_routes import rejected_cursors
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.paging import Keyset
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.cli.rejected_command import rejected_cursors as rejected_cursors_of_cli
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.loads.load_keys import day_of
from mocktailverse.loads.load_request import LoadRequest, load_requests
from mocktailverse.operations.recent_loads import recent_loads
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.times import now
from strategies.texts import texts

PARTITION_KEY_BYTES, SORT_KEY_BYTES = 2048, 1024
"""The limits of DynamoDB; a query with a longer key fails."""
DAY_MS, NOW_MS = 24 * 3600 * 1000, now()
EVENTS = Path(__file__).parents[1] / "events"
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just("2026-01-01")
    | st.sampled_from([0, -1, 10**15, 10**18, 1767268800000, 1e308, "2026-01-01", "9999-12-31"])
)  # fmt: skip
plain_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
encoded = st.builds(
    lambda value, end: (
        base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=") + end
    ),
    plain_values | st.lists(scalars, min_size=2, max_size=4),
    st.sampled_from(["", "=", "==", "===", "A"]),
)
forged_positions = st.builds(
    lambda load, part, at: base64.urlsafe_b64encode(
        json.dumps([load, part, day_of(at), at]).encode()
    ).decode(),
    texts,
    texts | st.sampled_from(["0001", "0001#000002"]),
    st.integers(0, 4 * 10**12) | st.integers(NOW_MS - 6 * DAY_MS, NOW_MS),
)
"""Positions without a load; `recent_loads` reads only those of the last days."""
cursors = (
    st.text()
    | texts
    | encoded
    | st.from_regex(r"\d{1,16}-\d{1,10}")
    | st.from_regex(r"\d{1,16}-[0-9a-f]{24}-\d{4,9}-\d{1,9}")
)


@pytest.fixture(scope="module")
def catalogue(catalogue_path: Path) -> Iterator[Catalogue]:
    """The sample catalogue."""
    with closing(Catalogue(catalogue_path)) as opened:
        yield opened


def listings(catalogue: Catalogue) -> dict[str, Callable[[str | None], Any]]:
    """Return every listing of the catalogue that accepts a cursor, with a small page."""
    return {
        "name": lambda after: catalogue.search(DrinkQuery(), limit=3, after=after),
        "abv": lambda after: catalogue.search(DrinkQuery(sort="-abv"), limit=3, after=after),
        "words": lambda after: catalogue.search(DrinkQuery(q="gin"), limit=3, after=after),
        "ingredients": lambda after: catalogue.ingredients(limit=3, after=after),
        "makeable": lambda after: catalogue.makeable(["Gin"], missing=2, limit=3, after=after),
    }


@given(st.sampled_from(["name", "abv", "words", "ingredients", "makeable"]), cursors)
def test_any_text_as_a_catalogue_cursor_gives_a_page_or_a_usage_error(
    catalogue: Catalogue, listing: str, text: str
):
    with suppress(UsageError):
        listings(catalogue)[listing](text)


@given(
    st.sampled_from(["name", "abv", "words", "ingredients", "makeable"]),
    st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0, 1e300, -5]),
    texts,
    texts,
)
def test_a_forged_catalogue_cursor_gives_a_page(
    catalogue: Catalogue, listing: str, value: float | None, name: str, drink_id: str
):
    read = listings(catalogue)[listing]
    genuine = read(None).next
    text = base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4))
    forged = msgspec.json.decode(text, type=Keyset)
    forged = msgspec.structs.replace(forged, value=value, name=name, id=drink_id)
    with suppress(UsageError):
        read(forged.encode())


class NoLoads(LoadsTable):
    """An empty loads table that records the keys after which its pages start."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(dynamodb=self), "loads")
        self.keys: list[dict[str, dict[str, str]]] = []

    def query(self, **arguments: Any) -> dict[str, Any]:
        if "ExclusiveStartKey" in arguments:
            self.keys.append(arguments["ExclusiveStartKey"])
        return {"Items": []}


@given(cursors | forged_positions | st.text(st.characters()))
def test_any_text_as_a_cursor_of_loads_gives_a_page_or_a_usage_error(text: str):
    loads = NoLoads()
    with suppress(UsageError):
        assert recent_loads(loads, 7, after=text) == ([], None)
    for key in loads.keys:
        assert set(key) == {"object", "part", "day", "started_at"}
        assert {kind for value in key.values() for kind in value} <= {"S", "N"}
        json.dumps(key, ensure_ascii=False).encode()
        assert len(key["object"]["S"].encode()) <= PARTITION_KEY_BYTES
        assert len(key["part"]["S"].encode()) <= SORT_KEY_BYTES


@given(cursors | st.text(st.characters()))
def test_any_text_as_a_cursor_of_rejected_records_is_a_position_or_a_usage_error(text: str):
    for codec in (rejected_cursors, rejected_cursors_of_cli):
        with suppress(UsageError):
            assert codec.decode(text)


def _sample_bodies() -> list[str]:
    events = [json.loads(path.read_text()) for path in sorted(EVENTS.glob("sqs_*.json"))]
    return [record["body"] for event in events for record in event["Records"]]


@st.composite
def _edited_bodies(draw: st.DrawFn) -> str:
    """A real message in which values are replaced, or the text is cut or spliced."""
    body = draw(st.sampled_from(_sample_bodies()))
    value = json.loads(body)
    for _ in range(draw(st.integers(0, 3))):
        node = value
        while isinstance(node, dict | list) and node:
            keys = sorted(node) if isinstance(node, dict) else range(len(node))
            key = draw(st.sampled_from(keys))
            if not isinstance(node[key], dict | list) or not draw(st.integers(0, 3)):
                node[key] = draw(plain_values)
                break
            node = node[key]
    text = json.dumps(value)
    start, size = draw(st.integers(0, len(text))), draw(st.sampled_from([0, 0, 0, 1, 5]))
    return text[:start] + draw(st.sampled_from(["", "", "{", "\0", "NaN,"])) + text[start + size :]


@given(st.text() | texts | plain_values.map(json.dumps) | _edited_bodies())
def test_any_message_requests_loads_or_is_refused(body: str):
    try:
        requests = load_requests(body)
    except PermanentError as error:
        assert len(str(error)) < 2000  # noqa: PT017 - not every message is refused
        return
    for request in requests:
        assert isinstance(request, LoadRequest)
        assert load_requests(msgspec.json.encode(request).decode()) == [request]
