"""Read recipes in simple columns: rows of CSV, objects of NDJSON, and the dashboard's form."""

import re
from collections.abc import Mapping

from mocktailverse.drinks.drink import Alcoholic, Credit, Image, Stated
from mocktailverse.drinks.record import Record
from mocktailverse.sources.own.nested_texts import addresses_in, ingredient_lines, nested_text
from mocktailverse.sources.own.recipe_text import (
    many_lines,
    method_of,
    named,
    require_name,
    require_recipe,
    single_line,
    tags_of,
    web_address,
)

COLUMNS = {
    "id": "slug of the drink; made from the name if empty",
    "name": "required",
    "ingredients": "required; one line for each ingredient, in CSV also separated by `;`",
    "instructions": "in English, or in `language`",
    "language": "language of the instructions, such as `de`",
    "glass": "such as `Coupe`",
    "garnish": "what it is garnished with",
    "method": "`Shake`, `Stir`, `Build`, `Blend`, `Muddle` or `Layer`; else as instructed",
    "category": "such as `Punch`",
    "tags": "separated by `,` or `;`",
    "alcoholic": "`alcoholic`, `non alcoholic` or `optional alcohol`; also `yes` or `no`",
    "description": "what you want to say about it",
    "author": "who wrote the recipe",
    "url": "where it was published",
    "licence": "licence of the recipe",
    "image": "address of a picture",
    "image_author": "who made the picture",
    "image_licence": "its licence; a picture without one is not shown",
    "abv_percent": "strength that the author states; it is only compared",
}
"""The columns and what they contain."""

_ALCOHOLIC: dict[Alcoholic, str] = {
    "non_alcoholic": "no|non|none|not|false|without|nein|0|non alcoholic|alcohol free",
    "alcoholic": "yes|true|ja|si|sí|oui|1|alcoholic",
    "optional_alcohol": "optional|optional alcohol",
}
_STATEMENTS = {word: value for value, words in _ALCOHOLIC.items() for word in words.split("|")}
_MAX_PERCENT = 100
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
"""A language tag (BCP 47), without its rarer parts."""


def simple_record(recipe_id: str, fields: Mapping[str, object]) -> Record:
    """Return the record of named fields.

    Raises:
        RecordRejectedError: there is no name, no ingredient, or there are too many of them.
    """
    url = web_address(fields.get("url"))
    return Record(
        id=recipe_id,
        name=require_name(fields.get("name")),
        category=named(fields.get("category")),
        alcoholic=stated_alcohol(fields.get("alcoholic")),
        glass=named(fields.get("glass")),
        iba=None,
        tags=tags_of(fields.get("tags"), ",;"),
        instructions=_instructions(fields),
        lines=require_recipe(ingredient_lines(fields.get("ingredients"), many_lines)),
        image=_image(fields),
        video=None,
        quality=(),
        description=nested_text(fields.get("description"), str),
        credit=Credit.of(named(fields.get("author")), url, single_line(fields.get("licence"))),
        stated=stated_strength(fields.get("abv_percent")),
        garnish=nested_text(fields.get("garnish"), str),
        method=method_of(fields.get("method")),
    )


def row_columns(cells: Mapping[str, object]) -> dict[str, object]:
    """Return the columns of a CSV row without empty cells; its ingredients become a list."""
    columns = {name: cell for name, cell in cells.items() if str(cell).strip()}
    if isinstance(lines := columns.get("ingredients"), str):
        columns["ingredients"] = re.split(r"[;\n]", lines)
    return columns


def _image(fields: Mapping[str, object]) -> Image | None:
    url = next(filter(None, map(web_address, addresses_in(fields.get("image")))), None)
    licence, author = (single_line(fields.get(f"image_{name}")) for name in ("licence", "author"))
    return Image(url, licence, author) if url else None


def _instructions(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the instructions by language; a recipe may have several."""
    method = fields.get("method")
    value = fields.get("instructions") or (method if method_of(method) is None else None)
    language = single_line(fields.get("language")) or ""
    if not isinstance(value, dict) or not all(map(LANGUAGE.fullmatch, value)):
        value = {language if LANGUAGE.fullmatch(language) else "en": value}
    return {tag: text for tag, one in value.items() if (text := nested_text(one, str))}


def stated_alcohol(value: object) -> Alcoholic | None:
    """Return what a text or a boolean states about alcohol; None if it is not understood."""
    text = "" if value is None else str(value)
    return _STATEMENTS.get(re.sub(r"[\s_-]+", " ", text.casefold().strip()))


def stated_strength(value: object) -> Stated | None:
    """Return a strength in percent, such as 40, "40" or "40 %"; None if it cannot be one."""
    text = single_line(value) or ""
    try:
        percent = float(text.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return None
    return Stated(percent) if 0 <= percent <= _MAX_PERCENT else None
