"""Where the recipes of one drink differ."""

from mocktailverse.drinks.grouping.comparison import compare


def rows(comparison):
    return [
        (tuple(a.name if a else None for a in line.amounts), line.differs)
        for line in comparison.lines
    ]


def facts(comparison):
    return {fact.name: (fact.values, fact.differs) for fact in comparison.facts}


def test_lines_of_the_same_or_a_similar_ingredient_are_side_by_side(drink_of):
    first = drink_of("a", "Margarita", "50 ml tequila", "20 ml triple sec", "15 ml lime juice")
    second = drink_of("b", "Margarita", "1 oz lime juice", "5 cl tequila", "2 cl Cointreau", "salt")

    assert rows(compare([first, second])) == [
        (("Tequila", "Tequila"), False),
        (("Triple sec", "Cointreau"), True),
        (("Lime juice", "Lime juice"), True),
        ((None, "Salt"), True),
    ]


def test_another_unit_of_about_the_same_volume_is_no_difference(drink_of):
    first, second = drink_of("a", "Gin", "45 ml gin"), drink_of("b", "Gin", "1 1/2 oz gin")
    assert not any(line.differs for line in compare([first, second]).lines)


def test_numbers_of_pieces_differ_and_unstated_amounts_do_not(drink_of):
    first = drink_of("a", "Tea", "6 mint leaves", "lemon")
    second = drink_of("b", "Tea", "12 mint leaves", "lemon")
    assert [line.differs for line in compare([first, second]).lines] == [True, False]


def test_glass_and_strength_differ_only_where_both_are_known(drink_of):
    first = drink_of("a", "Gin", "45 ml gin", "100 ml tonic water", glass="Highball glass")
    second = drink_of("b", "Gin", "90 ml gin", "20 ml tonic water", glass="highball glass")
    unknown = drink_of("c", "Gin", "gin")

    compared = facts(compare([first, second, unknown]))

    assert compared["glass"] == (("Highball glass", "highball glass", None), False)
    assert compared["strength"][0][2] is None
    assert compared["volume"] == (("145", "110", None), True)


def test_three_recipes_have_three_columns(drink_of):
    drinks = [
        drink_of("a", "Gin", "45 ml gin"),
        drink_of("b", "Gin", "1 oz gin", "1 olive"),
        drink_of("c", "Gin", "1 olive"),
    ]
    compared = compare(drinks)
    assert [recipe.source for recipe in compared.recipes] == ["a", "b", "c"]
    assert rows(compared) == [(("Gin", "Gin", None), True), ((None, "Olive", "Olive"), True)]
