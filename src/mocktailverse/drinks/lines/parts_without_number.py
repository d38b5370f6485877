"""Split a recipe line without a number: "top with soda", "mint, to garnish", "pinch of salt"."""

from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.lines.part_texts import EDGES, LineParts, introduces, is_name, named
from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.grammar import read_unit_alone
from mocktailverse.drinks.measures.measure import is_juice_of
from mocktailverse.drinks.measures.quantity import token_at
from mocktailverse.drinks.measures.tokens import Token

_AS_NEEDED = frozenset({("q", "b"), ("q", "s"), ("qb", ""), ("qs", ""), ("n", "b")})
"""Abbreviations of "as needed": quanto basta, quantum satis, nach Belieben."""
_WITH = frozenset(
    {"up", "off", "it", "with", "mit", "avec", "con", "the", "glass", "rest", "of", "b", "s"}
)
_ARTICLES = words.ARTICLES | {"the"}
_BEFORE_TO = frozenset({"or", "more", "and", "("})
_BEFORE_REMARK = frozenset({"to", "for", "as", "zum", "pour", "para", "per", "al", "nach", "au"})


def without_number(text: str, tokens: list[Token]) -> LineParts:
    if is_juice_of(tokens):
        link = next(token for token in reversed(tokens) if token.text in words.OF)
        return LineParts(text[: link.end], text)
    return (
        _instruction(text, tokens)
        or _enclosed(text, tokens)
        or _remark(text, tokens)
        or _unit_alone(text, tokens)
    )


def _instruction(text: str, tokens: list[Token]) -> LineParts | None:
    """Return the parts of "top with soda", "garnish: lime wheel", "lots of ice"."""
    first = int(token_at(tokens, 0).text in _BEFORE_REMARK | _ARTICLES)
    token = token_at(tokens, first)
    is_loose = token.text in words.UNMEASURED or token.text in words.FEW
    if (
        token.text in {"q", "n"}
        and (token.text, token_at(tokens, first + 1).text) not in _AS_NEEDED
    ):
        return None
    if token.text not in words.QUALITATIVE and not is_loose:
        return None
    if is_loose and (is_name(text) or read_unit_alone(_core(tokens)) is not None):
        return None  # "Little Creatures", "a few sprigs of mint"
    end = first + 1
    while token_at(tokens, end).text in _WITH | words.UNMEASURED | {":"}:
        end += 1
    name = named(text[tokens[end - 1].end :])
    return LineParts(text[: tokens[end - 1].end], name) if name else None


def _enclosed(text: str, tokens: list[Token]) -> LineParts | None:
    """Return the parts of "mit Soda auffüllen", where German puts the verb last."""
    if token_at(tokens, 0).text != "mit" or tokens[-1].text not in words.QUALITATIVE:
        return None
    name = named(text[tokens[0].end : tokens[-1].start])
    return LineParts(text[tokens[-1].start :], name) if name else None


def _remark(text: str, tokens: list[Token]) -> LineParts | None:
    """Return the parts of "soda water, to top", "mint for garnish", "dash of Tabasco, to taste"."""
    for index, token in enumerate(tokens[1:], 1):
        if token.text in words.QUALITATIVE or token.text in words.UNMEASURED:
            first = _remark_start(tokens, index)
            if first is not None:
                start = tokens[first].start
                unit, name = _unit_alone(text[:start].rstrip(EDGES + "("), tokens[:first])
                return LineParts(f"{unit} {text[start:]}".strip(), name)
    return None


def _remark_start(tokens: list[Token], index: int) -> int | None:
    """Return where the remark with the word at `index` begins; None if it is part of a name."""
    if (tokens[index].text, token_at(tokens, index + 1).text) in _AS_NEEDED:
        return index
    first = index - 1
    if tokens[first].text in _ARTICLES and first > 0 and tokens[first - 1].text in _BEFORE_REMARK:
        first -= 1
    is_before = tokens[first].text in _BEFORE_REMARK or (first and tokens[first].text == "a")
    if not is_before and tokens[first].kind != "mark":
        return None
    while first > 1 and tokens[first - 1].text in _BEFORE_TO:
        first -= 1
    return first


def _core(tokens: list[Token]) -> list[Token]:
    """Return the tokens before the first bracket, comma or preposition."""
    stop = next(
        (
            i
            for i, token in enumerate(tokens)
            if (token.kind == "mark" and not (token.text == "-" and token.glued))
            or token.text in words.STOPS
        ),
        len(tokens),
    )
    return tokens[:stop]


def _unit_alone(text: str, tokens: list[Token]) -> LineParts:
    """Return the parts of "pinch of salt", "mint sprig" and "gin"."""
    core = _core(tokens)
    unit = read_unit_alone(core)
    is_reference_name = is_name(text)
    if unit is None:
        is_one = tokens and tokens[0].text in words.ARTICLES and not is_reference_name
        end = tokens[0].end if is_one else 0
        return LineParts(text[:end], named(text[end:]))
    if any(not introduces(token) for token in core[: unit.start]):
        # A unit that the name needs is part of it: "Compass Box", but not "mint sprig".
        last = core[unit.end - 1]
        if is_reference_name and (unit.end < len(core) or not match_ingredient(text[: last.start])):
            return LineParts("", text)
        is_one = core[0].text in words.ARTICLES and core[1].text not in words.FEW
        one = f"{core[0].text} " if is_one else ""
        return LineParts(one + last.text, named(text))
    stop = tokens[unit.end - 1].end
    name = named(text[stop:])
    if not name or (is_reference_name and token_at(tokens, unit.end).text != "of"):
        return LineParts("", text)  # "Knob Creek"
    return LineParts(text[:stop], name)
