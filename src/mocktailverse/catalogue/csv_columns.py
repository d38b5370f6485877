"""The columns of the CSV export; the generated page `docs/reference/csv-columns.md` lists them.

Columns are named as in catalogue.sqlite; those that only the CSV has come from several fields.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink, IngredientLine

SLOTS = 15
"""Ingredients with columns of their own, as many as TheCocktailDB has; `ingredients` has all."""

Cell = str | float | None


class Column(NamedTuple):
    """A column: its header, what stands in it, and how it is got; None is an empty cell."""

    name: str
    meaning: str
    cell: Callable[[Drink], Cell]


def preferred_language(drink: Drink) -> str | None:
    """English where there is English, else the first of the languages' tags."""
    return "en" if "en" in drink.instructions else min(drink.instructions, default=None)


def _field(name: str, meaning: str, path: str | None = None) -> Column:
    return Column(name, meaning, attrgetter(path or name))


def _derived(name: str, meaning: str) -> Column:
    return _field(name, meaning, f"derived.{name}")


def _list(name: str, meaning: str, texts: Callable[[Drink], Iterable[str]]) -> Column:
    return Column(name, meaning, lambda drink: "; ".join(texts(drink)))


def _of_image(name: str, meaning: str) -> Column:
    return Column(f"image_{name}", meaning, lambda drink: getattr(drink.image, name, None))


def _of_line(number: int, prefix: str, field: str, meaning: str) -> Column:
    return Column(
        f"{prefix}_{number}", meaning, lambda drink: getattr(_line(drink, number), field, None)
    )


def _line(drink: Drink, number: int) -> IngredientLine | None:
    return drink.ingredients[number - 1] if number <= len(drink.ingredients) else None


def _with_measure(line: IngredientLine) -> str:
    return f"{line.name}: {line.measure_raw}" if line.measure_raw else line.name


def _is_mocktail(drink: Drink) -> Cell:
    truth = drink.derived.is_mocktail
    return None if truth is None else str(truth).lower()


def _instructions(drink: Drink) -> Cell:
    language = preferred_language(drink)
    return None if language is None else drink.instructions[language]


COLUMNS: tuple[Column, ...] = (
    _field("id", "`<source>:<id in source>`."),
    _field("source", "Where the record comes from."),
    _field("name", "Name of the drink."),
    _field("category", "As the source sorts it."),
    _field("alcoholic", "`alcoholic`, `non_alcoholic` or `optional_alcohol`."),
    Column("is_mocktail", "`true`, `false`, or empty where it is not known.", _is_mocktail),
    _field("glass", "Name of the glass."),
    _derived("method", "`shaken`, `stirred`, `blended`, `built`, `muddled` or `layered`."),
    _field("iba", "The category of the International Bartenders Association."),
    _list("tags", "Tags.", lambda drink: drink.tags),
    _list("spirits", "The spirits in it.", lambda drink: drink.derived.spirits),
    _derived("total_ml_min", "Volume as mixed, in ml: at least."),
    _derived("total_ml_max", "At most."),
    _derived("alcohol_g_min", "Pure alcohol, in g: at least."),
    _derived("alcohol_g_max", "At most."),
    _derived("abv_percent_min", "Strength as mixed, before dilution, in % by volume: at least."),
    _derived("abv_percent_max", "At most."),
    _derived("abv_served_percent_min", "Strength after dilution, in % by volume: at least."),
    _derived("abv_served_percent_max", "At most."),
    _derived("standard_drinks_min", "Standard drinks of 14 g alcohol: at least."),
    _derived("standard_drinks_max", "At most."),
    _derived("certainty", "Of these figures: `exact`, `approximate`, `range` or `unknown`."),
    _list(
        "ingredients",
        "All ingredients, each as `name: measure`, or the name alone.",
        lambda drink: map(_with_measure, drink.ingredients),
    ),
    *(
        column
        for number in range(1, SLOTS + 1)
        for column in (
            _of_line(number, "ingredient", "name", f"Name of ingredient {number}."),
            _of_line(number, "measure", "measure_raw", "Its measure, as received."),
        )
    ),
    Column("instructions", "In English, else in the first language there is.", _instructions),
    Column("instructions_language", "The language of `instructions`.", preferred_language),
    _of_image("url", "Address of the picture."),
    _of_image("licence", "Its licence; empty where none is stated."),
    _of_image("attribution", "Whose picture it is."),
    _field("video", "Address of a video."),
    _list("quality", "Quality codes, see [codes](codes.md).", lambda drink: drink.quality),
    _field("previous_name", "The other drink's name that had this id before."),
    _field("observed_at", "When the source showed it so, in ms since 1970-01-01 UTC."),
    _field("withdrawn_at", "Since when the source does not show it any more, likewise."),
    _field("content_hash", "SHA-256 of the drink's content."),
    _field("lineage_bucket", "The raw object that it was made from: bucket,", "lineage.bucket"),
    _field("lineage_key", "key,", "lineage.key"),
    _field("lineage_version_id", "version,", "lineage.version_id"),
    _field("lineage_position", "and position in it.", "lineage.position"),
    _field("transform_version", "Version of the code that made it.", "lineage.transform_version"),
)
