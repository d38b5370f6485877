"""The state in the URL, and how changes update it."""

from hypothesis import example, given
from hypothesis import strategies as st

from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.dashboard.url_state import (
    MAX_LENGTH,
    MAX_VALUES,
    drink_query,
    number,
    sanitized,
    updated,
    without_query,
)

NAMES = st.one_of(st.sampled_from(DrinkQuery.__struct_fields__), st.text(max_size=5))
PARAMETERS = st.dictionaries(NAMES, st.lists(st.text(max_size=20), max_size=4))


@given(PARAMETERS)
@example({"abv_min": ["nan"], "abv_max": ["inf"], "sort": ["name; DROP"], "mocktail": ["maybe"]})
@example({"abv_min": ["-1"], "abv_max": ["1e400"], "match": ["none"], "withdrawn": [""]})
def test_any_url_gives_a_query(given_parameters):
    query = drink_query(sanitized(given_parameters))
    assert isinstance(query, DrinkQuery)
    assert query.abv_min is None or 0 <= query.abv_min <= 100


def test_every_field_of_a_query_has_a_parameter():
    parameters = {
        "q": ["sour"], "category": ["Shot", "Cocktail"], "alcoholic": ["alcoholic"],
        "mocktail": ["false"], "zero_proof": ["traces"], "glass": ["Mug"], "tag": ["IBA"],
        "method": ["shaken"], "spirit": ["Gin"], "ingredient": ["Lime", "Mint"], "match": ["any"],
        "without": ["Egg"], "abv_min": ["5"], "abv_max": ["20.5"], "sugar_max": ["8"],
        "withdrawn": ["true"], "sort": ["-abv"], "source": ["own"], "group": ["false"],
    }  # fmt: skip
    assert drink_query(parameters) == DrinkQuery(
        q="sour", category=("Shot", "Cocktail"), alcoholic=("alcoholic",), mocktail=False,
        zero_proof=("traces",), sugar_max=8, glass=("Mug",), tag=("IBA",), method=("shaken",),
        spirit=("Gin",), ingredient=("Lime", "Mint"), match="any", without=("Egg",), abv_min=5,
        abv_max=20.5, withdrawn=True, sort="-abv", source=("own",), group=False,
    )  # fmt: skip
    assert set(parameters) == set(DrinkQuery.__struct_fields__)
    assert without_query({**parameters, "have": ["Gin"], "after": ["x"]}) == {"have": ["Gin"]}


def test_overlong_empty_and_repeated_values_are_ignored():
    many = [str(number) for number in range(MAX_VALUES + 1)]
    assert sanitized({"tag": ["", "a", "a", "x" * (MAX_LENGTH + 1)], "q": [""]}) == {"tag": ["a"]}
    assert len(sanitized({"tag": many})["tag"]) == MAX_VALUES


def test_a_change_returns_to_the_first_page_and_keeps_the_other_parameters():
    before = {"q": ["gin"], "after": ["x"], "page": ["3"], "have": ["Gin"], "tag": ["IBA"]}
    assert updated(before, q=None, tag=[], glass="Mug") == {"have": ["Gin"], "glass": ["Mug"]}


def test_numbers_are_bounded_and_nonsense_is_ignored():
    texts = ("7", "0", "99", "-3", "1.5", "x", "٣", "9" * 150)
    assert [number({"n": [text]}, "n", 1, 20) for text in texts] == [7, 1, 20, 1, 1, 1, 1, 20]
    assert number({}, "n", 4, 20) == 4
