"""docs/how-to/add-a-source.md is correct: its reader works next to the one of TheCocktailDB.

The code and the record come from the page.
"""

import gzip
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.record import Record
from mocktailverse.errors import RecordRejectedError
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.pipeline.verify import verify
from mocktailverse.sources import SOURCES, RecordReader, Source

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "how-to" / "add-a-source.md").read_text()
KEY = "raw/barbook/2026/01/01/run/part.ndjson"


def block(language: str) -> str:
    """Return the first code block of the page in a language."""
    block = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert block
    return block[1]


@pytest.fixture
def record():
    """Return a function that creates the record of the page with some fields replaced."""
    standard = json.loads(block("json"))
    return lambda **fields: {**standard, **fields}


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """Return the module of the page."""
    path = tmp_path_factory.mktemp("barbook") / "record.py"
    path.write_text(block("python"))
    spec = importlib.util.spec_from_file_location("barbook_of_the_page", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def barbook(module) -> RecordReader:
    """Return the reader of the page."""
    return module.BarbookRecords()


@pytest.fixture
def registered(module, monkeypatch):
    """Register the source, as the page does in one line."""
    monkeypatch.setitem(sys.modules, "mocktailverse.sources.barbook", ModuleType("barbook"))
    monkeypatch.setitem(sys.modules, "mocktailverse.sources.barbook.record", module)
    source = Source("barbook", "Barbook", reader="record:BarbookRecords")
    monkeypatch.setitem(SOURCES, source.name, source)


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.usefixtures("registered")
def test_both_sources_load_into_one_table_and_one_catalogue(
    new_world, raw_record, record, tmp_path
):
    world = new_world()
    versions = [
        world.raw.add(lines(raw_record("7"), raw_record("8"))),
        world.raw.add(lines(record(), record(slug="7", title="Seven")), KEY),
    ]
    for version in versions:
        assert world.handle(LoadRequest(version, 1)) == Counts(read=2, loaded=2)
    drinks = {key: one.drink for key, one in world.drinks.table.items()}
    assert set(drinks) == {
        "thecocktaildb:7", "thecocktaildb:8", "barbook:7", "barbook:ginger-sunset",
    }  # fmt: skip
    sunset = drinks["barbook:ginger-sunset"]
    assert (sunset.source, sunset.name, sunset.alcoholic) == (
        "barbook", "Ginger Sunset", "non_alcoholic",
    )  # fmt: skip
    assert [(line.name, line.unit, line.amount_max) for line in sunset.ingredients] == [
        ("Ginger ale", "cl", 12.0), ("Lime juice", "dash", 2.0),
    ]  # fmt: skip
    assert (sunset.lineage.key, sunset.derived.is_mocktail) == (KEY, True)
    assert verify(world.raw, world.drinks.all(), world.loads.all()).ok

    path = tmp_path / "catalogue.sqlite"
    with CatalogueWriter.create(path) as writer:
        writer.put(drinks.values())
        writer.seal(version="1-0", built_at=1, table="drinks")
    page = Catalogue(path).search(DrinkQuery(q="ginger sunset"))
    assert [drink.id for drink in page.items] == ["barbook:ginger-sunset"]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    "form",
    [
        lambda records: json.dumps(records).encode(),
        lambda records: json.dumps({"drinks": records}).encode(),
        lambda records: lines(*records),
        lambda records: gzip.compress(lines(*records)),
    ],
    ids=["array", "envelope", "ndjson", "gzip"],
)
def test_a_second_source_accepts_every_format_except_csv(new_world, record, form):
    world = new_world()
    version = world.raw.add(form([record(), record(slug="b")]), KEY)
    assert world.handle(LoadRequest(version, 1)) == Counts(read=2, loaded=2)


@pytest.mark.usefixtures("registered")
def test_its_bad_records_are_rejected_and_their_neighbours_load(new_world, record):
    world = new_world()
    bad = [
        record(slug="No Slug"),
        record(title=" "),
        record(ingredients="Water"),
        {"slug": "listed", "title": "Listed"},
        7,
    ]
    version = world.raw.add(lines(bad[0], record(), *bad[1:]) + b"{\n\xff\n", KEY)
    assert world.handle(LoadRequest(version, 1)) == Counts(read=8, loaded=1, rejected=7)
    assert [line.code for line in world.rejected(version)] == [
        Reason.ID_INVALID,
        Reason.NAME_MISSING,
        Reason.WRONG_TYPE,
        Reason.PARTIAL_RECORD,
        Reason.NOT_AN_OBJECT,
        Reason.MALFORMED_JSON,
        Reason.MALFORMED_JSON,
    ]


def test_an_unregistered_source_is_rejected_with_its_reason(new_world, record):
    world = new_world()
    version = world.raw.add(lines(record()), KEY)
    assert world.handle(LoadRequest(version, 1)) == Counts(read=1, rejected=1)
    assert [line.code for line in world.rejected(version)] == [Reason.SOURCE_UNKNOWN]


@pytest.mark.usefixtures("registered")
def test_ingest_stores_its_files_under_its_own_prefix(tmp_path, record):
    path = tmp_path / "barbook.ndjson"
    path.write_bytes(lines(record()))

    class Bucket:
        def put(self, key, _body, *, metadata, content_type):
            assert (metadata["source"], content_type) == ("barbook", "application/x-ndjson")
            return ObjectVersion("data", key, "v1")

    (version,) = put_files(Bucket(), [InputFile(path)], "barbook", now=1)
    assert version.key.startswith("raw/barbook/1970/01/01/")
    assert version.source == "barbook"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    fields=st.dictionaries(
        st.sampled_from(["slug", "title", "ingredients", "method", "glass", "alcoholic"]),
        json_values | st.just("a"),
    )
)
def test_any_input_is_a_record_or_rejected(barbook, fields):
    try:
        record = barbook.from_json(msgspec.json.encode(fields))
    except RecordRejectedError:
        return
    assert isinstance(record, Record)
