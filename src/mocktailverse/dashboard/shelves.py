"""Shelves: the ingredients that a visitor has."""

from msgspec import Struct

from mocktailverse.catalogue.search.query import MakeableDrink
from mocktailverse.dashboard.safe_text import plain
from mocktailverse.drinks.substitutions.shelf import Allowance

NAME_LENGTH = 60
"""Maximum characters of an ingredient's name in a sentence."""

BASICS = ("Ice", "Crushed ice", "Water", "Sugar", "Salt")
"""Ingredients that recipes list although every kitchen has them."""

STARTERS = {
    "No alcohol": (
        "Orange juice", "Lemon juice", "Lime juice", "Pineapple juice", "Cranberry juice",
        "Apple juice", "Grenadine", "Soda water", "Ginger ale", "Ginger beer", "Mint",
        "Sugar syrup", "Lime", "Orange", "Lemon", "Tea",
    ),
    "Fruit and dairy": (
        "Milk", "Yogurt", "Banana", "Strawberry", "Mango", "Pineapple", "Honey", "Mint",
        "Lemon juice", "Orange juice", "Pineapple juice", "Cream of coconut", "Cardamom",
    ),
    "Coffee and chocolate": (
        "Coffee", "Espresso", "Milk", "Cream", "Whipped cream", "Chocolate", "Dark chocolate",
        "Cocoa powder", "Cinnamon", "Nutmeg", "Vanilla extract", "Honey",
    ),
    "Gin bar": (
        "Gin", "Dry vermouth", "Sweet vermouth", "Campari", "Tonic water", "Soda water",
        "Lemon juice", "Lime juice", "Sugar syrup", "Orange bitters", "Lemon", "Orange",
    ),
    "Rum and lime": (
        "Light rum", "Dark rum", "Lime juice", "Lime", "Mint", "Sugar syrup", "Soda water",
        "Coca-Cola", "Pineapple juice", "Cream of coconut", "Triple sec", "Grenadine",
    ),
    "Home bar": (
        "Vodka", "Gin", "Light rum", "Tequila", "Bourbon", "Triple sec", "Sweet vermouth",
        "Dry vermouth", "Angostura bitters", "Lemon juice", "Lime juice", "Orange juice",
        "Sugar syrup", "Soda water", "Coca-Cola",
    ),
}  # fmt: skip
"""Shelves to start with."""


class Shelf(Struct, frozen=True):
    """The ingredients of a visitor, and which drinks to list for them."""

    have: tuple[str, ...]
    missing: int = 0
    """Drinks that miss exactly this many ingredients."""
    mocktail: bool | None = None
    convertible: bool = False
    """Also cocktails that become a mocktail, by what their conversion needs."""
    allowance: Allowance = "near"
    """What may replace an ingredient."""


def substitutes_in(item: MakeableDrink) -> list[str]:
    """Return what replaces what, as Markdown; with the reason if one notices the difference."""
    return [
        f"{' and '.join(f'**{plain(name, NAME_LENGTH)}**' for name in one.use)} "
        f"for {plain(one.name, NAME_LENGTH)}"
        + (f" ({plain(one.why, NAME_LENGTH)})" if one.confidence == "acceptable" else "")
        for one in item.replacements
    ]
