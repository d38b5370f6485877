"""The index in memory joins spellings that differ in case only."""

from mocktailverse.catalogue.search.query import DrinkQuery, Facet


def test_a_drink_with_a_tag_in_two_cases_counts_once(open_catalogue, make_drink):
    twice = [make_drink(f"Gin {n}", tags=("IBA", "iba")) for n in range(2)]
    # both representations of a set: few of many drinks, and most of few drinks
    for others in ([], [make_drink(f"Other {n}") for n in range(100)]):
        catalogue = open_catalogue([*twice, *others])

        assert catalogue.facets(DrinkQuery()).tag == [Facet("IBA", 2)]
        assert catalogue.statistics().tags == [Facet("IBA", 2)]


def test_values_that_differ_in_case_are_one_value_in_the_most_frequent_spelling(
    open_catalogue, make_drink
):
    """Equally frequent spellings: the first by name wins. "Zest" has the most drinks."""
    catalogue = open_catalogue(
        [
            make_drink("A", category="shot", tags=("IBA", "sour", "zest")),
            make_drink("B", category="Shot", tags=("iba", "Zest")),
            make_drink("C", category="shot", tags=("iba", "Sour", "Zest")),
            make_drink("D", tags=("zest", "Zest")),
        ]
    )
    facets = catalogue.facets(DrinkQuery())
    assert facets.category == [Facet("shot", 3)]
    assert facets.tag == [Facet("Zest", 4), Facet("iba", 3), Facet("Sour", 2)]
    assert catalogue.count(DrinkQuery(tag=("SOUR",))) == 2


def test_unknown_ingredients_that_differ_in_case_are_one_facet(open_catalogue, make_drink):
    catalogue = open_catalogue(
        [make_drink("A", "wumm"), make_drink("B", "Wumm"), make_drink("C", "Wumm", "wumm")]
    )

    (facet,) = catalogue.facets(DrinkQuery()).ingredient

    assert facet.count == catalogue.count(DrinkQuery(ingredient=(facet.value,))) == 3
