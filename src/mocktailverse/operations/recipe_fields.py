"""The simple columns of a drink, so that a person can edit it as text."""

from mocktailverse.drinks.bar_assistant_terms import METHODS
from mocktailverse.drinks.drink import Drink, IngredientLine
from mocktailverse.drinks.lines import RecipeLine, parse_line
from mocktailverse.drinks.strength.methods import preparation_of


def fields_of(drink: Drink) -> dict[str, object]:
    """Return the columns from which the drink can be made again; those without a value are absent.

    Of several languages it is the English text, else the first.
    """
    language = "en" if "en" in drink.instructions else min(drink.instructions, default="en")
    image, credit = drink.image, drink.credit
    fields = {
        "name": drink.name,
        "ingredients": [line_text(line) for line in drink.ingredients],
        "instructions": drink.instructions.get(language),
        "language": None if language == "en" else language,
        "glass": drink.glass,
        "garnish": drink.garnish,
        "method": _stated_method(drink),
        "category": drink.category,
        "tags": list(drink.tags),
        "alcoholic": drink.alcoholic,
        "description": drink.description,
        "author": credit and credit.author,
        "url": credit and credit.url,
        "licence": credit and credit.licence,
        "image": image and image.url,
        "image_author": image and image.attribution,
        "image_licence": image and image.licence,
        "abv_percent": None if drink.stated is None else drink.stated.abv_percent,
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}


def _stated_method(drink: Drink) -> str | None:
    """Return the method unless the instructions give it; they may be edited."""
    method = drink.derived.method
    if method is None or method == preparation_of(drink.instructions.get("en")).method:
        return None
    return METHODS[method]


def line_text(line: IngredientLine) -> str:
    """Return an ingredient as one line of text that is understood in the same way, if there is one.

    What the source stated in fields of their own is appended: alternatives, preparation, optional.
    """
    usual = " ".join(filter(None, (line.measure_raw, line.name_raw)))
    behind = f"{line.name_raw}, {line.measure_raw}"  # "soda water, to top"
    text = next((one for one in (usual, behind) if _is_same(parse_line(one), line)), usual)
    for name in line.alternatives:
        if name not in parse_line(text).alternatives:
            text += f" or {name}"
    if line.preparation and parse_line(text).preparation != line.preparation:
        text += f", {line.preparation}"
    if line.optional and not parse_line(text).optional:
        text += " (optional)"
    return text


def _is_same(parsed: RecipeLine, line: IngredientLine) -> bool:
    """Return whether a text names the ingredient of a line in the same amount."""
    fields = ("name", "amount_min", "amount_max", "unit")
    return all(getattr(parsed, field) == getattr(line, field) for field in fields)
