"""The reason codes (why a raw record is rejected) and quality codes (what a drink lacks).

`make docs` generates `docs/reference/codes.md` from the explanations here.
"""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A code and its explanation."""

    explanation: str

    def __new__(cls, code: str, explanation: str) -> Self:
        """Return a member whose value is the code alone; the explanation is an attribute."""
        # Each member is written as a tuple `code, explanation`. A plain StrEnum would join the
        # two into one string.
        member = str.__new__(cls, code)
        member._value_ = code
        member.explanation = explanation
        return member


class Reason(Code):
    """Why a raw record or object is quarantined (rejected): the `code` of a rejected record."""

    EMPTY_OBJECT = "empty_object", "The object is empty or contains only white space."
    UNRECOGNIZED_FORM = (
        "unrecognized_form",
        "The object is not JSON, not NDJSON, and not a CSV with its source's column names.",
    )
    NOT_UTF8 = "not_utf8", "The bytes are not UTF-8 text."
    GZIP_CORRUPT = "gzip_corrupt", "The gzip data is corrupt or truncated from this position."
    OBJECT_TOO_LARGE = (
        "object_too_large",
        (
            "The array, envelope or gzip is larger than 64 MiB unpacked, or the document contains "
            "more than 500,000 objects. Send it as NDJSON or CSV."
        ),
    )
    OBSERVED_AT_INVALID = (
        "observed_at_invalid",
        (
            "The object's observed-at metadata is not a time in ms, or it is more than 5 minutes "
            "later than the time at which the object was stored."
        ),
    )
    SOURCE_UNKNOWN = "source_unknown", "The key does not name a registered source: raw/<source>/."
    MALFORMED_JSON = "malformed_json", "The text is not valid JSON."
    MALFORMED_CSV = (
        "malformed_csv",
        "The row's columns do not match the header, or its quoting is invalid.",
    )
    LINE_TOO_LONG = "line_too_long", "One line of the object is longer than the limit."
    DRINKS_INVALID = ("drinks_invalid", "The envelope's `drinks` is not a list, null or a string.")
    DUPLICATE_KEY = (
        "duplicate_key",
        "The envelope contains the same key twice, so its value is ambiguous.",
    )
    NOT_AN_OBJECT = "not_an_object", "The record is not a JSON object."
    WRONG_TYPE = "wrong_type", "A required field has the wrong type."
    ID_MISSING = "id_missing", "The record has no id."
    ID_INVALID = "id_invalid", "The id does not have the format of the source's ids."
    ID_TAKEN = "id_taken", "Another file of the same collection has this id. The message names it."
    NAME_MISSING = "name_missing", "The record has no name."
    PARTIAL_RECORD = (
        "partial_record",
        "The record has no instruction and no ingredient fields: a listing entry, not a drink.",
    )
    INGREDIENTS_MISSING = "ingredients_missing", "The recipe has no ingredients."
    TOO_MANY_LINES = ("too_many_lines", "The recipe has more than 200 ingredient lines.")
    RECORD_TOO_LARGE = (
        "record_too_large",
        "The record is larger than 128 KiB. Its drink would not fit into the drinks table.",
    )


class Quality(Code):
    """A remark on a drink that was loaded; an entry of its `quality` list."""

    ALCOHOLIC_UNKNOWN = (
        "alcoholic_unknown",
        "The source does not say whether the drink has alcohol, or in an unknown word.",
    )
    CREDIT_INVALID = (
        "credit_invalid",
        "The address of the recipe's publication is not an http(s) URL. It is omitted.",
    )
    FIELD_RETYPED = (
        "field_retyped",
        "A field has an unexpected type. It is read as text, or omitted if that is impossible.",
    )
    ID_REASSIGNED = (
        "id_reassigned",
        "The source used this id for another recipe before. `previous_name` is its name.",
    )
    IMAGE_INVALID = ("image_invalid", "The picture's address is not an http(s) URL. It is omitted.")
    VIDEO_INVALID = ("video_invalid", "The video's address is not an http(s) URL. It is omitted.")
    INGREDIENT_REPEATED = "ingredient_repeated", "Several lines have the same ingredient."
    INGREDIENT_UNKNOWN = (
        "ingredient_unknown",
        "An ingredient is not in the reference. Its name is kept as received.",
    )
    MEASURE_IMPLAUSIBLE = (
        "measure_implausible",
        "A measure is larger than any drink. It is shown, but not used in calculations.",
    )
    MEASURE_UNKNOWN = "measure_unknown", "A measure could not be parsed. It is kept as received."
    MEASURE_WITHOUT_INGREDIENT = (
        "measure_without_ingredient",
        (
            "A measure has no ingredient in its slot, and is omitted; or a line has no ingredient, "
            "and its text is the name."
        ),
    )
    NO_INGREDIENTS = "no_ingredients", "The drink has no ingredients."
    NO_INSTRUCTIONS = "no_instructions", "The drink has no instructions in any language."
    STATED_STRENGTH_DIFFERS = (
        "stated_strength_differs",
        (
            "The stated strength is outside the computed range, as mixed or as served, by more "
            "than 1 % vol and more than a tenth of itself."
        ),
    )
    STRENGTH_CONTRADICTS = (
        "strength_contradicts",
        "The source's statement about alcohol contradicts the ingredients.",
    )
    VOLUME_IMPLAUSIBLE = (
        "volume_implausible",
        (
            "The lines add up to more than 20 litres, more than one recipe makes. Volume, alcohol "
            "and strength are omitted."
        ),
    )
