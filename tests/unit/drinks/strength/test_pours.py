"""The liquid, alcohol, ice and uncertainty that each unit and kind of ingredient adds."""

import pytest

from mocktailverse.drinks.derivation.derive import derive
from mocktailverse.drinks.derivation.outcome import outcome_of
from mocktailverse.drinks.derivation.portions import portion_of
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.measures import parse_measure
from mocktailverse.drinks.strength.methods import preparation_of


def line_of(measure: str, ingredient: str) -> IngredientLine:
    """Return the ingredient line of the normalize stage for a measure and a name."""
    parsed = parse_measure(measure, ingredient)
    return IngredientLine(
        position=1,
        name=canonical_name(ingredient)[0],
        name_raw=ingredient,
        measure_raw=measure or None,
        amount_min=parsed.amount_min,
        amount_max=parsed.amount_max,
        unit=parsed.unit,
        ml_min=parsed.ml_min,
        ml_max=parsed.ml_max,
        kind=parsed.kind,
        certainty=parsed.certainty,
    )


UNITS_OF_GIN = """
1 ml         ml 1 1
1 cl         ml 10 10
1 dl         ml 100 100
1 l          ml 1000 1000
1 oz         ml 29.5735 29.5735
1 tsp        ml 4.9289 4.9289
1 tbsp       ml 14.7868 14.7868
1 cup        ml 236.588 236.588
1 pint       ml 473.176 473.176
1 quart      ml 946.353 946.353
1 gallon     ml 3785.41 3785.41
1 shot       ml 44.36 44.36
1 jigger     ml 44.36 44.36
1 dash       ml 0.92 0.92
1 drop       ml 0.05 0.05
1 splash     ml 5.91 5.91
2 part       part 2 2
2 glass      glass 2 2
1-2 part     part 1 2
float        ml 7 15
fill         fill 0 0
2 bottle     ml 1400 1500
10 g         ml 8.5 11
1 kg         ml 850 1100
1 lb         ml 385.5532 498.9512
1 can        unbounded 0 0
1 package    unbounded 0 0
1 piece      unbounded 0 0
1 slice      unbounded 0 0
1 wedge      unbounded 0 0
1 twist      unbounded 0 0
1 leaf       unbounded 0 0
1 sprig      unbounded 0 0
1 cube       unbounded 0 0
1 scoop      unbounded 0 0
1 pinch      unbounded 0 0
1 handful    unbounded 0 0
garnish      unbounded 0 0
to taste     unbounded 0 0
3            unbounded 0 0
"""


def rows(table: str, columns: int) -> list[list[str]]:
    """Return the rows of a table whose columns are separated by at least two spaces."""
    table_rows = []
    for text in table.strip().splitlines():
        row = [cell.strip() for cell in text.split("  ") if cell.strip()]
        table_rows.append(row + [""] * (columns - len(row)))
    return table_rows


def poured(measure: str, ingredient: str) -> str:
    """Return the liquid of a line as in the tables: kind of measure, minimum, maximum."""
    pour = portion_of(line_of(measure, ingredient)).pour
    return f"{pour.measured} {round(pour.low, 4):.10g} {round(pour.high, 4):.10g}" if pour else "-"


@pytest.mark.parametrize(("measure", "pour"), rows(UNITS_OF_GIN, 2))
def test_every_unit_of_a_spirit_is_an_amount_or_unknown(measure: str, pour: str):
    assert poured(measure, "Gin") == pour


SOLIDS = ("Mint", "Sugar", "Ice", "Cucumber", "Chocolate", "Cardamom", "Cocktail umbrella")


@pytest.mark.parametrize("ingredient", SOLIDS)
@pytest.mark.parametrize("measure", [row[0] for row in rows(UNITS_OF_GIN, 2) if row[0] != "fill"])
def test_solids_add_no_liquid_in_any_unit(measure: str, ingredient: str):
    assert poured(measure, ingredient) == "-"


OTHER_LINES = """
Soda water          1 slice      rest 0 0
Soda water          1 cube       rest 0 0
Soda water          1 can        ml 330 355
Soda water          1 bottle     unbounded 0 0
Soda water          1 package    unbounded 0 0
Soda water          to taste     rest 0 0
Soda water          garnish      -
Orange juice        to taste     rest 0 0
Lemonade            to taste     rest 0 0
Red wine            to taste     rest 0 0
Cider               to taste     rest 0 0
Water               to taste     rest 0 0
Milk                to taste     rest 0 0
Coffee              to taste     rest 0 0
Sugar syrup         to taste     ml 0 30
Sugar syrup         garnish      -
Sugar syrup         1 pinch      -
Tabasco             to taste     ml 0 5
Angostura bitters   to taste     ml 0 5
Angostura bitters   garnish      ml 0 5
Angostura bitters   1 pinch      ml 0 5
Vanilla extract     to taste     ml 0 5
Vanilla extract     1 pinch      ml 0 5
Sugar syrup         1 bottle     unbounded 0 0
Sugar syrup         4 oz ground  ml 118.294 118.294
Red wine            1 bottle     ml 750 750
Red wine            1 glass (20 cl)  ml 200 200
Red wine            glass of     glass 1 1
Gin                 parts        unbounded 0 0
Milk                kg           unbounded 0 0
Sugar syrup         oz           unbounded 0 0
Orange juice        1 can        unbounded 0 0
Beer                to taste     rest 0 0
Unicorn tears       1 can        unbounded 0 0
Lemon               2 ml         ml 2 2
Lemon               2 dl         ml 200 200
Lemon               2 fl oz      ml 59.147 59.147
Lemon               1 jigger     ml 44.36 44.36
Lemon               1 splash     ml 5.91 5.91
Lemon               1 drop       ml 0.05 0.05
Beer                1            ml 330 355
Beer                2 bottle     ml 660 710
Beer                1 can        ml 330 500
Cider               2            ml 660 1136
Condensed milk      1 can        ml 345 410
Milk                100 g        ml 85 110
Coffee              2 tsp        -
Coffee              1 tbsp       -
Coffee              2 cups       ml 473.176 473.176
Tea                 1 bag        -
Tea                 2 pieces     -
Egg white           1            ml 27 37
Egg white           1 piece      ml 27 37
Egg white           1 handful    ml 27 37
Egg white           1 oz         ml 29.5735 29.5735
Egg yolk            2            ml 30 40
Egg                 to taste     ml 40 58
Lemon               1            -
Lemon               1 slice      -
Lemon               1 piece      -
Lemon               juice of 2   ml 70 110
Lemon juice         juice of 2   ml 70 110
Gin                 40000 oz     unbounded 0 0
Mint                5000         unbounded 0 0
Lemon               2 cl         ml 20 20
Lemon               2 shots      ml 88.72 88.72
Lemon               1 dash       ml 0.92 0.92
Lemon               1 tsp        -
Lemon               1 cup        -
Lemon               juice of     ml 35 55
Pineapple           juice of 1   rest 0 0
Unicorn tears       5 cl         ml 0 50
Unicorn tears       2 part       part 2 2
Unicorn tears       1 glass      glass 1 1
Unicorn tears       1 bottle     unbounded 0 0
Unicorn tears       fill         fill 0 0
Unicorn tears       float        ml 0 15
Unicorn tears       juice of 2   rest 0 0
Unicorn tears       2            -
Unicorn tears       10 g         -
Unicorn tears       1 package    -
Unicorn tears       garnish      -
"""


@pytest.mark.parametrize(("ingredient", "measure", "pour"), rows(OTHER_LINES, 3))
def test_the_ingredient_determines_the_liquid_of_a_measure(
    ingredient: str, measure: str, pour: str
):
    assert poured(measure, ingredient) == pour


def test_an_unknown_ingredient_without_a_measure_may_be_any_amount():
    assert poured("", "Unicorn tears") == "unbounded 0 0"


TRAITS = """
5 cl         Gin                 alcoholic imprecise strong
5 cl         Cointreau           alcoholic strong
about 5 cl   Cointreau           alcoholic imprecise strong
1 dash       Cointreau           alcoholic imprecise strong
1 drop       Cointreau           alcoholic imprecise strong
1 splash     Cointreau           alcoholic imprecise strong
4-5 cl       Cointreau           alcoholic imprecise open strong
1 part       Cointreau           alcoholic open strong
5 cl         Foo gin             alcoholic imprecise open strong
5 cl         Angostura bitters   bitters strong
1 tsp        Vanilla extract     strong
33 cl        Non-alcoholic beer  trace
5 cl         Foo gin 0.0%        open trace
5 cl         Soda water
100 g        Milk                open
fill         Soda water          imprecise open
1 cube       Ice                 ice
1 cup        Ice                 ice
5 cl         Ice                 ice
1            Lemon               food
1 cup        Tomato              food
1 scoop      Ice cream           food
2 cl         Lemon
2 leaves     Mint
1 cube       Sugar
5 cl         Unicorn tears       doubtful imprecise open
1            Unicorn tears       doubtful imprecise
1 bottle     Unicorn tears       doubtful imprecise open
1 slice      Unicorn tears
1 wedge      Unicorn tears
1 twist      Unicorn tears
1 leaf       Unicorn tears
1 sprig      Unicorn tears
1 cube       Unicorn tears
1 pinch      Unicorn tears
1 scoop      Unicorn tears
10 g         Unicorn tears
garnish      Unicorn tears
"""


@pytest.mark.parametrize(("measure", "ingredient", "traits"), rows(TRAITS, 3))
def test_the_ingredient_determines_the_traits_of_the_drink(
    measure: str, ingredient: str, traits: str
):
    assert portion_of(line_of(measure, ingredient)).traits == set(traits.split())


@pytest.mark.parametrize(
    ("measure", "amount"),
    [("2 oz", 59.147), ("1-2 oz", 59.147), ("3 parts", 3), ("", 0), ("40000 oz", 0), ("0 oz", 0)],
)
def test_a_base_spirit_counts_by_its_plausible_amount(measure: str, amount: float):
    portion = portion_of(line_of(measure, "Gin"))
    assert (portion.spirit, portion.amount) == ("Gin", amount)


@pytest.mark.parametrize(
    ("lines", "instructions", "most"),
    [
        (["ice"], "Pour into a glass.", 245),
        ([], "Pour over ice.", 245),
        (["ice"], "Pour over ice.", 245),
        ([], "Pour into a glass.", 350),
        (["ice cream"], "Pour into a glass.", 350),
    ],
)
def test_ice_as_an_ingredient_or_in_the_text_leaves_less_room(
    lines: list[str], instructions: str, most: float
):
    poured_lines = [line_of("5 cl", "Gin"), line_of("fill", "Tonic water")]
    iced_lines = [line_of("1 cup", name) for name in lines]
    portions = [portion_of(line) for line in (*poured_lines, *iced_lines)]
    outcome = outcome_of(portions, preparation_of(instructions), "Highball glass")
    derived, _ = derive(outcome, None)

    assert derived.total_ml_max == most
