"""How alike two ingredients are as parts of a drink: 1 is the same, 0 is another one."""

from functools import lru_cache

from mocktailverse.drinks.ingredients import ancestors, base_spirit, family_of, match_ingredient
from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key
from mocktailverse.drinks.substitutions.replaceable import replaceable_with
from mocktailverse.drinks.substitutions.substitution_table import RANKS, Level
from mocktailverse.drinks.text import word_set

_BY_LEVEL: dict[Level, float] = {"same": 1.0, "kind": 1.0, "near": 0.9, "acceptable": 0.7}
_KIN = 0.7
"""Two kinds of one base spirit: bourbon and rye."""
_GENERAL = 0.9
"""A kind and what it is a kind of."""
_VARIED = 0.5
"""A kind that does not replace the general one: coconut rum and rum."""
_SIBLINGS = 0.6
"""Two kinds of one ingredient that is not a whole class: dark and milk chocolate."""

_SAME_FLAVOUR = 0.7
_ALL_SWEETEN = 0.6
SWEETENERS = frozenset(
    {"Sugar", "Sugar syrup", "Syrup", "Rich simple syrup", "Honey", "Honey syrup", "Agave syrup"}
)
_WEAKEST_SPIRIT = 35
"""Strength in % vol; a plain spirit has more (EU 2019/787: 36 or more for most)."""
_VARIETIES = frozenset({"sweet", "dry", "light", "dark", "hard", "still", "unsweetened", "plain"})
_CITRUS = frozenset({"Lemon", "Lime", "Orange", "Grapefruit"})

_FORMS = frozenset(
    {"juice", "peel", "zest", "puree", "pulp", "nectar", "slice", "wedge", "concentrate", "fresh"}
    | {"mix", "powder", "pod", "stick", "seed", "leaf", "ground"}
)
_CLASSES = word_set("Spirit Liqueur Wine Beer Juice Syrup Soda Fruit Herb Spice Vegetable Food")
_CLASSES |= {"Fortified wine", "Flavoured vodka", "Herbal liqueur", "Whiskey liqueur"}
_CLASSES |= {"Cream liqueur", "Candy", "Jam", "Ice cream", "Sherbet", "Nut"}
"""Rows whose kinds have little in common: lime and strawberry are both fruit."""


@lru_cache(maxsize=16384)
def ingredient_likeness(first: str, second: str) -> float:
    """Return the likeness of two canonical names, from 0 to 1; symmetric."""
    if first == second or without_form(first) == without_form(second):
        return 1.0
    if {first, second} <= SWEETENERS:
        return max(_ALL_SWEETEN, _by_kind(first, second))
    levels = [
        step.level
        for use, name in ((first, second), (second, first))
        if match_ingredient(use) and (step := replaceable_with(_row(use)).get(_row(name)))
    ]
    replaces = _BY_LEVEL[min(levels, key=RANKS.__getitem__)] if levels else 0.0
    return max(
        replaces, _by_kind(first, second), _by_flavour(first, second), _by_variety(first, second)
    )


def _by_kind(first: str, second: str) -> float:
    """Return the likeness of two ingredients by what they are kinds of."""
    line, other = _line(first), _line(second)
    if not line or not other:
        return 0.0
    is_flavoured = _is_flavoured(line) != _is_flavoured(other)
    if line[0] in other or other[0] in line:
        return _VARIED if is_flavoured else _GENERAL
    base = base_spirit(line[0])
    if base and base == base_spirit(other[0]):
        return _VARIED if is_flavoured else _KIN
    common = next((name for name in line if name in other), None)
    if common is None:
        return 0.0
    shared = {*words(first)} & {*words(second)} - {*words(common)}
    is_one_flavour = any(word in rows_by_key() for word in shared)  # vanilla ice cream, gelato
    return _SIBLINGS if common not in _CLASSES or is_one_flavour else 0.0


def _is_flavoured(line: tuple[str, ...]) -> bool:
    """Return whether a bottle is not the plain spirit: it is flavoured, or weaker than any."""
    row = match_ingredient(line[0])
    is_weak = row is not None and row.kind == "spirit" and row.abv_percent < _WEAKEST_SPIRIT
    return is_weak or any(name.startswith("Flavoured ") for name in line)


def _by_flavour(first: str, second: str) -> float:
    """Return the likeness of two forms of one fruit: peach schnapps and peach puree."""
    flavours = _flavours(first) & _flavours(second)
    return _SAME_FLAVOUR if flavours else 0.0


@lru_cache(maxsize=4096)
def _flavours(name: str) -> frozenset[str]:
    match = match_ingredient(name)
    many = frozenset() if match and match.kind in {"juice", "soda"} else _CITRUS
    rows = ((word, rows_by_key().get(word)) for word in without_form(name))
    return frozenset(
        word for word, row in rows if row and row.kind == "fruit" and row.name not in many
    )


def _row(name: str) -> str:
    match = match_ingredient(name)
    return match.name if match else name


@lru_cache(maxsize=4096)
def _line(name: str) -> tuple[str, ...]:
    """Return the ingredient and the more general ones, nearest first; of a family, its own."""
    row = match_ingredient(name)
    if row:
        return (row.name, *ancestors(row.name))
    family = family_of(name)
    return (family.name, *ancestors(family.name)) if family else ()


@lru_cache(maxsize=4096)
def without_form(name: str) -> tuple[str, ...]:
    """Return the words without the form: the juice of a lime and the lime are alike."""
    tokens = words(name)
    return tuple(word for word in tokens if word not in _FORMS) or tokens


def _by_variety(first: str, second: str) -> float:
    """Return the likeness of a thing and a variety of it: cider and sweet cider."""
    tokens, others = words(first), words(second)
    is_unknown = not (match_ingredient(first) and match_ingredient(second))
    is_same_thing = tokens[-len(others) :] == others or others[-len(tokens) :] == tokens
    is_variety = {*tokens} ^ {*others} <= _VARIETIES
    return _KIN if is_variety or (is_unknown and is_same_thing) else 0.0
