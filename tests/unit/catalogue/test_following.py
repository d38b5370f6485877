"""A catalogue that follows an earlier one answers every query as one that is newly opened."""

import gc
import shutil
import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FunctionType, ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mocktailverse.catalogue import in_memory
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search import posting_lists
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from strategies.effort import examples

SORTS = ("name", "-name", "abv", "-abv", "observed", "-observed", "relevance")
FILTERS = (
    {},
    {"withdrawn": True},
    {"group": True},
    {"q": "so"},
    {"q": "élan fi", "withdrawn": True},
    {"q": "?"},
    {"tag": ("iba",)},
    {"source": ("a",), "glass": ("coupe",)},
    {"ingredient": ("Rum",)},
    {"ingredient": ("moon dust", "Lime juice"), "match": "any"},
    {"without": ("Spirit",)},
    {"abv_min": 5, "abv_max": 20},
    {"mocktail": True},
    {"zero_proof": ("convertible",)},
)
SHELVES = ((), ("Gin", "Lime"), ("White rum", "Lime juice", "moon dust"))
INGREDIENTS = (
    *("White rum", "Gold rum", "Rum", "Gin", "Vodka", "Lime", "Lime juice"),
    *("Moon dust", "moon dust"),
)
SEAL = {"built_at": 1, "table": "drinks"}
ROWS_IN_NEITHER = {10_000, 10_001}


@pytest.fixture(autouse=True, params=[1, 4, 32], ids=["arrays", "both", "bitmaps"])
def always_updated(monkeypatch, request):
    """Update an index even if all of its few drinks have changed.

    In each form that it may store its sets in: as arrays, as bitmaps, or both.
    """
    monkeypatch.setattr(in_memory, "_MOST_UPDATED", 0)
    monkeypatch.setattr(posting_lists, "_ORDINAL_BITS", request.param)


@st.composite
def _changed_drinks(draw, make_drink):
    """Draw drinks to put; there are ten drink ids in total, of two sources."""
    drinks = []
    for number in draw(st.lists(st.integers(0, 9), max_size=4, unique=True)):
        drink = make_drink(
            draw(
                st.sampled_from(["Rum Sour", "rum sour", "Gin Fizz", "Élan", "élan", "Soda", "?"])
            ),
            *draw(st.lists(st.sampled_from(INGREDIENTS), max_size=4)),
            drink_id=f"{'ab'[number % 2]}:{number}",
            observed_at=draw(st.integers(1, 3)),
            withdrawn_at=draw(st.sampled_from([None, None, 5])),
            category=draw(st.sampled_from([None, "Shot", "shot"])),
            glass=draw(st.sampled_from([None, "Coupe", "coupe", "COUPE"])),
            tags=draw(st.sampled_from([(), ("IBA",), ("iba", "New"), ("IBA", "iba")])),
            spirits=draw(st.sampled_from([(), ("Rum",), ("Rum", "Gin")])),
            is_mocktail=draw(st.sampled_from([None, False, True])),
            abv_percent_min=draw(st.sampled_from([None, 0, 5])),
            abv_percent_max=draw(st.sampled_from([None, 5, 20])),
        )
        lines = tuple(
            replace(
                line,
                alternatives=draw(st.sampled_from([(), (), ("Gin",), ("Moon dust",)])),
                optional=draw(st.sampled_from([False, False, True])),
            )
            for line in drink.ingredients
        )
        content = str(draw(st.integers()))
        source = drink.id[0]
        drinks.append(replace(drink, source=source, ingredients=lines, content_hash=content))
    return drinks


def _edit(path, drinks, removed, most_conversions):
    with CatalogueWriter.open(path) as writer:
        writer.put(drinks)
        writer.remove(removed)
        writer.seal(**SEAL, version=path.name, most_conversions=most_conversions)


def _create(path, drinks):
    with CatalogueWriter.create(path) as writer:
        writer.put(drinks)
        writer.seal(**SEAL, version=path.name)


def _rows(path):
    with closing(sqlite3.connect(path)) as connection:
        return {row[0]: row for row in connection.execute("SELECT * FROM drinks")}


def _differing_rows(old, new):
    before, after = _rows(old), _rows(new)
    return {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}


def _pages(fetch):
    """Return the ids and cursors of all pages of two."""
    pages, after = [], None
    while not pages or after:
        page = fetch(after)
        after = page.next
        pages.append((page, after))
    return pages


def _makeable(catalogue, have, allowance, convertible, group):
    options = {"allowance": allowance, "convertible": convertible, "group": group}
    return _pages(
        lambda after: catalogue.makeable(have, missing=2, limit=3, after=after, **options)
    )


def _answers(catalogue):
    """Return the answers to many queries."""
    searches = {}
    for sort, filters in product(SORTS, FILTERS):
        query = DrinkQuery(sort=sort, **filters)
        searches[query] = _pages(lambda after, q=query: catalogue.search(q, limit=2, after=after))
    queries = [DrinkQuery(**filters) for filters in FILTERS]
    drinks = list(catalogue.all_drinks())
    shelves = product(SHELVES, ("near", "acceptable", "strict"), (False, True), (False, True))
    return {
        "search": searches,
        "count": [catalogue.count(query) for query in queries],
        "facets": [catalogue.facets(query) for query in queries],
        "ingredients": _pages(lambda after: catalogue.ingredients(limit=3, after=after)),
        "details": [catalogue.ingredient(name) for name in (*INGREDIENTS, "Spirit", "Citrus")],
        "similar": catalogue.similar_ingredients("moon dost"),
        "makeable": [_makeable(catalogue, *shelf) for shelf in shelves],
        "groups": catalogue.groups(drinks),
        "statistics": catalogue.statistics(),
    }


@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_a_following_catalogue_answers_as_a_newly_opened_one(make_drink, data):
    """The catalogue before it still answers as it did, after each of several edits."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "0")
        _create(path, data.draw(_changed_drinks(make_drink)))
        held = Catalogue(path)
        held.warm()
        for number in range(1, 1 + data.draw(st.integers(1, 3))):
            answers_before = _answers(held) if data.draw(st.booleans()) else None
            newer = Path(folder, str(number))
            shutil.copyfile(path, newer)
            removed = data.draw(
                st.lists(st.sampled_from([f"{'ab'[n % 2]}:{n}" for n in range(10)]))
            )
            _edit(
                newer, data.draw(_changed_drinks(make_drink)), removed, data.draw(st.integers(0, 3))
            )
            rows = _differing_rows(path, newer) | ROWS_IN_NEITHER
            rows |= data.draw(st.sampled_from([set(), {1, 2, 3}, _rows(path).keys()]))
            following, new = Catalogue(newer), Catalogue(newer)

            following.warm(held, rows)

            assert _answers(following) == _answers(new)
            if answers_before is not None:
                assert _answers(held) == answers_before
            held.close()
            new.close()
            path, held = newer, following
        held.close()


def test_a_catalogue_follows_by_an_update_if_few_drinks_have_changed(
    tmp_path, make_drink, monkeypatch
):
    """With many, or if the earlier one is not warm, it builds its index."""
    monkeypatch.undo()
    builds = []

    class Counted(in_memory.CatalogueIndex):
        def __init__(self, connection):
            builds.append(connection)
            super().__init__(connection)

    monkeypatch.setattr(in_memory, "CatalogueIndex", Counted)
    old, new = tmp_path / "old", tmp_path / "new"
    _create(old, [make_drink(f"D{number}", "Gin") for number in range(20)])
    shutil.copyfile(old, new)
    _edit(new, [make_drink("D20", "Rum")], [], None)
    held = Catalogue(old)

    def builds_of_follower(rows):
        builds.clear()
        with closing(Catalogue(new)) as follower:
            follower.warm(held, rows)
            assert follower.count(DrinkQuery(ingredient=("Rum",))) == 1
        return len(builds)

    assert builds_of_follower({21}) == 1
    held.warm()
    assert builds_of_follower({21}) == 0
    assert builds_of_follower(set(range(1, 22))) == 1
    assert builds_of_follower(None) == 1
    with closing(sqlite3.connect(new)) as connection:
        connection.execute("UPDATE meta SET value = 'another' WHERE key = 'reference'")
        connection.commit()
    assert builds_of_follower({21}) == 1
    held.close()


def test_an_ingredient_of_which_only_kinds_remain_is_no_longer_a_facet(tmp_path, make_drink):
    old, new = tmp_path / "old", tmp_path / "new"
    _create(old, [make_drink("A", "Rum")])
    shutil.copyfile(old, new)
    _edit(new, [replace(make_drink("A", "White rum"), content_hash="new")], [], None)
    with closing(Catalogue(old)) as held, closing(Catalogue(new)) as following:
        held.warm()
        following.warm(held, _differing_rows(old, new))
        facets = following.facets(DrinkQuery()).ingredient
        assert [facet.value for facet in facets] == ["White rum"]
        assert following.count(DrinkQuery(ingredient=("Rum",))) == 1


def test_a_catalogue_builds_its_index_if_the_one_before_it_cannot_be_read(tmp_path, make_drink):
    old, new = tmp_path / "old", tmp_path / "new"
    _create(old, [make_drink("A", "Rum")])
    shutil.copyfile(old, new)
    _edit(new, [make_drink("B", "Gin")], [], None)
    with closing(Catalogue(old)) as held, closing(Catalogue(new)) as following:
        held.warm()
        held.close()
        following.warm(held, _differing_rows(old, new))
        assert following.count(DrinkQuery()) == 2


def test_names_that_have_left_the_catalogue_are_forgotten(tmp_path, make_drink):
    old, new = tmp_path / "old", tmp_path / "new"
    _create(old, [make_drink("A", "Gin", "Moon dust", tags=("Odd tag",)), make_drink("B", "Gin")])
    shutil.copyfile(old, new)
    _edit(new, [replace(make_drink("A", "Gin"), content_hash="new")], [], None)
    with closing(Catalogue(old)) as held, closing(Catalogue(new)) as following:
        held.warm()
        held.makeable(["Gin"], allowance="strict")
        assert {"Moon dust", "Odd tag"} <= _texts_in(held)
        following.warm(held, _differing_rows(old, new))
        kept = {text.casefold() for text in _texts_in(following)}
        assert kept.isdisjoint({"moon dust", "odd tag"})
        assert "gin" in kept


def _texts_in(value):
    """Return all texts that an object of ours holds in its attributes."""
    texts, seen, values = set(), set(), [value]
    while values:
        value = values.pop()
        if isinstance(value, str):
            texts.add(value)
        elif id(value) not in seen and not isinstance(value, type | FunctionType | ModuleType):
            seen.add(id(value))
            values += gc.get_referents(value)
            values += vars(value).values() if hasattr(value, "__dict__") else ()
    return texts
