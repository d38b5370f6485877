"""The columns and cells of the CSV export; `docs/reference/csv-columns.md` lists the columns.

Columns are named as in catalogue.sqlite; those that only the CSV has combine several fields.
"""

import unicodedata
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink, IngredientLine

INGREDIENT_COLUMNS = 15
"""Ingredients with columns of their own; `ingredients` has all of them."""

Cell = str | float | None


class CsvColumn(NamedTuple):
    """A column: its header, its meaning, and how to compute a cell; None is an empty cell."""

    name: str
    meaning: str
    cell: Callable[[Drink], Cell]


def csv_cell(text: str) -> str:
    """Return text as a cell that no spreadsheet evaluates as a formula (CSV injection).

    An apostrophe is put before text that starts with a tab or a line break, or with one of
    `= + - @`, also in other Unicode widths, and also after white space, quotes or invisible
    characters, which some spreadsheets strip. Such a text that has apostrophes itself gets one
    more, so the encoding is reversible: remove one apostrophe if such a text follows it.
    """
    return f"'{text}" if _may_be_formula(text) else text


def _may_be_formula(text: str) -> bool:
    if text[:1].isalnum():  # a shortcut for nearly all texts
        return False
    bare = text.lstrip("'")
    if bare.startswith(("\t", "\r", "\n")):
        return True
    first = next((char for char in bare if not _is_stripped(char)), "")
    return unicodedata.normalize("NFKC", first).startswith(("=", "+", "-", "@"))


def _is_stripped(char: str) -> bool:
    return char.isspace() or char in "'\"`" or unicodedata.category(char) in {"Cc", "Cf"}


def preferred_language(drink: Drink) -> str | None:
    """Return `en` if the drink has it, else the alphabetically first language tag."""
    return "en" if "en" in drink.instructions else min(drink.instructions, default=None)


def _field(name: str, meaning: str, path: str | None = None) -> CsvColumn:
    return CsvColumn(name, meaning, attrgetter(path or name))


def _derived_field(name: str, meaning: str) -> CsvColumn:
    return _field(name, meaning, f"derived.{name}")


def _list(name: str, meaning: str, texts: Callable[[Drink], Iterable[str]]) -> CsvColumn:
    return CsvColumn(name, meaning, lambda drink: "; ".join(texts(drink)))


def _image_field(name: str, meaning: str) -> CsvColumn:
    return CsvColumn(f"image_{name}", meaning, lambda drink: getattr(drink.image, name, None))


def _credit_field(name: str, meaning: str) -> CsvColumn:
    return CsvColumn(f"credit_{name}", meaning, lambda drink: getattr(drink.credit, name, None))


def _line_field(number: int, prefix: str, field: str, meaning: str) -> CsvColumn:
    return CsvColumn(
        f"{prefix}_{number}", meaning, lambda drink: getattr(_line(drink, number), field, None)
    )


def _line(drink: Drink, number: int) -> IngredientLine | None:
    return drink.ingredients[number - 1] if number <= len(drink.ingredients) else None


def _with_measure(line: IngredientLine) -> str:
    return f"{line.name}: {line.measure_raw}" if line.measure_raw else line.name


def _is_mocktail(drink: Drink) -> Cell:
    is_mocktail = drink.derived.is_mocktail
    return None if is_mocktail is None else str(is_mocktail).lower()


def _instructions(drink: Drink) -> Cell:
    language = preferred_language(drink)
    return None if language is None else drink.instructions[language]


COLUMNS: tuple[CsvColumn, ...] = (
    _field("id", "`<source>:<id in source>`."),
    _field("source", "Where the record comes from."),
    _field("name", "Name of the drink."),
    _field("category", "Category of the source."),
    _field("alcoholic", "`alcoholic`, `non_alcoholic` or `optional_alcohol`."),
    CsvColumn("is_mocktail", "`true`, `false`, or empty if unknown.", _is_mocktail),
    _field("glass", "Name of the glass."),
    _derived_field("method", "`shaken`, `stirred`, `blended`, `built`, `muddled` or `layered`."),
    _field("iba", "Category of the International Bartenders Association."),
    _list("tags", "Tags.", lambda drink: drink.tags),
    _list("spirits", "Spirits in it.", lambda drink: drink.derived.spirits),
    _derived_field("total_ml_min", "Volume as mixed, in ml: at least."),
    _derived_field("total_ml_max", "At most."),
    _derived_field("alcohol_g_min", "Pure alcohol, in g: at least."),
    _derived_field("alcohol_g_max", "At most."),
    _derived_field(
        "abv_percent_min", "Strength as mixed, before dilution, in % by volume: at least."
    ),
    _derived_field("abv_percent_max", "At most."),
    _derived_field("abv_served_percent_min", "Strength after dilution, in % by volume: at least."),
    _derived_field("abv_served_percent_max", "At most."),
    _derived_field("standard_drinks_min", "Standard drinks of 14 g alcohol: at least."),
    _derived_field("standard_drinks_max", "At most."),
    _derived_field("likely_abv_served_percent", "Likely strength as served, in % by volume."),
    _derived_field("certainty", "Of these figures: `exact`, `approximate`, `range` or `unknown`."),
    _list(
        "unknown_because",
        "Ingredients that leave the strength or `is_mocktail` unknown.",
        lambda drink: drink.derived.unknown_because,
    ),
    _derived_field("sugar_g_min", "Sugar, in g: at least."),
    _derived_field("sugar_g_max", "At most."),
    _derived_field("acid_g_min", "Acid, in g: at least."),
    _derived_field("acid_g_max", "At most."),
    _derived_field("sugar_served_g_per_100ml_min", "Sugar in 100 ml as served, in g: at least."),
    _derived_field("sugar_served_g_per_100ml_max", "At most."),
    _derived_field("acid_served_g_per_100ml_min", "Acid in 100 ml as served, in g: at least."),
    _derived_field("acid_served_g_per_100ml_max", "At most."),
    _derived_field("energy_kcal_min", "Energy, in kcal: at least."),
    _derived_field("energy_kcal_max", "At most."),
    _list(
        "ingredients",
        "All ingredients, each as `name: measure`, or the name alone.",
        lambda drink: map(_with_measure, drink.ingredients),
    ),
    *(
        column
        for number in range(1, INGREDIENT_COLUMNS + 1)
        for column in (
            _line_field(number, "ingredient", "name", f"Name of ingredient {number}."),
            _line_field(number, "measure", "measure_raw", "Its measure, as received."),
        )
    ),
    CsvColumn(
        "instructions", "In English, else in the alphabetically first language.", _instructions
    ),
    CsvColumn("instructions_language", "The language of `instructions`.", preferred_language),
    _image_field("url", "Address of the picture."),
    _image_field("licence", "Its licence; empty if none is stated."),
    _image_field("attribution", "Author of the picture."),
    _field("video", "Address of a video."),
    _list("quality", "Quality codes, see [codes](codes.md).", lambda drink: drink.quality),
    _field("previous_name", "Name of another drink that had this id before."),
    _field("observed_at", "When it was observed, in ms since 1970-01-01 UTC."),
    _field("withdrawn_at", "When the source withdrew it, in ms since 1970-01-01 UTC; else empty."),
    _field("content_hash", "SHA-256 of the drink's content."),
    _field("lineage_bucket", "Bucket of the raw object that it was made from.", "lineage.bucket"),
    _field("lineage_key", "Key of the raw object.", "lineage.key"),
    _field("lineage_version_id", "Version of the raw object.", "lineage.version_id"),
    _field("lineage_position", "Position in the raw object.", "lineage.position"),
    _field("transform_version", "Version of the code that made it.", "lineage.transform_version"),
    _field("description", "What the source says about the drink."),
    _credit_field("author", "Who wrote the recipe."),
    _credit_field("url", "Address where the recipe was published."),
    _credit_field("licence", "Licence of the recipe; empty if none is stated."),
    CsvColumn(
        "stated_abv_percent",
        "Strength that the source states, in % by volume.",
        lambda drink: getattr(drink.stated, "abv_percent", None),
    ),
    _field("garnish", "The garnish, as stated apart from the ingredients."),
)
