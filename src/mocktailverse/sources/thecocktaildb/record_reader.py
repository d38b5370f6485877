"""Read TheCocktailDB's records: 51 flat fields, 15 ingredient slots, many forms of "absent".

There are two paths. Most records have exactly the known fields, and msgspec decodes them in one
pass into a typed record. All others (an int id, a retyped field, a CSV row) take the slow path,
field by field, which reports the invalid field and schema drift.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drift import NAME_LIMIT, Drift
from mocktailverse.drinks.drink import Alcoholic, Image
from mocktailverse.drinks.record import Absence, RawLine, Record
from mocktailverse.drinks.text import one_line, unremembered_line, visible
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import json_object, type_name
from mocktailverse.sources.web_addresses import checked_address

LANGUAGES = {
    "strInstructions": "en",
    "strInstructionsES": "es",
    "strInstructionsDE": "de",
    "strInstructionsFR": "fr",
    "strInstructionsIT": "it",
    "strInstructionsZH-HANS": "zh-Hans",
    "strInstructionsZH-HANT": "zh-Hant",
}
PLAIN_FIELDS = (
    "strCategory",
    "strAlcoholic",
    "strGlass",
    "strIBA",
    "strTags",
    "strDrinkThumb",
    "strImageAttribution",
    "strImageSource",
    "strCreativeCommonsConfirmed",
    "strVideo",
)
INGREDIENT_FIELDS = tuple(f"strIngredient{slot}" for slot in range(1, 16))
MEASURE_FIELDS = tuple(f"strMeasure{slot}" for slot in range(1, 16))
FIELDS = ("idDrink", "strDrink", *PLAIN_FIELDS, *LANGUAGES, *INGREDIENT_FIELDS, *MEASURE_FIELDS)
"""The fields that are used, in the order of the typed record."""

UNREAD_FIELDS = ("strDrinkAlternate", "dateModified")
"""Known fields without information: the first is always null, the second unchanged since 2018."""

KNOWN_FIELDS = frozenset((*FIELDS, *UNREAD_FIELDS))

NEW_FIELDS_NAMED = 20
"""Maximum new fields of one record that are reported as drift; a hostile record may have many."""

ALCOHOLIC: dict[str, Alcoholic] = {
    "alcoholic": "alcoholic",
    "non alcoholic": "non_alcoholic",
    "optional alcohol": "optional_alcohol",
}

_FIRST_LANGUAGE = 2 + len(PLAIN_FIELDS)
_FIRST_INGREDIENT = _FIRST_LANGUAGE + len(LANGUAGES)
_FIRST_MEASURE = _FIRST_INGREDIENT + len(INGREDIENT_FIELDS)
_END = len(FIELDS)
_LANGUAGE_TAGS = tuple(LANGUAGES.values())
_SLOTS = range(1, 16)
_RECIPE_FIELDS = ("strInstructions", "strIngredient")
_LINE_FIELDS = (*_RECIPE_FIELDS, "strMeasure")

_ID = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_SPACED_SLASH = re.compile(r"\s*/\s*")

_TypedRecord = msgspec.defstruct(
    "_TypedRecord",
    [
        ("field0", str),
        ("field1", str),
        *(
            (f"field{i}", str | None | msgspec.UnsetType, msgspec.UNSET)
            for i in range(2, len(FIELDS) + len(UNREAD_FIELDS))
        ),
    ],
    rename={f"field{i}": name for i, name in enumerate((*FIELDS, *UNREAD_FIELDS))},
    forbid_unknown_fields=True,
    gc=False,
)
"""A record with exactly the known fields. msgspec needs valid Python names, so the fields are
`field0`, `field1`, ... with the JSON names as aliases; `strInstructionsZH-HANS` is not valid."""

_decoder = msgspec.json.Decoder(_TypedRecord)


class TheCocktailDBRecords:
    """Reads TheCocktailDB's records, from its API or from files with its field names."""

    id_field = "idDrink"
    columns = frozenset(FIELDS)

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Return the record of one JSON object.

        Raises:
            RecordRejectedError: the object is not a drink; with reason code and JSON path.
        """
        try:
            values = msgspec.structs.astuple(_decoder.decode(data))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.from_fields(json_object(data))
        # A missing field is drift. A record without a recipe may be an absence or a listing entry.
        # The slow path handles these.
        if msgspec.UNSET in values or not any(values[_FIRST_LANGUAGE:_FIRST_MEASURE]):
            return self.from_fields(json_object(data))
        return _record(values, [], ())

    def from_fields(self, fields: Mapping[str, object]) -> Record | Absence:
        """Return the record of field names and values.

        Raises:
            RecordRejectedError: the fields are not a drink; with reason code and JSON path.
        """
        quality: list[str] = []
        values: list[str | None] = [_checked_id(_id_text(fields.get("idDrink")))]
        if fields.get("absent") is True:
            return Absence(values[0] or "")
        if not any(name.startswith(_RECIPE_FIELDS) for name in fields):
            raise RecordRejectedError(
                Reason.PARTIAL_RECORD,
                "$",
                "No ingredients and no instructions: a listing entry. Look the drink up by its id.",
            )
        name = fields.get("strDrink")
        if not isinstance(name, str | None):
            raise _not_text("strDrink", name)
        values.append(name)
        values += [_text(fields, field, quality) for field in FIELDS[2:]]
        return _record(values, quality, _drift(fields))


def _id_text(value: object) -> str | None:
    """Return the id as text. Other tools may have converted it to a number."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise RecordRejectedError(
        Reason.ID_INVALID, "$.idDrink", f"idDrink is {type_name(value)}, not a whole number."
    )


def _not_text(field: str, value: object) -> RecordRejectedError:
    message = f"{field} is {type_name(value)}, not text."
    return RecordRejectedError(Reason.WRONG_TYPE, f"$.{field}", message)


def _text(fields: Mapping[str, object], field: str, quality: list[str]) -> str | None:
    """Return a field's text. A number becomes text; a value of another type is omitted.

    In an ingredient line or the instructions, an omission would change the drink, so the record is
    rejected instead.
    """
    value = fields.get(field)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        quality.append(Quality.FIELD_RETYPED)
        return str(value)
    if field.startswith(_LINE_FIELDS):
        raise _not_text(field, value)
    quality.append(Quality.FIELD_RETYPED)
    return None


def _drift(fields: Mapping[str, object]) -> tuple[Drift, ...]:
    """Return the differences from the fields that TheCocktailDB usually sends."""
    new = [
        Drift(name[:NAME_LIMIT], None, type_name(fields[name]))
        for name in fields
        if name not in KNOWN_FIELDS
    ]
    missing = [Drift(name, "text", None) for name in KNOWN_FIELDS - fields.keys()]
    retyped = [
        Drift(name, "text", type_name(value))
        for name, value in fields.items()
        if name in KNOWN_FIELDS and not isinstance(value, str | None)
    ]
    return (*sorted(missing), *new[:NEW_FIELDS_NAMED], *retyped)


def _record(values: Sequence[str | None], quality: list[str], drift: tuple[Drift, ...]) -> Record:
    """Return the record of the values of FIELDS, in that order."""
    category, alcoholic, glass, iba, tags, thumb, credit, origin, licence, video = values[
        2:_FIRST_LANGUAGE
    ]
    return Record(
        id=_checked_id(values[0]),
        name=_checked_name(values[1]),
        category=one_line(category),
        alcoholic=_alcoholic(alcoholic, quality),
        glass=_glass(glass),
        iba=one_line(iba),
        tags=_tags(tags),
        instructions=_instructions(values[_FIRST_LANGUAGE:_FIRST_INGREDIENT]),
        lines=_lines(
            values[_FIRST_INGREDIENT:_FIRST_MEASURE], values[_FIRST_MEASURE:_END], quality
        ),
        image=_image(thumb, licence, one_line(credit) or one_line(origin), quality),
        video=checked_address(video, Quality.VIDEO_INVALID, quality),
        quality=tuple(quality),
        drift=drift,
    )


def _checked_id(text: str | None) -> str:
    source_id = (text or "").strip()
    if _ID.fullmatch(source_id):
        return source_id
    if one_line(source_id) is None:
        raise RecordRejectedError(Reason.ID_MISSING, "$.idDrink", "idDrink is absent or blank.")
    raise RecordRejectedError(
        Reason.ID_INVALID,
        "$.idDrink",
        f"idDrink {source_id[:40]!r} is not a positive whole number of up to 12 digits.",
    )


def _checked_name(text: str | None) -> str:
    name = unremembered_line(text)
    if name is None:
        raise RecordRejectedError(Reason.NAME_MISSING, "$.strDrink", "strDrink is absent or blank.")
    return name


def _lines(
    ingredients: Sequence[str | None], measures: Sequence[str | None], quality: list[str]
) -> tuple[RawLine, ...]:
    lines = []
    for position, ingredient, measure in zip(_SLOTS, ingredients, measures, strict=True):
        if not (ingredient or measure):
            continue  # most slots
        amount = visible(measure).strip() if measure else ""
        if ingredient and (name := one_line(ingredient)):
            lines.append(RawLine(position, name, amount or None))
        elif amount:
            quality.append(Quality.MEASURE_WITHOUT_INGREDIENT)
    return tuple(lines)


def _instructions(texts: Sequence[str | None]) -> dict[str, str]:
    return {
        tag: shown
        for tag, text in zip(_LANGUAGE_TAGS, texts, strict=True)
        if text and (shown := visible(text).strip())
    }


def _alcoholic(text: str | None, quality: list[str]) -> Alcoholic | None:
    words = (one_line(text) or "").casefold().replace("_", " ").replace("-", " ")
    alcoholic = ALCOHOLIC.get(words)
    if alcoholic is None:
        quality.append(Quality.ALCOHOLIC_UNKNOWN)
    return alcoholic


def _glass(text: str | None) -> str | None:
    """Return the glass in one spelling: "Highball Glass" and "highball glass" are equal."""
    line = one_line(text)
    if line is None:
        return None
    if "/" not in line:
        return line.capitalize()
    return "/".join(part.capitalize() for part in _SPACED_SLASH.split(line))


def _tags(text: str | None) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := one_line(part))))


def _image(
    thumb: str | None, licence: str | None, credit: str | None, quality: list[str]
) -> Image | None:
    url = checked_address(thumb, Quality.IMAGE_INVALID, quality)
    if url is None:
        return None
    confirmed = (licence or "").strip().casefold() == "yes"
    return Image(url, "creative-commons" if confirmed else None, credit)
