"""Read opendrinks' recipes: a flat object with lists of ingredients, directions and keywords.

The format: https://github.com/alfg/opendrinks/blob/master/CONTRIBUTING.md. People write the files,
so that fields are missing, have other types, or say something else than they should.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drift import NAME_LIMIT, Drift
from mocktailverse.drinks.drink import Alcoholic, Credit, Image
from mocktailverse.drinks.record import Absence, Record
from mocktailverse.drinks.text import one_line, visible
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import json_object, type_name
from mocktailverse.sources.opendrinks.file_envelope import (
    file_of,
    file_slug,
    is_absence,
    is_envelope,
    quoted,
    recipe_of_envelope,
)
from mocktailverse.sources.opendrinks.ingredient_elements import FIELDS, lines_of, plain_text
from mocktailverse.sources.slugs import slug_of
from mocktailverse.sources.web_addresses import checked_address, is_web_address

LICENCE = "MIT"
"""Licence of the repository, which holds for the files that people contribute to it."""

IMAGES_URL = "https://raw.githubusercontent.com/alfg/opendrinks/master/src/assets/recipes/"
"""The folder of the pictures, which the field `image` names."""

NEW_FIELDS_NAMED = 20
"""Maximum new fields of one recipe that are reported as drift; a hostile one may have many."""

_TYPES = {
    "name": "text",
    "description": "text",
    "github": "text",
    "ingredients": "an array",
    "directions": "an array",
    "image": "text",
    "keywords": "an array",
    "source": "text",
}
_EARLIER_FIELDS = ("steps", "instructions", "method")
"""Other names of the directions: that of the format's first version, and those of other formats."""

_REQUIRED = ("name", "description", "ingredients", "directions", "image")
_STATEMENTS: dict[Alcoholic, re.Pattern[str]] = {
    "alcoholic": re.compile(r"alcohol(?:ic)?(?:drinks?|beverages?|cocktails?)?"),
    "non_alcoholic": re.compile(
        r"(?:(?:non?|zero|without|sans)alcohol(?:ic)?|(?:alcohol|booze)free|zeroproof|virgin)"
        r"(?:drinks?|beverages?|cocktails?)?|mocktails?"
    ),
}
"""Keywords about alcohol, by their letters and digits."""
_ALCOHOLIC: dict[frozenset[Alcoholic], Alcoholic] = {
    frozenset(("alcoholic",)): "alcoholic",
    frozenset(("non_alcoholic",)): "non_alcoholic",
    frozenset(("alcoholic", "non_alcoholic")): "optional_alcohol",
}
_PICTURE = re.compile(r"[^/\\]{1,200}\.(?:jpe?g|png|gif|webp|avif|svg)", re.IGNORECASE)
_USER = re.compile(r"(?:https?://)?(?:www\.)?github\.com/+([^/\s?#]+)\S*|@?(.+)", re.IGNORECASE)


class OpendrinksRecords:
    """Reads opendrinks' recipes, alone or in the envelope of their file."""

    id_field = "name"
    columns: frozenset[str] = frozenset()

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Return the record of one JSON object.

        Raises:
            RecordRejectedError: the object is not a drink; with reason code and JSON path.
        """
        return self.from_fields(json_object(data))

    def from_fields(self, fields: Mapping[str, object]) -> Record | Absence:
        """Return the record of a recipe, or of an envelope.

        Raises:
            RecordRejectedError: the fields are not a drink; with reason code and JSON path.
        """
        if not is_envelope(fields):
            return _record(fields, None)
        file = file_of(fields)
        if is_absence(fields):
            return Absence(_checked_id(file_slug(file) if file else None))
        try:
            return _record(recipe_of_envelope(fields), file)
        except RecordRejectedError as error:
            if file is None:
                raise
            raise RecordRejectedError(error.code, error.path, f"{quoted(file)}: {error}") from error


def recipe_id(recipe: Mapping[str, object], file: str | None) -> str | None:
    """Return the id of a recipe: the slug of its file's name, else of its own; None without."""
    return (file_slug(file) if file else None) or slug_of(plain_text(recipe.get("name")) or "")


def _record(recipe: Mapping[str, object], file: str | None) -> Record:
    if recipe.keys().isdisjoint(("ingredients", "directions", *_EARLIER_FIELDS)):
        raise RecordRejectedError(
            Reason.PARTIAL_RECORD, "$", "No ingredients and no directions: not a recipe."
        )
    quality: list[str] = []
    name = _checked_name(recipe.get("name"), quality)
    keywords = _texts(recipe, "keywords", quality)
    author = _author(_text(recipe, "github", quality))
    address = checked_address(_text(recipe, "source", quality), Quality.CREDIT_INVALID, quality)
    return Record(
        id=_checked_id(recipe_id(recipe, file)),
        name=name,
        category=None,
        alcoholic=_alcoholic(keywords, quality),
        glass=None,
        iba=None,
        tags=tuple(dict.fromkeys(keywords)),
        instructions=_instructions(recipe, quality),
        lines=lines_of(recipe.get("ingredients"), quality),
        image=_image(_text(recipe, "image", quality), address, author, quality),
        video=None,
        quality=tuple(dict.fromkeys(quality)),
        drift=_drift(recipe),
        description=visible(_text(recipe, "description", quality)).strip() or None,
        credit=Credit.of(author, address, LICENCE),
    )


def _checked_id(source_id: str | None) -> str:
    if source_id is None:
        raise RecordRejectedError(
            Reason.ID_MISSING, "$.name", "Neither the file name nor the name has a letter or digit."
        )
    return source_id


def _checked_name(value: object, quality: list[str]) -> str:
    text = plain_text(value)
    if text is None:
        raise _not_text("name", value)
    if not isinstance(value, str | None):
        quality.append(Quality.FIELD_RETYPED)
    name = one_line(text)
    if name is None:
        raise RecordRejectedError(Reason.NAME_MISSING, "$.name", "name is absent or blank.")
    return name


def _text(recipe: Mapping[str, object], field: str, quality: list[str]) -> str:
    """Return a field's text, empty without one; a value that is not text is omitted."""
    value = recipe.get(field)
    text = plain_text(value)
    if not isinstance(value, str | None):
        quality.append(Quality.FIELD_RETYPED)
    return text or ""


def _texts(recipe: Mapping[str, object], field: str, quality: list[str]) -> list[str]:
    """Return the texts of a list, or of one text with commas or semicolons, each on one line."""
    value = recipe.get(field)
    if not isinstance(value, list | None):
        quality.append(Quality.FIELD_RETYPED)
    elements = value if isinstance(value, list) else re.split("[,;]", plain_text(value) or "")
    texts = [plain_text(element) for element in elements]
    if None in texts:
        quality.append(Quality.FIELD_RETYPED)
    return [line for text in texts if text and (line := one_line(text))]


def _instructions(recipe: Mapping[str, object], quality: list[str]) -> dict[str, str]:
    """Return the steps, one a line.

    Raises:
        RecordRejectedError: a step is not text; an omission would change the drink.
    """
    field = next((name for name in ("directions", *_EARLIER_FIELDS) if name in recipe), "")
    value = recipe.get(field)
    steps = value if isinstance(value, list) else [value]
    texts = []
    for step in steps:
        text = plain_text(step)
        if text is None:
            raise _not_text(field, step)
        if not isinstance(step, str | None):
            quality.append(Quality.FIELD_RETYPED)
        texts.append(visible(text).strip())
    joined = "\n".join(filter(None, texts))
    return {"en": joined} if joined else {}


def _alcoholic(keywords: list[str], quality: list[str]) -> Alcoholic | None:
    """Return what the keywords say; a drink with both words can be made with or without alcohol."""
    words = ["".join(filter(str.isalnum, keyword.casefold())) for keyword in keywords]
    stated = frozenset(
        kind for kind, form in _STATEMENTS.items() if any(map(form.fullmatch, words))
    )
    alcoholic = _ALCOHOLIC.get(stated)
    if alcoholic is None:
        quality.append(Quality.ALCOHOLIC_UNKNOWN)
    return alcoholic


def _author(text: str) -> str | None:
    """Return the name of a GitHub account: of its page's address or "@name", too."""
    line = one_line(text)
    match = _USER.fullmatch(line) if line else None
    return (match[1] or match[2]) if match else None


def _image(text: str, address: str | None, author: str | None, quality: list[str]) -> Image | None:
    """Return the picture, a file of the repository or an address.

    A picture that people contribute to the repository has its licence (GitHub's terms of service,
    D.6), and they are who can be named. If `source` is the address of a picture, the contributor
    took it from there, and could not give a licence for it.
    """
    name = one_line(text)
    if name is None:
        return None
    if is_web_address(name):
        return Image(name, None, None)
    if not _PICTURE.fullmatch(name):
        quality.append(Quality.IMAGE_INVALID)
        return None
    is_copied = address is not None and _is_picture(address)
    return Image(IMAGES_URL + quote(name), None if is_copied else LICENCE, author)


def _is_picture(address: str) -> bool:
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    return _PICTURE.fullmatch(path.rpartition("/")[2]) is not None


def _drift(recipe: Mapping[str, object]) -> tuple[Drift, ...]:
    """Return the differences from the documented format."""
    new = [
        Drift(name[:NAME_LIMIT], None, type_name(value))
        for name, value in recipe.items()
        if name not in _TYPES
    ]
    missing = [Drift(name, _TYPES[name], None) for name in _REQUIRED if name not in recipe]
    retyped = [
        Drift(name, kind, type_name(recipe[name]))
        for name, kind in _TYPES.items()
        if recipe.get(name) is not None and _type_of(recipe[name]) != kind
    ]
    ingredients = recipe.get("ingredients")
    elements = ingredients if isinstance(ingredients, list) else []
    inner = {
        name: type_name(element[name])
        for element in elements
        if isinstance(element, dict)
        for name in element.keys() - FIELDS
    }
    new += [
        Drift(f"ingredients[].{name}"[:NAME_LIMIT], None, inner[name]) for name in sorted(inner)
    ]
    return (*missing, *new[:NEW_FIELDS_NAMED], *retyped)


def _type_of(value: object) -> str:
    return "text" if isinstance(value, str) else type_name(value)


def _not_text(field: str, value: object) -> RecordRejectedError:
    return RecordRejectedError(
        Reason.WRONG_TYPE, f"$.{field}", f"{field} is {type_name(value)}, not text."
    )
