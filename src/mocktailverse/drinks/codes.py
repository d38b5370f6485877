"""Every reason code (why a raw record is rejected) and quality code (what to know of a drink).

The generated page `docs/reference/codes.md` is made from the texts here.
"""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A code and what it means."""

    explanation: str

    def __new__(cls, code: str, explanation: str) -> Self:
        """Make a member whose value is its code and which carries its explanation."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.explanation = explanation
        return member


class Reason(Code):
    """Why a raw record or object cannot load; stands as `code` in a rejected line."""

    EMPTY_OBJECT = "empty_object", "The object holds no bytes, or white space only."
    UNRECOGNIZED_FORM = (
        "unrecognized_form",
        "The object is neither JSON nor NDJSON nor a CSV with its source's column names.",
    )
    NOT_UTF8 = "not_utf8", "The bytes are not UTF-8 text."
    GZIP_CORRUPT = "gzip_corrupt", "The gzip data is damaged or cut off from this position on."
    OBJECT_TOO_LARGE = (
        "object_too_large",
        (
            "An array, envelope or gzip unpacks to more than 64 MiB, or a document holds more than "
            "500,000 objects. Send it as NDJSON or CSV."
        ),
    )
    OBSERVED_AT_INVALID = (
        "observed_at_invalid",
        (
            "The object's observed-at metadata is no time in ms, or lies more than 5 minutes "
            "after the time at which the object was stored."
        ),
    )
    SOURCE_UNKNOWN = "source_unknown", "The key does not name a registered source: raw/<source>/."
    MALFORMED_JSON = "malformed_json", "The text is not valid JSON."
    MALFORMED_CSV = (
        "malformed_csv",
        "The row does not have the header's columns, or its quoting is broken.",
    )
    LINE_TOO_LONG = "line_too_long", "One line of the object is longer than the limit."
    DRINKS_INVALID = (
        "drinks_invalid",
        "The envelope's drinks is neither a list nor null nor a string.",
    )
    DUPLICATE_KEY = (
        "duplicate_key",
        "The envelope has a key twice, so it is unclear which value is meant.",
    )
    NOT_AN_OBJECT = "not_an_object", "The record is not a JSON object."
    WRONG_TYPE = "wrong_type", "A field that the drink cannot do without has the wrong type."
    ID_MISSING = "id_missing", "The record has no id."
    ID_INVALID = "id_invalid", "The id is not one that the source gives out."
    NAME_MISSING = "name_missing", "The record has no name."
    PARTIAL_RECORD = (
        "partial_record",
        "The record has neither instruction nor ingredient fields: a listing, not a drink.",
    )
    RECORD_TOO_LARGE = (
        "record_too_large",
        "The record is larger than 128 KiB; its drink would not fit into the drinks table.",
    )


class Quality(Code):
    """What is worth knowing of a drink that did load; stands in its `quality` list."""

    ALCOHOLIC_UNKNOWN = "alcoholic_unknown", "strAlcoholic is absent or has an unknown value."
    FIELD_RETYPED = (
        "field_retyped",
        "A field had an unexpected type; it was read as text, or left out where it could not be.",
    )
    ID_REASSIGNED = (
        "id_reassigned",
        "The source gave this id to another recipe before; previous_name tells which.",
    )
    IMAGE_INVALID = "image_invalid", "The picture's address is no http(s) address; left out."
    VIDEO_INVALID = "video_invalid", "The video's address is no http(s) address; left out."
    INGREDIENT_REPEATED = "ingredient_repeated", "The same ingredient stands on several lines."
    INGREDIENT_UNKNOWN = (
        "ingredient_unknown",
        "An ingredient is not in the reference; its name stays as received.",
    )
    MEASURE_IMPLAUSIBLE = (
        "measure_implausible",
        "A measure is beyond what a drink can hold; it is shown, not believed.",
    )
    MEASURE_UNKNOWN = "measure_unknown", "A measure could not be read; it stays as received."
    MEASURE_WITHOUT_INGREDIENT = (
        "measure_without_ingredient",
        "A measure stands beside an empty ingredient slot; left out.",
    )
    NO_INGREDIENTS = "no_ingredients", "No ingredient is given."
    NO_INSTRUCTIONS = "no_instructions", "No instructions are given in any language."
    STRENGTH_CONTRADICTS = (
        "strength_contradicts",
        "What the source says of alcohol contradicts the ingredients.",
    )
    VOLUME_IMPLAUSIBLE = (
        "volume_implausible",
        (
            "The lines add up to more than 20 litres, more than one recipe makes; volume, alcohol "
            "and strength are left out."
        ),
    )
