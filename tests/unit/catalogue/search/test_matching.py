"""Search returns the same drinks in the same order as a scan of every drink, each once."""

import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.catalogue.rows import name_key
from mocktailverse.catalogue.search.matching import MAX_CHARACTERS, MAX_WORDS
from mocktailverse.catalogue.search.query import DrinkQuery, Facet, Facets
from mocktailverse.drinks.ingredients import ancestors, canonical_name, match_ingredient
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
            "sugar_served_g_per_100ml_max": st.sampled_from([None, 0, 5, 10.5]),
        }
    )

    def build(many):
        drinks = []
        for number, one in enumerate(many):
            low, high = one["abv"] or (None, None)
            rest = {k: v for k, v in one.items() if k not in {"name", "ingredients", "abv"}}
            drinks.append(
                make(
                    one["name"],
                    *one["ingredients"],
                    drink_id=f"test:{number * 7 % 10}{number}",
                    abv_percent_min=low,
                    abv_percent_max=high,
                    **rest,
                )
            )
        return drinks

    return st.lists(fields, max_size=10).map(build)


queries = st.builds(
    DrinkQuery,
    q=st.sampled_from(["", "", "gin", "GIN fi", "fizz gin", "äp", "apf", "🍹", "zz"]),
    category=_some("COCKTAIL", "Shot"),
    alcoholic=_some("alcoholic", "optional_alcohol"),
    mocktail=st.sampled_from([None, None, True, False]),
    zero_proof=_some("alcohol_free", "traces"),
    glass=_some("cup", "bowl"),
    tag=_some("iba", "SOUR"),
    method=_some("shaken"),
    spirit=_some("rum", "gin"),
    ingredient=_some("rum", "white rum", "vodka", "WUMM", "Nothing"),
    match=st.sampled_from(["all", "any"]),
    without=_some("rum", "lime juice", "wumm", "Nothing"),
    abv_min=st.sampled_from([None, None, 0, 10]),
    abv_max=st.sampled_from([None, None, 10, 20.5]),
    sugar_max=st.sampled_from([None, None, 0, 5, 10]),
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


def _matches_text(drink, q):
    if not _words(q):
        return q in drink.name
    names = [line.name for line in drink.ingredients]
    return _in_text(q, drink.name, *names, *drink.instructions.values(), *drink.tags)


def _has(drink, ingredient):
    if general := match_ingredient(ingredient):
        kinds = [
            (canonical_name(line.name)[0], *ancestors(line.name)) for line in drink.ingredients
        ]
        return any(general.name in names for names in kinds)
    return any(line.name.casefold() == ingredient.casefold() for line in drink.ingredients)


def _has_any(values, choices):
    return not choices or {v.casefold() for v in values if v} & {c.casefold() for c in choices}


def _zero_proof(derived):
    if not derived.is_mocktail:
        return None
    return "alcohol_free" if derived.abv_percent_max == 0 else "traces"


def _matches(drink, query):
    low, high = drink.derived.abv_percent_min, drink.derived.abv_percent_max
    sugar = drink.derived.sugar_served_g_per_100ml_max
    combine = all if query.match == "all" else any
    return (
        (not query.q or _matches_text(drink, query.q))
        and _has_any([drink.category], query.category)
        and _has_any([drink.alcoholic], query.alcoholic)
        and query.mocktail in {None, drink.derived.is_mocktail}
        and _has_any([_zero_proof(drink.derived)], query.zero_proof)
        and _has_any([drink.glass], query.glass)
        and _has_any(drink.tags, query.tag)
        and _has_any([drink.derived.method], query.method)
        and _has_any(drink.derived.spirits, query.spirit)
        and (not query.ingredient or combine(_has(drink, name) for name in query.ingredient))
        and not any(_has(drink, name) for name in query.without)
        and (query.abv_min is None or (low is not None and low >= query.abv_min))
        and (query.abv_max is None or (high is not None and high <= query.abv_max))
        and (query.sugar_max is None or (sugar is not None and sugar <= query.sugar_max))
        and (query.withdrawn or drink.withdrawn_at is None)
    )


def _rank(drink, query):
    """Return the rank by the field that contains the words, as `full_text` defines it."""
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
    drinks, after = [], None
    while True:
        page = catalogue.search(query, limit=limit, after=after)
        drinks += page.items
        after = page.next
        if after is None:
            return drinks
        assert len(page.items) == limit


@settings(max_examples=examples(150), deadline=None)
@given(st.data(), queries, st.integers(1, 4))
def test_the_pages_equal_a_scan_in_order(open_catalogue, make_drink, data, query, limit):
    drinks = data.draw(_drinks(make_drink))
    catalogue = open_catalogue(drinks)
    expected = _sorted([drink for drink in drinks if _matches(drink, query)], query)

    assert [d.id for d in _pages(catalogue, query, limit)] == [d.id for d in expected]
    assert catalogue.count(query) == len(expected)
    chosen = catalogue.random(query)
    assert chosen in expected if expected else chosen is None
    catalogue.close()


@settings(max_examples=examples(80), deadline=None)
@given(st.data(), queries)
def test_a_facet_counts_the_drinks_that_match_its_value(open_catalogue, make_drink, data, query):
    drinks = data.draw(_drinks(make_drink))
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


def test_each_facet_counts_its_own_field(open_catalogue, make_drink):
    full = make_drink(
        "A", "Light rum", "Ice", category="Shot", alcoholic="alcoholic", glass="Cup",
        tags=("Sour", "New"), method="built", spirits=("Rum",), is_mocktail=False,
    )  # fmt: skip
    catalogue = open_catalogue([full, make_drink("B", "Ice", is_mocktail=True), make_drink("C")])

    assert catalogue.facets(DrinkQuery()) == Facets(
        source=[Facet("test", 3)],
        category=[Facet("Shot", 1)],
        alcoholic=[Facet("alcoholic", 1)],
        mocktail=[Facet("false", 1), Facet("true", 1)],
        zero_proof=[Facet("traces", 1)],
        glass=[Facet("Cup", 1)],
        tag=[Facet("New", 1), Facet("Sour", 1)],
        method=[Facet("built", 1)],
        spirit=[Facet("Rum", 1)],
        ingredient=[Facet("Ice", 2), Facet("Light rum", 1)],
        more={},
    )


def test_rare_ingredients_are_not_missing_from_the_facets(open_catalogue, make_drink):
    common = [make_drink(f"C{n}", "Gin", f"New {n % 120:03}") for n in range(600)]
    rare = make_drink("Rare", "Wumm", "Gin")
    catalogue = open_catalogue([*common, rare])

    everything = catalogue.facets(DrinkQuery()).ingredient
    narrowed = catalogue.facets(DrinkQuery(ingredient=("wumm",), q="rare")).ingredient

    assert len(everything) == 100
    assert catalogue.facets(DrinkQuery()).more == {"ingredient": 22}
    assert catalogue.facets(DrinkQuery(q="rare")).more == {}
    assert (everything[0].value, everything[0].count) == ("Gin", 601)
    assert everything[1:] == sorted(everything[1:], key=lambda f: (-f.count, f.value))
    assert {(facet.value, facet.count) for facet in narrowed} == {("Wumm", 1), ("Gin", 1)}


def test_a_facet_has_the_most_frequent_values_and_counts_the_rest(open_catalogue, make_drink):
    often = [make_drink(f"O{n}", "Gin", category="Often", tags=("Often",)) for n in range(3)]
    once = [
        make_drink(f"D{n}", "Gin", category=f"C{n:04}", glass=f"G{n:04}", tags=(f"A{n}", f"B{n}"))
        for n in range(150)
    ]
    gone = make_drink("Gone", "Gin", category="Gone", withdrawn_at=5)
    catalogue = open_catalogue([*often, *once, gone])

    facets = catalogue.facets(DrinkQuery())

    assert facets.category[:2] == [Facet("Often", 3), Facet("C0000", 1)]
    assert len(facets.category) == len(facets.glass) == len(facets.tag) == 100
    assert facets.more == {"category": 51, "glass": 50, "tag": 201}
    assert catalogue.facets(DrinkQuery(withdrawn=True)).more["category"] == 52
    narrowed = catalogue.facets(DrinkQuery(category=("Often",)))
    assert narrowed.more == {"category": 51}, "a filter does not narrow its own facet"
    figures = catalogue.statistics()
    assert figures.categories == facets.category
    assert len(figures.tags) == len(figures.glasses) == 100
    assert figures.more == {"categories": 51, "glasses": 50, "tags": 201}


def test_an_empty_query_matches_all_drinks(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("A"), make_drink("B", withdrawn_at=5)])
    assert catalogue.count(DrinkQuery(withdrawn=True)) == 2
    assert catalogue.count(DrinkQuery()) == 1


hostile = st.text(max_size=30) | st.text(st.sampled_from("\"'*:^-+(){}[] ANDORNEAR\x00,.\ud800"))


@settings(max_examples=examples(300), deadline=None)
@given(hostile)
def test_no_text_breaks_the_search(two_drinks, text):
    query = DrinkQuery(q=text)

    drinks = two_drinks.search(query).items

    assert two_drinks.count(query) == len(drinks)
    assert sum(facet.count for facet in two_drinks.facets(query).mocktail) <= len(drinks)


@pytest.mark.parametrize(
    "text",
    [
        '"', '""', '"gin', "gin*", "*", "NEAR(gin tonic, 2)", "gin AND", "OR", "NOT gin",
        "name:gin", "{name} : gin", "^gin", "gin -tonic", "gin\x00tonic", "(", "x" * 10_000,
        "gin " * 5_000,
        "\u0301", "\u202e\u202d", "🍹" * 5_000, "\ud800",
    ],
)  # fmt: skip
def test_operators_are_plain_text(two_drinks, text):
    two_drinks.search(DrinkQuery(q=text))
    two_drinks.search(DrinkQuery(ingredient=(text,), tag=(text,), without=(text,)))
    two_drinks.ingredients(q=text)
    two_drinks.makeable([text])
    assert two_drinks.ingredient(text) is None
    assert two_drinks.similar_ingredients(text) == []


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
def test_both_bounds_of_a_strength_are_within_the_limits(open_catalogue, make_drink, limits, names):
    strengths = {"A": (5, 12), "B": (10, 20), "C": (35, 40), "D": (None, None)}
    catalogue = open_catalogue(
        make_drink(name, abv_percent_min=low, abv_percent_max=high)
        for name, (low, high) in strengths.items()
    )

    drinks = catalogue.search(DrinkQuery(**limits)).items

    assert "".join(drink.name for drink in drinks) == names


@pytest.mark.parametrize(
    ("filters", "names"),
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
def test_each_filter_keeps_the_matching_drinks(open_catalogue, make_drink, filters, names):
    catalogue = open_catalogue(
        [
            make_drink(
                "A", "Light rum", "Lime juice", category="Shot", glass="Cup", is_mocktail=False,
                tags=("Sour",), spirits=("Rum",),
            ),
            make_drink("B", "Rum", category="Shot", glass="Bowl", method="built"),
            make_drink("C", "Lime juice", glass="Cup", is_mocktail=True),
            make_drink("D", "Ice", tags=("New",), alcoholic="optional_alcohol"),
            make_drink("E", "Ice", withdrawn_at=5),
        ]
    )  # fmt: skip

    drinks = catalogue.search(DrinkQuery(**filters)).items

    assert "".join(drink.name for drink in drinks) == names


def test_a_facet_is_not_narrowed_by_its_own_filter(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [
            make_drink("A", "Gin", is_mocktail=True, category="Shot"),
            make_drink("B", "Rum", is_mocktail=False, category="Punch"),
        ]
    )
    both = [Facet("false", 1), Facet("true", 1)]

    assert catalogue.facets(DrinkQuery(mocktail=True)).mocktail == both
    assert catalogue.facets(DrinkQuery(mocktail=True)).category == [Facet("Shot", 1)]
    by_ingredient = catalogue.facets(DrinkQuery(ingredient=("gin",)))
    assert by_ingredient.ingredient == [Facet("Gin", 1), Facet("Rum", 1)]
    assert by_ingredient.category == [Facet("Shot", 1)]


def test_white_space_does_not_count_as_text(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("B"), make_drink("A")])

    drinks = catalogue.search(DrinkQuery(q="  ", sort="relevance")).items

    assert [drink.name for drink in drinks] == ["A", "B"]
    assert catalogue.count(DrinkQuery(q="  ")) == 2


def test_accents_alone_match_nothing(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("Gin", "Gin"), make_drink("e\u0301")])

    for text in ("\u0301", "\u0301\u0302", " \u0301 "):
        query = DrinkQuery(q=text)
        assert (catalogue.count(query), catalogue.search(query).items) == (0, [])
        assert catalogue.ingredients(q=text).items == []


@pytest.mark.parametrize("written", ["Straße", "STRASSE", "Strasse", "\uff33trasse"])
@pytest.mark.parametrize("query", ["straße", "STRASSE", "stras", "\uff33\uff34raSSe", "STRAẞE"])
def test_case_width_and_ligatures_make_no_difference(open_catalogue, make_drink, written, query):
    by_name = make_drink(f"A {written} B")
    by_text = make_drink("C", instructions=f"Serve in the {written}.")
    catalogue = open_catalogue([by_name, by_text, make_drink("Other", "Gin")])

    assert catalogue.search(DrinkQuery(q=query)).items == [by_name, by_text]


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
def test_a_name_is_found_without_case_and_accents(open_catalogue, make_drink, text, name):
    names = [
        "Piña Colada", "7-Up Float", "عصير ليمون", "İstanbul", "🍹🍹", "100% Proof", "Wow!",
        "हिन्दी", "レモン", "Other",
    ]  # fmt: skip
    catalogue = open_catalogue(map(make_drink, names))

    assert [drink.name for drink in catalogue.search(DrinkQuery(q=text)).items] == [name]


def test_names_rank_before_ingredients_and_ingredients_before_instructions(
    open_catalogue, make_drink
):
    catalogue = open_catalogue(
        [
            make_drink("A", instructions="Serve like gin."),
            make_drink("B", "Gin"),
            make_drink("C", tags=("Gin",)),
            make_drink("Dry Gin"),
            make_drink("Gin Fizz"),
            make_drink("Gin"),
            make_drink("Z", "Ice"),
        ]
    )

    drinks = catalogue.search(DrinkQuery(q="gin")).items

    assert [drink.name for drink in drinks] == ["Gin", "Gin Fizz", "Dry Gin", "B", "C", "A"]


def test_a_name_that_starts_with_the_text_comes_before_one_that_contains_it(
    open_catalogue, make_drink
):
    names = ["A Ginger Ale", "Gin\u00e9", "Ginger", "Gin-Gin", "Gin Zoo", "The Gin", "gin"]
    catalogue = open_catalogue(make_drink(name, drink_id=f"x:{name}") for name in names)

    names = [drink.name for drink in catalogue.search(DrinkQuery(q="gin")).items]

    assert names == ["gin", "Gin Zoo", "Gin-Gin", "Gin\u00e9", "Ginger", "A Ginger Ale", "The Gin"]


def test_a_search_is_limited_in_words_and_characters(open_catalogue, make_drink):
    assert (MAX_CHARACTERS, MAX_WORDS) == (300, 12), "the documented limits"
    words = " ".join(f"w{number}" for number in range(MAX_WORDS))
    catalogue = open_catalogue([make_drink(words), make_drink("x" * (MAX_CHARACTERS + 9))])
    for text, hits in {
        words: 1,
        f"{words} other": 1,  # the thirteenth word does not count
        words.replace("w11", "other"): 0,
        "x" * MAX_CHARACTERS + "y": 1,  # nor does the 301st character
        "x" * (MAX_CHARACTERS - 1) + "y": 0,
    }.items():
        assert catalogue.count(DrinkQuery(q=text)) == hits, text


def test_an_ingredient_is_found_where_the_recipe_allows_it_instead(open_catalogue, make_drink):
    tea = make_drink("Tea", "Tea", "Honey")
    honey, lime = tea.ingredients[1], make_drink("Lime", "Lime juice").ingredients[0]
    either = msgspec.structs.replace(
        tea,
        ingredients=(
            tea.ingredients[0],
            msgspec.structs.replace(honey, alternatives=("Brown sugar", "Light rum")),
        ),
    )
    other = msgspec.structs.replace(tea, id="test:other", ingredients=(lime,))
    catalogue = open_catalogue([either, other, make_drink("Mojito", "Rum", "Sugar")])

    for name in ("Honey", "brown sugar"):
        assert catalogue.search(DrinkQuery(ingredient=(name,))).items == [either]
    assert catalogue.count(DrinkQuery(ingredient=("Rum",))) == 2, "a kind of it is allowed"
    facets = {f.value: f.count for f in catalogue.facets(DrinkQuery()).ingredient}
    assert facets["Rum"] == 2
    assert catalogue.count(DrinkQuery(without=("Light rum",))) == 3, "it can be made without"
