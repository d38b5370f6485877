"""The list of ingredients, and the relations of each ingredient."""

import msgspec
import pytest

from mocktailverse.catalogue import ingredient_list
from mocktailverse.catalogue.search.query import Facet, IngredientEntry
from mocktailverse.drinks.drink import IngredientLine


@pytest.fixture(scope="module")
def catalogue(open_catalogue, make_drink):
    return open_catalogue(
        [
            make_drink("Daiquiri", "Light rum", "Lime juice", "Sugar"),
            make_drink("Mojito", "Light rum", "Lime juice", "Mint"),
            make_drink("Punch", "Rum", "Lime juice", "Wumm"),
            make_drink("Odd", "wumm", "Mint"),
            make_drink("Gone", "Gin", "Lime juice", withdrawn_at=5),
        ]
    )


def test_the_most_used_ingredients_come_first_then_by_name(catalogue):
    page = catalogue.ingredients(limit=4)
    rest = catalogue.ingredients(limit=50, after=page.next)

    names = [entry.name for entry in page.items + rest.items]
    uses = [entry.drinks for entry in page.items + rest.items]
    assert names[:3] == ["Lime juice", "Light rum", "Mint"]
    assert uses == sorted(uses, reverse=True)
    assert len(names) == len(set(names))
    assert rest.next is None
    assert "Gin" not in names, "only a withdrawn drink has it"


def test_pages_contain_each_ingredient_once(catalogue):
    whole, paged, after = catalogue.ingredients().items, [], None
    for _ in range(len(whole) + 1):
        page = catalogue.ingredients(limit=1, after=after)
        paged += page.items
        after = page.next
        if after is None:
            break

    assert paged == whole


def test_paging_continues_after_names_of_any_length(open_catalogue, make_drink):
    names = [f"{char * 9_999}{end}" for char in "aé\0\ufdfa" for end in "xyz"]
    catalogue = open_catalogue(make_drink(f"D{n}", name) for n, name in enumerate(names))
    paged, after = [], None
    while True:
        page = catalogue.ingredients(limit=1, after=after)
        paged += [entry.name for entry in page.items]
        after = page.next
        if after is None:
            break
        assert len(after) <= 2_000, "the maximum of the API"

    assert len(paged) == len(names)
    assert set(paged) == set(names)


def test_the_shortest_of_names_with_a_common_prefix_comes_first(open_catalogue, make_drink):
    names = ["w" * 100, *(f"{'w' * 100}{end}" for end in "abcdefgh")]
    catalogue = open_catalogue([make_drink("A", *names[::-1])])
    listed = [entry.name for entry in catalogue.ingredients().items]
    assert listed[0] == names[0]
    assert sorted(listed) == names


def test_an_entry_counts_its_own_drinks_and_those_of_its_kinds(catalogue):
    (rum,) = [entry for entry in catalogue.ingredients(q="rum").items if entry.name == "Rum"]

    assert rum == IngredientEntry("Rum", "spirit", "Spirit", rum.abv_percent, 1, 3)


@pytest.mark.parametrize(
    ("q", "kind", "names"),
    [
        ("lim", (), ["Lime juice"]),
        ("LÍM", (), ["Lime juice"]),
        ("white rum", (), ["Light rum"]),
        ("", ("herb",), ["Mint", "Herb"]),
        ("", ("Sweetener", "herb"), ["Mint", "Sugar", "Herb", "Sweetener"]),
        ("wum", (), ["Wumm", "wumm"]),
        ("", ("nothing",), []),
    ],
)
def test_the_list_can_be_filtered_by_name_and_kind(catalogue, q, kind, names):
    assert [entry.name for entry in catalogue.ingredients(q=q, kind=kind).items] == names


def test_an_ingredient_is_shown_with_its_relations_and_pairings(catalogue):
    rum = catalogue.ingredient("ron")

    assert rum.name == "Rum"
    assert (rum.drinks, rum.drinks_with_kinds) == (1, 3)
    assert rum.general == ["Spirit"]
    assert rum.kinds == ["Light rum"]
    assert rum.pairings == [
        Facet("Lime juice", 3),
        Facet("Mint", 1),
        Facet("Sugar", 1),
        Facet("Wumm", 1),
    ]


def test_a_general_ingredient_is_listed_even_if_drinks_use_only_its_kinds(catalogue):
    spirit = catalogue.ingredient("Spirit")

    assert (spirit.drinks, spirit.drinks_with_kinds) == (0, 3)
    assert spirit.kinds == ["Light rum", "Rum"]


def test_an_ingredient_outside_the_reference_is_found_without_case(catalogue):
    wumm = catalogue.ingredient("WUMM")

    assert (wumm.name, wumm.kind, wumm.drinks, wumm.general) == ("Wumm", None, 1, [])
    assert [catalogue.ingredient(name) for name in ("Absinthe", "Nothing", "Gin")] == [None] * 3


def test_a_listed_name_returns_exactly_this_ingredient(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [make_drink("A", "Wumm"), make_drink("B", "WUMM", "wumm"), make_drink("C", "wumm")]
    )

    for entry in catalogue.ingredients().items:
        assert catalogue.ingredient(entry.name).name == entry.name
    assert catalogue.ingredient("wUmM").name == "wumm", "the most used one"
    assert catalogue.ingredient("Wumm").pairings == []


def test_spellings_are_listed_most_frequent_first(open_catalogue, make_drink):
    def drink_with_spelling(number, name_raw):
        line = IngredientLine(
            1, "Gin", name_raw, None, None, None, "none", None, None, "none", "unknown"
        )
        return msgspec.structs.replace(make_drink(f"D{number}"), ingredients=(line,))

    spellings = ["gin", "Gin", "gin", *(f"Gin {number:02}" for number in range(30))]
    catalogue = open_catalogue(drink_with_spelling(n, name) for n, name in enumerate(spellings))

    assert catalogue.ingredient("gin").spellings[:3] == ["gin", "Gin", "Gin 00"]
    assert len(catalogue.ingredient("gin").spellings) == 20


def test_similar_names_are_suggested(catalogue):
    assert catalogue.similar_ingredients("lime jiuce") == ["Lime juice"]
    assert catalogue.similar_ingredients("MNIT") == ["Mint"]
    assert catalogue.similar_ingredients("q" * 100_000) == []


def test_only_the_most_used_ingredients_are_suggested(catalogue, monkeypatch):
    assert ingredient_list.MAX_COMPARED == 5_000, (
        "a comparison with that many takes a fraction of a second"
    )
    monkeypatch.setattr(ingredient_list, "MAX_COMPARED", 2)
    assert catalogue.similar_ingredients("light rumm") == ["Light rum"]
    assert catalogue.similar_ingredients("MNIT") == []


def test_only_the_beginning_of_a_long_text_is_compared(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("A", "w" * 120)])
    assert catalogue.similar_ingredients("w" * 120 + "q" * 1_000) == ["w" * 120]


def test_pairings_exclude_withdrawn_drinks_and_related_ingredients(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [
            make_drink("A", "Rum", "Light rum", "Spirit", "Lime juice"),
            make_drink("B", "Light rum", "Mint"),
            make_drink("Gone", "Rum", "Sugar", withdrawn_at=5),
            make_drink("Other", "Gin", "Ice"),
        ]
    )
    assert catalogue.ingredient("rum").pairings == [Facet("Lime juice", 1), Facet("Mint", 1)]
    assert catalogue.ingredient("spirit").pairings == [
        Facet("Ice", 1),
        Facet("Lime juice", 1),
        Facet("Mint", 1),
    ]


def test_related_ingredients_do_not_count_among_the_ten_pairings(open_catalogue, make_drink):
    others = [f"New {n:02}" for n in range(12)]
    catalogue = open_catalogue([make_drink("A", "Spirit", "Rum", "Light rum", *others)])
    assert catalogue.ingredient("rum").pairings == [Facet(name, 1) for name in others[:10]]


def test_kinds_that_only_withdrawn_drinks_have_are_not_shown(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [
            make_drink("A", "Rum"),
            make_drink("B", "Dark rum"),
            make_drink("Gone", "Light rum", withdrawn_at=5),
        ]
    )
    rum = catalogue.ingredient("rum")
    assert (rum.drinks, rum.drinks_with_kinds, rum.kinds) == (1, 2, ["Dark rum"])


def test_the_kinds_of_an_ingredient_are_those_that_some_drink_uses(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("A", "Light rum"), make_drink("B", "Gin")])
    assert catalogue.ingredient("spirit").kinds == ["Gin", "Light rum"]
    assert catalogue.ingredient("rum").kinds == ["Light rum"]
    assert catalogue.ingredient("light rum").kinds == []
    assert catalogue.ingredient("light rum").general == ["Rum", "Spirit"]


def test_entries_of_equal_use_are_sorted_by_name_without_case_and_accents(
    open_catalogue, make_drink
):
    names = ["Wumm", "wumm", "\u00c4pong", "apong", "Apong", "Zapp"]
    catalogue = open_catalogue([make_drink("A", *names), make_drink("B", "Zapp")])
    listed = [entry.name for entry in catalogue.ingredients().items]
    assert listed == ["Zapp", "Apong", "apong", "\u00c4pong", "Wumm", "wumm"]


def test_ingredients_are_paged_from_the_most_used_to_the_last(
    open_catalogue, make_drink, all_items
):
    catalogue = open_catalogue(
        [make_drink("A", "Gin", "Ice"), make_drink("B", "Gin"), make_drink("C", "Gin", "Wumm")]
    )
    everything = catalogue.ingredients(limit=100)
    assert everything.next is None
    number = len(everything.items)
    assert all_items(lambda after: catalogue.ingredients(limit=1, after=after)) == everything.items
    assert catalogue.ingredients(limit=number).next is None, "a full last page is the last"
    assert catalogue.ingredients(limit=number - 1).next is not None


def test_an_ingredient_is_shown_with_its_most_frequent_pairings_and_spellings(
    open_catalogue, make_drink
):
    def with_spelling(drink, raw):
        first, *others = drink.ingredients
        return msgspec.structs.replace(
            drink, ingredients=(msgspec.structs.replace(first, name_raw=raw), *others)
        )

    drinks = [make_drink(f"D{n:02}", "Gin", f"New {n % 12:02}") for n in range(25)]
    drinks = [with_spelling(drink, f"gin {n % 24:02}") for n, drink in enumerate(drinks)]
    detail = open_catalogue(drinks).ingredient("gin")
    pairings = [(facet.value, facet.count) for facet in detail.pairings]
    assert pairings == [("New 00", 3), *((f"New {n:02}", 2) for n in range(1, 10))]
    assert detail.spellings == [f"gin {n:02}" for n in range(20)]
    assert (detail.name, detail.drinks) == ("Gin", 25)


def test_five_names_are_suggested_for_a_misspelled_one(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink(f"D{n}", f"Wummbo {n}") for n in range(8)])
    assert len(catalogue.similar_ingredients("wumbo")) == 5
    assert catalogue.similar_ingredients("nothing of the kind") == []
