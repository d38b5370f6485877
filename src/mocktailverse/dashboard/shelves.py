"""Shelves: the ingredients that somebody has at home."""

from msgspec import Struct

BASICS = ("Ice", "Crushed ice", "Water", "Sugar", "Salt")
"""What is in every kitchen, and asked for by recipes all the same."""

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
"""Shelves to begin with, at one click."""


class Shelf(Struct, frozen=True):
    """What one has, and which drinks are asked for: those that lack exactly `missing` of it."""

    have: tuple[str, ...]
    missing: int = 0
    mocktail: bool | None = None
