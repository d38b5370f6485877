"""Read Bar Assistant's recipes: its schemas up to "Cocktail recipe - Draft 04", and its exports.

Draft 04 is one flat object. Draft 02 wraps the recipe and lists the ingredients beside it, to which
the lines refer by `_id`; `recipe_fields` makes it flat. Its API returns glass, method, tags and
ingredients as objects.
"""

import re
from collections.abc import Mapping, Sequence

from mocktailverse.drinks.bar_assistant_terms import (
    NO_INSTRUCTIONS,
    NO_MEASURE,
    NO_UNIT,
    UNKNOWN_AMOUNT,
    UNKNOWN_AUTHOR,
    AmountTerms,
    amount_terms,
    measure_text,
)
from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.drink import Credit, Image
from mocktailverse.drinks.measures import parse_measure
from mocktailverse.drinks.record import RawLine, Record
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.own.nested_texts import name_of_ingredient, stated_line, with_alcohol
from mocktailverse.sources.own.recipe_text import (
    each,
    method_of,
    named,
    optional_text,
    require_few,
    require_name,
    require_recipe,
    single_line,
    tags_of,
    web_address,
)
from mocktailverse.sources.own.simple_recipe import stated_strength

_CERTAINTY = re.compile(r" \((?:exact|approximate|range|unknown|amount unknown)\)")
"""The end of a note that our own export writes."""
_ID = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?:_\d+)?")
_LICENCE = re.compile(r"(.*), ((?:CC|creative[ -]commons|public domain)\b[^,]*)", re.IGNORECASE)


def bar_assistant_record(recipe_id: str, fields: Mapping[str, object]) -> Record:
    """Return the record of a recipe.

    Raises:
        RecordRejectedError: it has no name or no ingredients, or a line cannot be read.
    """
    instructions = fields.get("instructions")
    text = optional_text(instructions)
    source = fields.get("source")
    return Record(
        id=recipe_id,
        name=require_name(fields.get("name")),
        category=None,
        alcoholic=None,
        glass=named(fields.get("glass")),
        iba=None,
        tags=tags_of(fields.get("tags")),
        instructions={"en": text} if text and text != NO_INSTRUCTIONS else {},
        lines=require_recipe(_lines(fields.get("ingredients"))),
        image=next((image for one in each(fields.get("images")) if (image := _image(one))), None),
        video=None,
        quality=(),
        description=optional_text(fields.get("description")),
        credit=Credit.of(
            None if web_address(source) else single_line(source), web_address(source), None
        ),
        stated=stated_strength(fields.get("abv")),
        garnish=optional_text(fields.get("garnish")),
        method=method_of(fields.get("method")),
    )


def _image(value: object) -> Image | None:
    """Return an image on the web; the licence is the end of `copyright`, if it names one."""
    if not isinstance(value, dict):
        return None
    url = web_address(value.get("uri")) or web_address(value.get("url"))
    credit = single_line(value.get("copyright")) or ""
    match = _LICENCE.fullmatch(credit)
    author, licence = match.groups() if match else (credit, None)
    return Image(url, licence, None if author in {"", UNKNOWN_AUTHOR} else author) if url else None


def _lines(value: object) -> tuple[RawLine, ...]:
    items = list(each(value))
    require_few(items)
    return tuple(_line(place, one) for place, one in enumerate(_sorted(items), 1))


def _sorted(lines: Sequence[object]) -> list[object]:
    """Return the lines in the order of `sort`, if all of them have it."""
    order = [one.get("sort") if isinstance(one, dict) else None for one in lines]
    numbers = [number for number in order if isinstance(number, int | float)]
    if len(numbers) < len(lines):
        return list(lines)
    pairs = sorted(zip(numbers, lines, strict=True), key=lambda pair: pair[0])
    return [line for _, line in pairs]


def _line(place: int, value: object) -> RawLine:
    path = f"$.recipe.ingredients[{place - 1}]"
    line = value if isinstance(value, dict) else {"name": value}
    name = name_of_ingredient(line) or _name_in_id(line.get("_id"))
    if name is None:
        raise RecordRejectedError(Reason.WRONG_TYPE, path, f"Ingredient {place} has no name.")
    measure, preparation = _measure(line, name, path)
    full = with_alcohol(name, line)
    return RawLine(place, full, measure, stated=stated_line(line, preparation))


def _name_in_id(value: object) -> str | None:
    """Return the words of an id that no ingredient has: of "lime-juice", or "lime-juice_58"."""
    match = _ID.fullmatch(value) if isinstance(value, str) else None
    return match[1].replace("-", " ") if match else None


def _measure(line: Mapping[str, object], name: str, path: str) -> tuple[str | None, str | None]:
    """Return the measure as text, and the note on the ingredient.

    A note that our export wrote has the measure as its source wrote it. It is used if it is the
    same measure as in the fields.
    """
    terms = AmountTerms(
        _amount(line, "amount", path) or 0.0,
        _amount(line, "amount_max", path),
        single_line(line.get("units")) or NO_UNIT,
    )
    note = single_line(line.get("note")) or ""
    bare = _CERTAINTY.sub("", note) if _CERTAINTY.search(note[-20:]) else note
    is_unknown = note.endswith(f"({UNKNOWN_AMOUNT})")
    if bare == NO_MEASURE or bare.startswith(f"{NO_MEASURE}, "):
        return None, bare[len(NO_MEASURE) + 2 :] or None
    if terms.amount or is_unknown:
        for measure, rest in _splits(bare):
            if _is_same(parse_terms(measure, name), terms):
                return measure, rest
    return _from_fields(terms, name), note or None


def _from_fields(terms: AmountTerms, name: str) -> str | None:
    """Return the fields as a measure; what only tops up, floats or garnishes has no amount."""
    if parse_measure(terms.units, name).kind == "qualitative":
        terms = terms._replace(amount=0.0, amount_max=None)
    text = measure_text(terms)
    if text and not terms.amount and parse_measure(text, name).amount_max is not None:
        return f"0 {text}"  # "0 dash" is none; "dash" alone is one
    return text


def parse_terms(measure: str, name: str) -> AmountTerms:
    """Return Bar Assistant's fields of a measure of ours."""
    parsed = parse_measure(measure, name)
    return amount_terms(parsed.amount_min, parsed.amount_max, parsed.unit, parsed.kind)


def _is_same(one: AmountTerms, other: AmountTerms) -> bool:
    return one.units == other.units and [one.amount, one.amount_max or one.amount] == [
        other.amount,
        other.amount_max or other.amount,
    ]


def _splits(note: str) -> list[tuple[str, str | None]]:
    """Return what may be the measure and the preparation in "1 tsp, heaped", the likely first.

    A preparation that the measure has already is repeated: "2, sliced, sliced".
    """
    places = [match.start() for match in re.finditer(", ", note)][:20]
    parts = [(note[:place], note[place + 2 :]) for place in places]
    repeated = [(measure, rest) for measure, rest in parts if measure.endswith(rest)]
    return [*repeated, *parts, (note, None)]


def _amount(line: Mapping[str, object], field: str, path: str) -> float | None:
    value = line.get(field)
    number = _number(value)
    if number is None and value is not None and value != "":
        raise RecordRejectedError(
            Reason.WRONG_TYPE, f"{path}.{field}", f"{field} is not a number of at least 0."
        )
    return number


def _number(value: object) -> float | None:
    """Return a number of at least 0; None for anything else."""
    if isinstance(value, str):
        text = value.strip()
        value = float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text, re.ASCII) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < float("inf") else None
