"""Strategies are plans: pure, deterministic and serializable."""

import string

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.responses import Request
from mocktailverse.sources.thecocktaildb.strategies import (
    BATCH,
    STRATEGIES,
    FetchPage,
    Strategy,
    plan,
    revealed,
)

LISTING = FetchPage("a-non-alcoholic", "listing", (Request("filter.php", {"a": "Non_Alcoholic"}),))
ARGUMENTS = {"random": ["30"], "search": ["mojito"], "ids": ["11007"]}


def requests(strategy: Strategy) -> list[str]:
    return [str(request) for page in strategy.pages for request in page.requests]


def test_a_sweep_requests_every_letter_and_digit():
    sent = requests(plan("sweep"))
    assert sent == [f"search.php?f={c}" for c in string.ascii_lowercase + string.digits]


def test_random_draws_are_batched():
    pages = plan("random", ["30"]).pages
    assert [(page.part, len(page.requests)) for page in pages] == [
        ("random-0001", 25),
        ("random-0002", 5),
    ]


def test_mocktails_start_with_the_listing():
    assert plan("mocktails").pages == (LISTING,)


def test_a_listing_reveals_each_drink_once_in_its_order():
    records = [{"idDrink": "3"}, {"idDrink": 1}, {"idDrink": "3"}, {"strDrink": "x"}, "text", None]
    (page,) = revealed(LISTING, records)
    assert page.kind == "batch"
    assert [str(request) for request in page.requests] == ["lookup.php?i=3", "lookup.php?i=1"]


@given(st.lists(st.integers(min_value=1, max_value=10**6).map(str), max_size=120))
def test_lookups_cover_every_id_once_in_named_pages_of_25(ids):
    pages = revealed(LISTING, [{"idDrink": drink_id} for drink_id in ids])
    looked_up = [request.params["i"] for page in pages for request in page.requests]
    assert looked_up == list(dict.fromkeys(ids))
    assert all(1 <= len(page.requests) <= BATCH for page in pages)
    assert len({page.part for page in pages}) == len(pages)


def test_search_and_ids_request_their_arguments():
    assert requests(plan("search", ["mai tai"])) == ["search.php?s=mai+tai"]
    assert requests(plan("ids", ["11007", "11000", "11007"])) == [
        "lookup.php?i=11007",
        "lookup.php?i=11000",
    ]


def test_popular_needs_a_purchased_key():
    with pytest.raises(UsageError, match="purchased key"):
        plan("popular")
    assert requests(plan("popular", premium=True)) == ["popular.php"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sweeep", []),
        ("sweep", ["a"]),
        ("random", []),
        ("random", ["0"]),
        ("random", ["-1"]),
        ("random", ["many"]),
        ("random", ["9" * 5000]),
        ("search", []),
        ("search", [" "]),
        ("ids", []),
        ("ids", ["11007", "x"]),
        ("ids", ["../11007"]),
        ("ids", [""]),
        ("mocktails", ["x"]),
    ],
)
def test_an_invalid_plan_is_a_usage_error(name, arguments):
    with pytest.raises(UsageError):
        plan(name, arguments)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_plan_is_plain_data_and_the_same_each_time(name):
    first = plan(name, ARGUMENTS.get(name, ()), premium=True)
    assert first == plan(name, ARGUMENTS.get(name, ()), premium=True)
    assert msgspec.json.decode(msgspec.json.encode(first), type=Strategy) == first
    parts = [page.part for page in first.pages]
    assert len(set(parts)) == len(parts)
