"""What a shelf covers: for each ingredient the bottles that provide it, and how well."""

from collections.abc import Iterable, Iterator
from copy import copy
from functools import cache, lru_cache
from itertools import chain
from typing import Literal, NamedTuple

from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.ingredients.reference_rows import rows_by_name
from mocktailverse.drinks.substitutions.needs import Need
from mocktailverse.drinks.substitutions.replaceable import (
    counts_for,
    is_as_good_as,
    replaceable_with,
)
from mocktailverse.drinks.substitutions.substitution_table import (
    Confidence,
    Substitution,
    substitution_table,
)

Allowance = Literal["strict", "near", "acceptable"]
"""What may be used instead: nothing but kinds of an ingredient, the same and near equal, all."""


def allowance_of(*, acceptable: bool, strict: bool) -> Allowance:
    """Return what may be used instead; strict goes before acceptable."""
    if strict:
        return "strict"
    return "acceptable" if acceptable else "near"


class Supply(NamedTuple):
    """One way to get an ingredient from the shelf."""

    use: tuple[str, ...]
    """One bottle, or several that make it together."""
    substitution: Substitution | None
    """None if the bottle is what the recipe names."""

    @property
    def is_free(self) -> bool:
        """Whether the bottle can serve for other lines, too: it is the same, or a mixture."""
        substitution = self.substitution
        return substitution is None or substitution.level == "same" or len(self.use) > 1


_ALLOWED: dict[Allowance, frozenset[Confidence]] = {
    "strict": frozenset(),
    "near": frozenset({"same", "near"}),
    "acceptable": frozenset({"same", "near", "acceptable"}),
}
_KIND = Substitution("kind", "a kind of it")
_FRESH = Substitution("acceptable", "neither dried nor otherwise preserved")
_JUICE = Substitution("same", "the recipe needs the juice")


class StockedShelf:
    """The ingredients that somebody has, by canonical name, and what they provide."""

    def __init__(self, have: Iterable[str], allowance: Allowance = "near") -> None:
        """Take canonical names; a name outside the reference provides itself, in any case."""
        self.have: tuple[str, ...] = ()
        self.allowance = allowance
        self.is_strict = allowance == "strict"
        self._supplies: dict[str, tuple[Supply, ...]] = {}
        mixtures = substitution_table().mixtures
        allowed = _ALLOWED[allowance]
        self._incomplete = [m for m in mixtures if m.substitution.confidence in allowed]
        self._add(have)

    def with_bottle(self, name: str) -> "StockedShelf":
        """Return the shelf with one more ingredient, by canonical name."""
        larger = copy(self)
        larger._add([name])  # noqa: SLF001 - a new object of this class
        return larger

    def supplies(self, need: Need) -> list[Supply]:
        """Return the ways to meet a need; none if the shelf does not cover it."""
        names = (need.name, *need.names[1:])
        supplies = [supply for name in names for supply in self._of(name)]
        if need.variety and need.variety not in rows_by_name() and self.allowance == "acceptable":
            plain = (s for s in self._of(need.names[0]) if not s.substitution)
            supplies += [s._replace(substitution=_FRESH) for s in plain]
        if need.form == "juice" and not self.is_strict:
            juices = filter(None, map(juice_of, need.names))
            supplies += [
                supply._replace(substitution=supply.substitution or _JUICE)
                for juice in juices
                for supply in self._of(juice)
            ]
        if need.form == "dry":
            supplies = [s for s in supplies if not any(_is_syrup(bottle) for bottle in s.use)]
        if need.form == "packed":
            supplies = [s for s in supplies if len(s.use) == 1]
        return supplies

    @property
    def provided(self) -> set[str]:
        """The folded names that the shelf has something for."""
        return set(self._supplies)

    def provided_beyond(self, smaller: "StockedShelf") -> set[str]:
        """Return the folded names that this shelf provides in more ways than a smaller one."""
        before = smaller._supplies  # noqa: SLF001 - of this class, too
        return {
            name for name, ways in self._supplies.items() if len(ways) > len(before.get(name, ()))
        }

    def incomplete_mixtures(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield mixtures that the shelf cannot make, and the ingredients that complete each."""
        for mixture in self._incomplete:
            missing = [part for part in mixture.parts if not self._part(part)]
            yield mixture.name, frozenset.intersection(*map(_same_as, missing))

    def _of(self, name: str) -> tuple[Supply, ...]:
        return self._supplies.get(folded(name), ())

    def _add(self, bottles: Iterable[str]) -> None:
        """Add bottles that are new, and the mixtures that the shelf has all parts for now."""
        self._supplies = self._supplies.copy()
        new = [bottle for bottle in dict.fromkeys(bottles) if bottle not in self.have]
        self.have += tuple(new)
        for name, supply in chain.from_iterable(_supplied_by(b, self.allowance) for b in new):
            self._supply(name, supply)
        incomplete = []
        for mixture in self._incomplete:
            use = tuple(filter(None, map(self._part, mixture.parts)))
            if len(use) == len(mixture.parts):
                self._supply(folded(mixture.name), Supply(use, mixture.substitution))
            else:
                incomplete.append(mixture)
        self._incomplete = incomplete

    def _supply(self, name: str, supply: Supply) -> None:
        self._supplies[name] = (*self._supplies.get(name, ()), supply)

    def _part(self, name: str) -> str | None:
        """Return the bottle for a part of a mixture: the ingredient, or the same in a form."""
        for supply in self._of(name):
            if supply.is_free and len(supply.use) == 1:
                return supply.use[0]
        return None


def provided_by(name: str, allowance: Allowance) -> list[tuple[str, Substitution | None]]:
    """Return what one ingredient provides by itself, as far as it is allowed."""
    itself: list[tuple[str, Substitution | None]] = [(name, None)]
    if allowance == "strict":
        return itself + [(general, _KIND) for general in counts_for(name)]
    return itself + [
        (other, substitution)
        for other, substitution in replaceable_with(name).items()
        if substitution.confidence in _ALLOWED[allowance]
    ]


@lru_cache(maxsize=4096)
def _supplied_by(name: str, allowance: Allowance) -> list[tuple[str, Supply]]:
    """Return the folded names that one ingredient provides, and how."""
    return [(folded(other), Supply((name,), how)) for other, how in provided_by(name, allowance)]


def juice_of(fruit: str) -> str | None:
    """Return the reference's juice of a fruit: of Meyer lemon Lemon juice; None if none."""
    for name in (fruit, *ancestors(fruit)):
        juice = match_ingredient(f"{name} juice")
        if juice and juice.name == f"{name} juice":
            return juice.name
    return None


def folded(name: str) -> str:
    """Return the form in which names compare: without case and surplus white space."""
    return " ".join(name.split()).casefold()


@cache
def _same_as(name: str) -> frozenset[str]:
    """Return the ingredients that are an ingredient, or the same in another form."""
    others = substitution_table().pairs
    return frozenset((name, *(n for n in others if is_as_good_as(n, name, "same"))))


def _is_syrup(name: str) -> bool:
    ingredient = match_ingredient(name)
    return ingredient is not None and ingredient.kind == "syrup"


def names_to_meet(need: Need, *, strict: bool = False) -> list[str]:
    """Return the names that meet a need, each alone; for a juice, the fruit and its juice."""
    names = [*need.names, need.variety] if need.variety else list(need.names)
    if need.form == "juice" and not strict:
        names += [juice for juice in map(juice_of, need.names) if juice]
    return names
