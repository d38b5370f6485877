"""TheCocktailDB's records: 51 flat fields, 15 ingredient slots, many shapes of "absent".

Most records decode in one pass into typed fields. One that does not (an int id, a retyped
field, a CSV row) takes the slower way, field by field, which says what is wrong and where.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drift import NAME_LIMIT, Drift
from mocktailverse.drinks.drink import Alcoholic, Image
from mocktailverse.drinks.record import Absence, RawLine, Record
from mocktailverse.drinks.text import one_line, visible
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import json_object, type_name

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
"""The fields that are read, in the order of the typed record."""

UNREAD_FIELDS = ("strDrinkAlternate", "dateModified")
"""Fields that are known and say nothing: the one is null, the other stands still since 2018."""

KNOWN_FIELDS = frozenset((*FIELDS, *UNREAD_FIELDS))

NEW_FIELDS_NAMED = 20
"""New fields of one record that are named as drift; a hostile record may have any number."""

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
_RECIPE_FIELDS = ("strInstructions", "strIngredient")
_LINE_FIELDS = (*_RECIPE_FIELDS, "strMeasure")

_ID = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
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
"""A record with exactly the known fields; any other takes the slower way."""


class TheCocktailDBRecords:
    """Reads records of TheCocktailDB, from its API or from files with its field names."""

    id_field = "idDrink"
    columns = frozenset(FIELDS)

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(_TypedRecord)

    def from_json(self, data: bytes | memoryview) -> Record | Absence:
        """Read one JSON object.

        Raises:
            RecordRejectedError: with the reason code and JSON path.
        """
        try:
            values = msgspec.structs.astuple(self._decoder.decode(data))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.from_fields(json_object(data))
        if msgspec.UNSET in values or not any(values[_FIRST_LANGUAGE:_FIRST_MEASURE]):
            return self.from_fields(json_object(data))
        return _record(values, [], ())

    def from_fields(self, fields: Mapping[str, object]) -> Record | Absence:
        """Read one record given as field names and values.

        Raises:
            RecordRejectedError: with the reason code and JSON path.
        """
        notes: list[str] = []
        values: list[str | None] = [_checked_id(_id_text(fields.get("idDrink")))]
        if fields.get("absent") is True:
            return Absence(values[0] or "")
        if not any(name.startswith(_RECIPE_FIELDS) for name in fields):
            raise RecordRejectedError(
                Reason.PARTIAL_RECORD,
                "$",
                "Neither ingredients nor instructions: a listing entry; look the drink up by id.",
            )
        values.append(_name_text(fields.get("strDrink")))
        values += [_text(fields, field, notes) for field in FIELDS[2:]]
        return _record(values, notes, _drift(fields))


def _id_text(value: object) -> str | None:
    """The id as text; files that went through other tools hold it as a number."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise RecordRejectedError(
        Reason.ID_INVALID, "$.idDrink", f"idDrink is {type_name(value)}, not a whole number."
    )


def _name_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise RecordRejectedError(
        Reason.WRONG_TYPE, "$.strDrink", f"strDrink is {type_name(value)}, not text."
    )


def _text(fields: Mapping[str, object], field: str, notes: list[str]) -> str | None:
    """A field's text. A number becomes text; anything else of the wrong type is left out.

    Left out of the lines or the instructions it would make another drink: that is rejected.
    """
    value = fields.get(field)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        notes.append(Quality.FIELD_RETYPED)
        return str(value)
    if field.startswith(_LINE_FIELDS):
        raise RecordRejectedError(
            Reason.WRONG_TYPE, f"$.{field}", f"{field} is {type_name(value)}, not text."
        )
    notes.append(Quality.FIELD_RETYPED)
    return None


def _drift(fields: Mapping[str, object]) -> tuple[Drift, ...]:
    """Where the fields are not those that TheCocktailDB is known to send."""
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


def _record(values: Sequence[str | None], notes: list[str], drift: tuple[Drift, ...]) -> Record:
    """Build the record from the values of FIELDS, in that order."""
    category, alcoholic, glass, iba, tags, thumb, credit, origin, licence, video = values[
        2:_FIRST_LANGUAGE
    ]
    return Record(
        id=_checked_id(values[0]),
        name=_checked_name(values[1]),
        category=one_line(category),
        alcoholic=_alcoholic(alcoholic, notes),
        glass=_glass(glass),
        iba=one_line(iba),
        tags=_tags(tags),
        instructions=_instructions(values[_FIRST_LANGUAGE:_FIRST_INGREDIENT]),
        lines=_lines(values[_FIRST_INGREDIENT:_FIRST_MEASURE], values[_FIRST_MEASURE:_END], notes),
        image=_image(thumb, licence, one_line(credit) or one_line(origin), notes),
        video=_web_address(video, Quality.VIDEO_INVALID, notes),
        quality=tuple(notes),
        drift=drift,
    )


def _checked_id(text: str | None) -> str:
    source_id = (text or "").strip()
    if one_line(source_id) is None:
        raise RecordRejectedError(Reason.ID_MISSING, "$.idDrink", "idDrink is absent or blank.")
    if not _ID.fullmatch(source_id):
        raise RecordRejectedError(
            Reason.ID_INVALID,
            "$.idDrink",
            f"idDrink {source_id[:40]!r} is not a positive whole number of up to 12 digits.",
        )
    return source_id


def _checked_name(text: str | None) -> str:
    name = one_line(text)
    if name is None:
        raise RecordRejectedError(Reason.NAME_MISSING, "$.strDrink", "strDrink is absent or blank.")
    return name


def _lines(
    ingredients: Sequence[str | None], measures: Sequence[str | None], notes: list[str]
) -> tuple[RawLine, ...]:
    lines = []
    for position, (ingredient, measure) in enumerate(zip(ingredients, measures, strict=True), 1):
        amount = visible(measure).strip() if measure else ""
        if ingredient and (name := one_line(ingredient)):
            lines.append(RawLine(position, name, amount or None))
        elif amount:
            notes.append(Quality.MEASURE_WITHOUT_INGREDIENT)
    return tuple(lines)


def _instructions(texts: Sequence[str | None]) -> dict[str, str]:
    return {
        tag: shown.replace("\r\n", "\n").replace("\r", "\n")
        for tag, text in zip(_LANGUAGE_TAGS, texts, strict=True)
        if text and (shown := visible(text).strip())
    }


def _alcoholic(text: str | None, notes: list[str]) -> Alcoholic | None:
    words = (one_line(text) or "").casefold().replace("_", " ").replace("-", " ")
    known = ALCOHOLIC.get(words)
    if known is None:
        notes.append(Quality.ALCOHOLIC_UNKNOWN)
    return known


def _glass(text: str | None) -> str | None:
    """The glass, with one spelling for "Highball Glass" and "highball glass"."""
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
    thumb: str | None, licence: str | None, credit: str | None, notes: list[str]
) -> Image | None:
    url = _web_address(thumb, Quality.IMAGE_INVALID, notes)
    if url is None:
        return None
    confirmed = (licence or "").strip().casefold() == "yes"
    return Image(url, "creative-commons" if confirmed else None, credit)


def _web_address(text: str | None, code: Quality, notes: list[str]) -> str | None:
    address = visible(text or "").strip()
    if not address:
        return None
    if _WEB_ADDRESS.fullmatch(address):
        return address
    notes.append(code)
    return None
