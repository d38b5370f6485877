"""Search finds what a plain reading of every drink finds, in order, each drink once."""

import base64
import random
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.answers import Facet, Facets
from mocktailverse.catalogue.bits import ordinals, pack, pack_flags, span, unpack
from mocktailverse.catalogue.cursors import LONGEST_CURSOR, Cursor, fingerprint, read_cursor
from mocktailverse.catalogue.postings import Postings, Selection
from mocktailverse.catalogue.query import DrinkQuery
from mocktailverse.catalogue.rows import name_key
from mocktailverse.drinks.ingredients import is_a, match_ingredient
from mocktailverse.errors import UsageError
from strategies.effort import examples

INGREDIENTS = ("Rum", "Light rum", "Gin", "Citron vodka", "Vodka", "Lime juice", "Wumm", "wumm")
SORTS = ("name", "-name", "abv", "-abv", "observed", "-observed", "relevance", None)


def _some(*values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


def _drinks(make):
    strengths = st.sampled_from([None, (0, 0), (5, 12), (10, 10), (10, 20), (35, 40)])
    fields = st.fixed_dictionaries(
        {
            "name": st.sampled_from(["Gin Fizz", "gin fizz", "Fizz", "Ginger", "Äpfel", "🍹"]),
            "ingredients": _some(*INGREDIENTS),
            "instructions": st.sampled_from(["", "Shake with gin.", "Stir."]),
            "observed_at": st.sampled_from([1, 2, 3]),
            "withdrawn_at": st.sampled_from([None, None, 5]),
            "category": st.sampled_from([None, "Cocktail", "cocktail", "Shot"]),
            "alcoholic": st.sampled_from([None, "alcoholic", "non_alcoholic"]),
            "glass": st.sampled_from([None, "Cup", "Bowl"]),
            "tags": _some("IBA", "Sour", "sour"),
            "spirits": _some("Rum", "Gin"),
            "method": st.sampled_from([None, "shaken"]),
            "is_mocktail": st.sampled_from([None, True, False]),
            "abv": strengths,
        }
    )

    def build(many):
        made = []
        for number, one in enumerate(many):
            low, high = one["abv"] or (None, None)
            rest = {k: v for k, v in one.items() if k not in {"name", "ingredients", "abv"}}
            made.append(
                make(
                    one["name"],
                    *one["ingredients"],
                    drink_id=f"test:{number * 7 % 10}{number}",
                    abv_percent_min=low,
                    abv_percent_max=high,
                    **rest,
                )
            )
        return made

    return st.lists(fields, max_size=10).map(build)


queries = st.builds(
    DrinkQuery,
    q=st.sampled_from(["", "", "gin", "GIN fi", "fizz gin", "äp", "apf", "🍹", "zz"]),
    category=_some("COCKTAIL", "Shot"),
    alcoholic=_some("alcoholic", "optional_alcohol"),
    mocktail=st.sampled_from([None, None, True, False]),
    glass=_some("cup", "bowl"),
    tag=_some("iba", "SOUR"),
    method=_some("shaken"),
    spirit=_some("rum", "gin"),
    ingredient=_some("rum", "white rum", "vodka", "WUMM", "Nothing"),
    match=st.sampled_from(["all", "any"]),
    without=_some("rum", "lime juice", "wumm", "Nothing"),
    abv_min=st.sampled_from([None, None, 0, 10]),
    abv_max=st.sampled_from([None, None, 10, 20.5]),
    withdrawn=st.booleans(),
    sort=st.sampled_from(SORTS),
)


def _plain(text):
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))


def _words(text):
    return "".join(char if char.isalnum() else " " for char in _plain(text)).split()


def _in_text(q, *texts):
    *whole, last = _words(q)
    words = [word for text in texts for word in _words(text)]
    return all(word in words for word in whole) and any(word.startswith(last) for word in words)


def _found(drink, q):
    if not _words(q):
        return q in drink.name
    names = [line.name for line in drink.ingredients]
    return _in_text(q, drink.name, *names, *drink.instructions.values(), *drink.tags)


def _has(drink, ingredient):
    if match_ingredient(ingredient):
        return any(is_a(line.name, ingredient) for line in drink.ingredients)
    return any(line.name.casefold() == ingredient.casefold() for line in drink.ingredients)


def _among(values, wanted):
    return not wanted or {v.casefold() for v in values if v} & {w.casefold() for w in wanted}


def _fits(drink, query):
    low, high = drink.derived.abv_percent_min, drink.derived.abv_percent_max
    combine = all if query.match == "all" else any
    return (
        (not query.q or _found(drink, query.q))
        and _among([drink.category], query.category)
        and _among([drink.alcoholic], query.alcoholic)
        and query.mocktail in {None, drink.derived.is_mocktail}
        and _among([drink.glass], query.glass)
        and _among(drink.tags, query.tag)
        and _among([drink.derived.method], query.method)
        and _among(drink.derived.spirits, query.spirit)
        and (not query.ingredient or combine(_has(drink, name) for name in query.ingredient))
        and not any(_has(drink, name) for name in query.without)
        and (query.abv_min is None or (low is not None and low >= query.abv_min))
        and (query.abv_max is None or (high is not None and high <= query.abv_max))
        and (query.withdrawn or drink.withdrawn_at is None)
    )


def _rank(drink, query):
    """Where the words stand, as `full_text` tells it."""
    if not _words(query.q):
        return 0
    names = [line.name for line in drink.ingredients]
    if not _in_text(query.q, drink.name):
        return 3 if _in_text(query.q, drink.name, *names, *drink.tags) else 4
    if name_key(drink.name) == name_key(query.q):
        return 0
    return 1 if name_key(drink.name).startswith(name_key(query.q)) else 2


def _sorted(drinks, query):
    by_name = sorted(drinks, key=lambda drink: (name_key(drink.name), drink.id))
    sort = query.sort or ("relevance" if query.q else "name")
    descending = sort.startswith("-")
    sign = -1 if descending else 1
    keys = {
        "name": lambda _: 0,
        "abv": lambda d: (
            d.derived.abv_percent_max is None,
            sign * (d.derived.abv_percent_max or 0),
        ),
        "observed": lambda d: sign * d.observed_at,
        "relevance": lambda d: _rank(d, query),
    }
    return by_name[::-1] if sort == "-name" else sorted(by_name, key=keys[sort.lstrip("-")])


def _pages(catalogue, query, limit):
    found, after = [], None
    while True:
        page = catalogue.search(query, limit=limit, after=after)
        found += page.items
        after = page.next
        if after is None:
            return found
        assert len(page.items) == limit


@settings(max_examples=examples(150), deadline=None)
@given(st.data(), queries, st.integers(1, 4))
def test_pages_hold_what_a_plain_reading_finds_in_order(
    open_catalogue, new_drink, data, query, limit
):
    drinks = data.draw(_drinks(new_drink))
    catalogue = open_catalogue(drinks)
    expected = _sorted([drink for drink in drinks if _fits(drink, query)], query)

    assert [d.id for d in _pages(catalogue, query, limit)] == [d.id for d in expected]
    assert catalogue.count(query) == len(expected)
    chosen = catalogue.random(query)
    assert chosen in expected if expected else chosen is None
    catalogue.close()


@settings(max_examples=examples(80), deadline=None)
@given(st.data(), queries)
def test_a_facet_counts_what_choosing_its_value_finds(open_catalogue, new_drink, data, query):
    drinks = data.draw(_drinks(new_drink))
    catalogue = open_catalogue(drinks)

    facets = catalogue.facets(query)

    assert facets.more == {}
    for field, values in msgspec.structs.asdict(facets).items():
        if field == "more":
            continue
        assert values == sorted(values, key=lambda facet: (-facet.count, facet.value))
        for facet in values:
            chosen = facet.value == "true" if field == "mocktail" else (facet.value,)
            narrowed = msgspec.structs.replace(query, **{field: chosen})
            assert facet.count == catalogue.count(narrowed) > 0
    catalogue.close()


def test_each_facet_counts_its_own_field(open_catalogue, new_drink):
    full = new_drink(
        "A", "Light rum", "Ice", category="Shot", alcoholic="alcoholic", glass="Cup",
        tags=("Sour", "New"), method="built", spirits=("Rum",), is_mocktail=False,
    )  # fmt: skip
    catalogue = open_catalogue([full, new_drink("B", "Ice", is_mocktail=True), new_drink("C")])

    assert catalogue.facets(DrinkQuery()) == Facets(
        category=[Facet("Shot", 1)],
        alcoholic=[Facet("alcoholic", 1)],
        mocktail=[Facet("false", 1), Facet("true", 1)],
        glass=[Facet("Cup", 1)],
        tag=[Facet("New", 1), Facet("Sour", 1)],
        method=[Facet("built", 1)],
        spirit=[Facet("Rum", 1)],
        ingredient=[Facet("Ice", 2), Facet("Light rum", 1)],
        more={},
    )


def test_no_ingredient_is_left_out_of_the_facets_for_being_rare(open_catalogue, new_drink):
    common = [new_drink(f"C{n}", "Gin", f"New {n % 120:03}") for n in range(600)]
    rare = new_drink("Rare", "Wumm", "Gin")
    catalogue = open_catalogue([*common, rare])

    everything = catalogue.facets(DrinkQuery()).ingredient
    narrowed = catalogue.facets(DrinkQuery(ingredient=("wumm",), q="rare")).ingredient

    assert len(everything) == 100
    assert catalogue.facets(DrinkQuery()).more == {"ingredient": 22}
    assert catalogue.facets(DrinkQuery(q="rare")).more == {}
    assert (everything[0].value, everything[0].count) == ("Gin", 601)
    assert everything[1:] == sorted(everything[1:], key=lambda f: (-f.count, f.value))
    assert {(facet.value, facet.count) for facet in narrowed} == {("Wumm", 1), ("Gin", 1)}


def test_of_very_many_values_the_most_frequent_are_given_and_the_rest_counted(
    open_catalogue, new_drink
):
    often = [new_drink(f"O{n}", "Gin", category="Often", tags=("Often",)) for n in range(3)]
    once = [
        new_drink(f"D{n}", "Gin", category=f"C{n:04}", glass=f"G{n:04}", tags=(f"A{n}", f"B{n}"))
        for n in range(150)
    ]
    gone = new_drink("Gone", "Gin", category="Gone", withdrawn_at=5)
    catalogue = open_catalogue([*often, *once, gone])

    found = catalogue.facets(DrinkQuery())

    assert found.category[:2] == [Facet("Often", 3), Facet("C0000", 1)]
    assert len(found.category) == len(found.glass) == len(found.tag) == 100
    assert found.more == {"category": 51, "glass": 50, "tag": 201}
    assert catalogue.facets(DrinkQuery(withdrawn=True)).more["category"] == 52
    narrowed = catalogue.facets(DrinkQuery(category=("Often",)))
    assert narrowed.more == {"category": 51}, "its own choice does not narrow a field"
    figures = catalogue.statistics()
    assert figures.categories == found.category
    assert len(figures.tags) == len(figures.glasses) == 100
    assert figures.more == {"categories": 51, "glasses": 50, "tags": 201}


def test_unknown_ingredients_that_differ_in_case_are_one_facet(open_catalogue, new_drink):
    catalogue = open_catalogue(
        [new_drink("A", "wumm"), new_drink("B", "Wumm"), new_drink("C", "Wumm", "wumm")]
    )

    (facet,) = catalogue.facets(DrinkQuery()).ingredient

    assert facet.count == catalogue.count(DrinkQuery(ingredient=(facet.value,))) == 3


@pytest.mark.parametrize("as_bits", [False, True])
def test_the_most_frequent_values_are_those_of_a_plain_count(as_bits):
    """Many values are in few drinks and few in many; all meet in some counts."""
    chance = random.Random(5)  # noqa: S311 - values made up
    size = 400
    drinks = {f"v{n:02}": chance.sample(range(size), 1 + n * n % 97) for n in range(60)}
    values = Postings(size, {v: pack(d, size) if as_bits else d for v, d in drinks.items()})
    for share in (1, 3, 40):
        within = {n for n in range(size) if n % share == 0}
        counted = {value: len(within & set(some)) for value, some in drinks.items()}
        facets = [Facet(value, number) for value, number in counted.items() if number]
        facets.sort(key=lambda facet: (-facet.count, facet.value))
        selection = Selection(pack(within, size), size)
        assert len(selection) == len(within)
        for top in (1, 2, 5, 30, 100):
            assert values.counts(selection, top) == facets[:top]
            given = min(top, len(facets))
            assert values.rest(selection, given) == len(facets) - given
        assert {value: values.count(value, selection) for value in drinks} == counted
    for value, some in drinks.items():
        assert list(ordinals(values.bits(value), size)) == sorted(values.ordinals(value))
        assert sorted(values.ordinals(value)) == sorted(some)


def test_a_value_is_not_left_out_for_being_rare_outside_the_selection():
    values = Postings(9, {"C": [1], "B": [0, 1, 2], "A": [0]})
    assert values.counts(Selection(pack([0], 9), 9), 1) == [Facet("A", 1)]
    assert values.by_size == [("B", 3), ("A", 1), ("C", 1)]


@pytest.mark.parametrize("size", [1, 7, 8, 9, 40])
def test_a_set_of_ordinals_has_the_members_that_it_was_given(size):
    for some in ([], [0], [size - 1], list(range(size)), list(range(0, size, 3))):
        flags = bytes(number in some for number in range(size))
        assert pack(some, size) == pack_flags(flags) == sum(1 << number for number in some)
        assert unpack(pack(some, size), size) == flags
        for start in (0, 1, size):
            assert list(ordinals(pack(some, size), size, start)) == [
                number for number in some if number >= start
            ]
    for start in range(size):
        assert span(start, size) == pack(range(start, size), size)
        assert span(0, start) == pack(range(start), size)
    assert (span(2, 2), pack_flags(b""), unpack(0, 0), list(ordinals(0, 0))) == (0, 0, b"", [])


def test_all_drinks_are_counted_where_nothing_is_asked(open_catalogue, new_drink):
    catalogue = open_catalogue([new_drink("A"), new_drink("B", withdrawn_at=5)])
    assert catalogue.count(DrinkQuery(withdrawn=True)) == 2
    assert catalogue.count(DrinkQuery()) == 1


def test_values_are_found_without_case_and_surplus_white_space():
    values = Postings(9, {"Old  Fashioned": [0], "old fashioned": [1], "Cup": [2]})
    assert values.spelled(" OLD fashioned\n") == ["Old  Fashioned", "old fashioned"]
    assert values.spelled("Oldfashioned") == []
    assert values.any_of(["old fashioned", "nothing"]) == pack([0, 1], 9)
    assert ("Cup" in values, "cup" in values, values.bits("cup")) == (True, False, 0)


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_goes_on_when_the_catalogue_was_replaced(open_catalogue, new_drink, sort):
    drinks = [
        new_drink(f"Gin {n:02}", observed_at=n % 3, abv_percent_max=[None, 5, 10][n % 3])
        for n in range(12)
    ]
    added = [new_drink("Gin 00a", abv_percent_max=7), new_drink("Gin 99", observed_at=9)]
    query = DrinkQuery(q="gin", sort=sort)
    first = open_catalogue(drinks).search(query, limit=5)
    seen = [drink.id for drink in first.items]
    gone = {seen[-1], seen[0]}

    replaced = open_catalogue([d for d in drinks if d.id not in gone] + added)
    rest, after = [], first.next
    while after is not None:
        page = replaced.search(query, limit=2, after=after)
        rest += [drink.id for drink in page.items]
        after = page.next

    added_ids = {drink.id for drink in added}
    assert len(rest) == len(set(rest))
    assert set(rest) - added_ids == {drink.id for drink in drinks} - set(seen)


@pytest.mark.parametrize("char", "aé\0\ufdfa\uac01🍹")
def test_pages_go_on_behind_names_of_any_length(open_catalogue, new_drink, char):
    drinks = [new_drink(char * 9_999 + end, drink_id=f"test:{end}") for end in "abc"]
    catalogue = open_catalogue(drinks)
    for sort in ("name", "-observed"):
        found, after = [], None
        for _ in drinks:
            page = catalogue.search(DrinkQuery(sort=sort), limit=1, after=after)
            found += page.items
            after = page.next
            assert after is None or len(after) <= 2_000, "as much as the API takes"

        assert (found, after) == (drinks, None)


@pytest.mark.parametrize(
    "damage",
    [
        "", "!", "a", "ä", "\ud800", "AAAA", "e30", "x" * 10_000, "WyJhIl0",
        "W251bGwsbnVsbCxudWxsLG51bGxd",
    ],
)  # fmt: skip
def test_a_damaged_cursor_is_refused(open_catalogue, new_drink, damage):
    catalogue = open_catalogue([new_drink()])

    for ask in (
        lambda: catalogue.search(DrinkQuery(), after=damage),
        lambda: catalogue.search(DrinkQuery(q="m"), after=damage),
        lambda: catalogue.ingredients(after=damage),
        lambda: catalogue.makeable([], after=damage),
    ):
        with pytest.raises(UsageError, match="Ask again without it"):
            ask()


@settings(max_examples=examples(200), deadline=None)
@given(place=st.integers(0, 200), char=st.characters())
def test_a_changed_cursor_is_refused_or_goes_on_somewhere(two_drinks, place, char):
    query = DrinkQuery(sort="abv")
    cursor = two_drinks.search(query, limit=1).next
    place %= len(cursor)
    changed = cursor[:place] + char + cursor[place + 1 :]

    try:
        page = two_drinks.search(query, after=changed)
    except UsageError:
        return
    assert len(page.items) <= 2


@pytest.fixture(scope="session")
def two_drinks(open_catalogue, new_drink):
    return open_catalogue([new_drink("A", abv_percent_max=5), new_drink("B", abv_percent_max=6)])


def test_a_cursor_of_another_query_is_refused(two_drinks):
    cursor = two_drinks.search(DrinkQuery(), limit=1).next

    for other in (DrinkQuery(sort="-name"), DrinkQuery(withdrawn=True), DrinkQuery(q="a")):
        with pytest.raises(UsageError, match="another query"):
            two_drinks.search(other, after=cursor)
    for ask in (
        lambda limit: two_drinks.search(DrinkQuery(), limit=limit),
        lambda limit: two_drinks.search(DrinkQuery(q="a"), limit=limit),
        lambda limit: two_drinks.ingredients(limit=limit),
        lambda limit: two_drinks.makeable([], limit=limit),
    ):
        ask(1)
        for limit in (0, -1):
            with pytest.raises(UsageError, match="limit of 1"):
                ask(limit)


def test_no_cursor_follows_a_last_page_that_is_full(two_drinks):
    assert two_drinks.search(DrinkQuery(), limit=2).next is None
    assert two_drinks.search(DrinkQuery(), limit=1).next is not None


hostile = st.text(max_size=30) | st.text(st.sampled_from("\"'*:^-+(){}[] ANDORNEAR\x00,.\ud800"))


@settings(max_examples=examples(300), deadline=None)
@given(hostile)
def test_no_text_breaks_the_search(two_drinks, text):
    query = DrinkQuery(q=text)

    found = two_drinks.search(query).items

    assert two_drinks.count(query) == len(found)
    assert sum(facet.count for facet in two_drinks.facets(query).mocktail) <= len(found)


@pytest.mark.parametrize(
    "text",
    [
        '"', '""', '"gin', "gin*", "*", "NEAR(gin tonic, 2)", "gin AND", "OR", "NOT gin",
        "name:gin", "{name} : gin", "^gin", "gin -tonic", "gin\x00tonic", "(", "x" * 10_000,
        "gin " * 5_000,
        "\u0301", "\u202e\u202d", "🍹" * 5_000, "\ud800",
    ],
)  # fmt: skip
def test_operators_and_rubbish_are_plain_text(two_drinks, text):
    two_drinks.search(DrinkQuery(q=text))
    two_drinks.search(DrinkQuery(ingredient=(text,), tag=(text,), without=(text,)))
    two_drinks.ingredients(q=text)
    two_drinks.makeable([text])
    assert two_drinks.ingredient(text) is None
    assert two_drinks.similar_ingredients(text) == []


def test_a_drink_with_a_tag_in_two_cases_counts_once(open_catalogue, new_drink):
    twice = [new_drink(f"Gin {n}", tags=("IBA", "iba")) for n in range(2)]
    # both forms of a set: few drinks of many, and most of few
    for others in ([], [new_drink(f"Other {n}") for n in range(100)]):
        catalogue = open_catalogue([*twice, *others])

        assert catalogue.facets(DrinkQuery()).tag == [Facet("IBA", 2)]
        assert catalogue.statistics().tags == [Facet("IBA", 2)]


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ({"abv_min": 10}, "BC"),
        ({"abv_min": 9.9}, "BC"),
        ({"abv_min": 10.1}, "C"),
        ({"abv_max": 20}, "AB"),
        ({"abv_max": 19.9}, "A"),
        ({"abv_min": 5, "abv_max": 12}, "A"),
        ({"abv_min": 0}, "ABC"),
        ({"abv_max": 0}, ""),
    ],
)
def test_both_ends_of_a_strength_lie_within_what_is_asked_for(
    open_catalogue, new_drink, limits, names
):
    strengths = {"A": (5, 12), "B": (10, 20), "C": (35, 40), "D": (None, None)}
    catalogue = open_catalogue(
        new_drink(name, abv_percent_min=low, abv_percent_max=high)
        for name, (low, high) in strengths.items()
    )

    found = catalogue.search(DrinkQuery(**limits)).items

    assert "".join(drink.name for drink in found) == names


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"ingredient": ("rum",)}, "AB"),
        ({"ingredient": ("rum", "Lime juice")}, "A"),
        ({"ingredient": ("rum", "Lime juice"), "match": "any"}, "ABC"),
        ({"ingredient": ("rum", "nothing")}, ""),
        ({"ingredient": ("nothing",)}, ""),
        ({"without": ("rum",)}, "CD"),
        ({"without": ("rum", "Lime juice")}, "D"),
        ({"without": ("nothing",)}, "ABCD"),
        ({"mocktail": True}, "C"),
        ({"mocktail": False}, "A"),
        ({"category": ("SHOT",), "glass": ("cup",)}, "A"),
        ({"tag": ("sour", "new")}, "AD"),
        ({"method": ("built",)}, "B"),
        ({"spirit": ("rum",)}, "A"),
        ({"alcoholic": ("optional_alcohol",)}, "D"),
        ({"withdrawn": True}, "ABCDE"),
        ({"withdrawn": True, "without": ("rum",)}, "CDE"),
    ],
)
def test_each_filter_leaves_the_drinks_that_fit(open_catalogue, new_drink, asked, names):
    catalogue = open_catalogue(
        [
            new_drink(
                "A", "Light rum", "Lime juice", category="Shot", glass="Cup", is_mocktail=False,
                tags=("Sour",), spirits=("Rum",),
            ),
            new_drink("B", "Rum", category="Shot", glass="Bowl", method="built"),
            new_drink("C", "Lime juice", glass="Cup", is_mocktail=True),
            new_drink("D", "Ice", tags=("New",), alcoholic="optional_alcohol"),
            new_drink("E", "Ice", withdrawn_at=5),
        ]
    )  # fmt: skip

    found = catalogue.search(DrinkQuery(**asked)).items

    assert "".join(drink.name for drink in found) == names


def test_a_facet_is_not_narrowed_by_its_own_filter(open_catalogue, new_drink):
    catalogue = open_catalogue(
        [
            new_drink("A", "Gin", is_mocktail=True, category="Shot"),
            new_drink("B", "Rum", is_mocktail=False, category="Punch"),
        ]
    )
    both = [Facet("false", 1), Facet("true", 1)]

    assert catalogue.facets(DrinkQuery(mocktail=True)).mocktail == both
    assert catalogue.facets(DrinkQuery(mocktail=True)).category == [Facet("Shot", 1)]
    by_ingredient = catalogue.facets(DrinkQuery(ingredient=("gin",)))
    assert by_ingredient.ingredient == [Facet("Gin", 1), Facet("Rum", 1)]
    assert by_ingredient.category == [Facet("Shot", 1)]


def test_the_order_is_by_relevance_where_there_is_a_text_and_else_by_name():
    assert DrinkQuery().order == DrinkQuery(q=" ").order == "name"
    assert DrinkQuery(q="gin").order == "relevance"
    assert DrinkQuery(q="gin", sort="-abv").order == "-abv"


def test_white_space_is_no_text_to_search_for(open_catalogue, new_drink):
    catalogue = open_catalogue([new_drink("B"), new_drink("A")])

    found = catalogue.search(DrinkQuery(q="  ", sort="relevance")).items

    assert [drink.name for drink in found] == ["A", "B"]
    assert catalogue.count(DrinkQuery(q="  ")) == 2


def test_a_cursor_is_short_whatever_was_asked_and_read_up_to_its_limit():
    assert len(fingerprint("x" * 10_000)) == len(fingerprint()) == 18
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert read_cursor(Cursor("q", 0.5, "n", "i").encode(), "q") == Cursor("q", 0.5, "n", "i")
    for size in (LONGEST_CURSOR, LONGEST_CURSOR + 4):
        text = base64.urlsafe_b64encode(
            b'["q",0.5,"n",%*s' % (size // 4 * 3 - 13, b'"i"]')
        ).decode()
        assert len(text) == size
        if size == LONGEST_CURSOR:
            assert read_cursor(text, "q") == Cursor("q", 0.5, "n", "i")
        else:
            with pytest.raises(UsageError, match="damaged"):
                read_cursor(text, "q")


def test_values_that_differ_in_case_are_one_in_the_usual_spelling(open_catalogue, new_drink):
    """Of two as usual the first by name; "Zest" has the most drinks and stands first."""
    catalogue = open_catalogue(
        [
            new_drink("A", category="shot", tags=("IBA", "sour", "zest")),
            new_drink("B", category="Shot", tags=("iba", "Zest")),
            new_drink("C", category="shot", tags=("iba", "Sour", "Zest")),
            new_drink("D", tags=("zest", "Zest")),
        ]
    )
    found = catalogue.facets(DrinkQuery())
    assert found.category == [Facet("shot", 3)]
    assert found.tag == [Facet("Zest", 4), Facet("iba", 3), Facet("Sour", 2)]
    assert catalogue.count(DrinkQuery(tag=("SOUR",))) == 2


def test_accents_alone_find_nothing(open_catalogue, new_drink):
    catalogue = open_catalogue([new_drink("Gin", "Gin"), new_drink("e\u0301")])

    for text in ("\u0301", "\u0301\u0302", " \u0301 "):
        query = DrinkQuery(q=text)
        assert (catalogue.count(query), catalogue.search(query).items) == (0, [])
        assert catalogue.ingredients(q=text).items == []


@pytest.mark.parametrize("written", ["Straße", "STRASSE", "Strasse", "\uff33trasse"])
@pytest.mark.parametrize("asked", ["straße", "STRASSE", "stras", "\uff33\uff34raSSe", "STRAẞE"])
def test_case_widths_and_ligatures_make_no_difference(open_catalogue, new_drink, written, asked):
    by_name = new_drink(f"A {written} B")
    by_text = new_drink("C", instructions=f"Serve in the {written}.")
    catalogue = open_catalogue([by_name, by_text, new_drink("Other", "Gin")])

    assert catalogue.search(DrinkQuery(q=asked)).items == [by_name, by_text]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pina", "Piña Colada"),
        ("PIN\u0303A", "Piña Colada"),
        ("colada pin", "Piña Colada"),
        ("7-up", "7-Up Float"),
        ("7-u", "7-Up Float"),
        ("عصير", "عصير ليمون"),
        ("istanbul", "İstanbul"),
        ("İSTANBUL", "İstanbul"),
        ("🍹", "🍹🍹"),
        ("%", "100% Proof"),
        ("!", "Wow!"),
        ("हिन्दी", "हिन्दी"),
        ("レモン", "レモン"),
    ],
)
def test_a_name_is_found_without_case_and_accents(open_catalogue, new_drink, text, name):
    names = [
        "Piña Colada", "7-Up Float", "عصير ليمون", "İstanbul", "🍹🍹", "100% Proof", "Wow!",
        "हिन्दी", "レモン", "Other",
    ]  # fmt: skip
    catalogue = open_catalogue(map(new_drink, names))

    assert [drink.name for drink in catalogue.search(DrinkQuery(q=text)).items] == [name]


def test_the_name_outranks_the_ingredients_and_these_the_instructions(open_catalogue, new_drink):
    catalogue = open_catalogue(
        [
            new_drink("A", instructions="Serve like gin."),
            new_drink("B", "Gin"),
            new_drink("C", tags=("Gin",)),
            new_drink("Dry Gin"),
            new_drink("Gin Fizz"),
            new_drink("Gin"),
            new_drink("Z", "Ice"),
        ]
    )

    found = catalogue.search(DrinkQuery(q="gin")).items

    assert [drink.name for drink in found] == ["Gin", "Gin Fizz", "Dry Gin", "B", "C", "A"]


def test_a_name_that_begins_with_the_text_comes_before_one_that_holds_it(open_catalogue, new_drink):
    names = ["A Ginger Ale", "Gin\u00e9", "Ginger", "Gin-Gin", "Gin Zoo", "The Gin", "gin"]
    catalogue = open_catalogue(new_drink(name, drink_id=f"x:{name}") for name in names)

    found = [drink.name for drink in catalogue.search(DrinkQuery(q="gin")).items]

    assert found == ["gin", "Gin Zoo", "Gin-Gin", "Gin\u00e9", "Ginger", "A Ginger Ale", "The Gin"]
