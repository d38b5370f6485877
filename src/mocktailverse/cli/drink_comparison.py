"""The recipes of one drink side by side, as tables for people."""

from collections.abc import Sequence

from mocktailverse.cli.output import print_table, say
from mocktailverse.drinks.drink import Credit, Drink
from mocktailverse.drinks.grouping.comparison import ComparedAmount, Comparison

_UNITS = {"strength": " % vol", "sugar": " g/100 ml", "volume": " ml"}
_DIFFERS = {True: "differs", False: "same"}


def print_comparison(comparison: Comparison, drinks: Sequence[Drink]) -> None:
    """Print ingredients and facts with a column for each recipe, then where each is from."""
    columns = [recipe.id for recipe in comparison.recipes]
    lines = [(*map(_amount, line.amounts), _DIFFERS[line.differs]) for line in comparison.lines]
    print_table(comparison.recipes[0].name, (*columns, ""), lines)
    facts = [
        (fact.name, *(f"{v}{_UNITS.get(fact.name, '')}" if v else None for v in fact.values),
         "unknown" if None in fact.values and not fact.differs else _DIFFERS[fact.differs])
        for fact in comparison.facts
        if any(fact.values)
    ]  # fmt: skip
    print_table("Facts", ("", *columns, ""), facts)
    origins = [
        (drink.id, drink.name, *_credited(drink.credit), drink.lineage.key, drink.lineage.position)
        for drink in drinks
    ]
    columns = ["id", "name", "author", "licence", "raw object", "position"]
    print_table("Where they are from", columns, origins)


def print_variants(variants: Sequence[Drink], drink: Drink) -> None:
    """Print the recipes of a drink from other sources, if there are any."""
    if variants:
        rows = [(other.id, other.name, other.source) for other in variants]
        print_table("Recipes from other sources", ("id", "name", "source"), rows)
        say(f"To compare them, run `mocktailverse drinks compare {drink.id}`.")


def _amount(amount: ComparedAmount | None) -> str | None:
    if amount is None:
        return None
    return f"{amount.name}, {amount.measure_raw}" if amount.measure_raw else amount.name


def _credited(credit: Credit | None) -> tuple[str | None, str | None]:
    """Return author and licence."""
    return (credit.author, credit.licence) if credit else (None, None)
