"""Observations of one drink: few times and contents, so that many observations tie."""

from functools import reduce

from hypothesis import strategies as st

from mocktailverse.drinks.drink import Derived, Drink, Lineage
from mocktailverse.drinks.register import Register, merge, recipe_of

DAY_MS = 24 * 3600 * 1000
NAMES = ["Adonis", "adonis ", "Margarita", "Mojito", "Zombie"]
INGREDIENTS = [("Sherry",), ("sherry ", "SHERRY"), ("Tequila", "Lime"), ("Rum",)]


def observation(
    observed_at: int, name="Adonis", ingredients=("Sherry",), position=0, *, code=1, content="a"
) -> Register:
    """Return the register of one raw record; equal lineage and code always give equal content."""
    drink = Drink(
        id="thecocktaildb:1", source="thecocktaildb", name=name, category=None, alcoholic=None,
        glass=None, iba=None, tags=(), instructions={}, ingredients=(), image=None, video=None,
        derived=Derived(), quality=("no_ingredients", "no_instructions"),
        content_hash=f"{content}{name}", observed_at=observed_at, withdrawn_at=None,
        previous_name=None, lineage=Lineage("data", "raw/thecocktaildb/x", "v", position, code),
    )  # fmt: skip
    return Register(drink.id, drink, recipe_of(name, ingredients))


def absence(observed_at: int) -> Register:
    """Return the register of one lookup that the source answered with "not found"."""
    return Register("thecocktaildb:1", None, absences=(observed_at,))


def removal(observed_at: int) -> Register:
    """Return the register of a removal by the owner."""
    return Register("thecocktaildb:1", None, absences=(observed_at,), removed_at=observed_at)


@st.composite
def observations(draw, least=1, most=8):
    """Draw observations and absences of one ID, at few times, so that many are equal."""
    times = st.integers(0, 3) | st.sampled_from([DAY_MS, DAY_MS + 2, 2 * DAY_MS])
    return [
        draw(st.sampled_from([absence, absence, removal]))(draw(times))
        if draw(st.integers(0, 3)) == 0
        else observation(
            draw(times),
            draw(st.sampled_from(NAMES)),
            draw(st.sampled_from(INGREDIENTS)),
            position,
            code=draw(st.integers(1, 2)),
            content=draw(st.sampled_from("ab")),
        )
        for position in range(draw(st.integers(least, most)))
    ]


@st.composite
def crowds(draw):
    """Draw more recipes than a register keeps, some repeatedly, at few times."""
    numbers = draw(st.permutations(range(12))) + draw(st.lists(st.integers(0, 11), max_size=5))
    return [
        observation(
            draw(st.sampled_from([0, 1, 1, 1])),
            f"name {number}",
            (f"{number}",),
            position,
            content=draw(st.sampled_from("ab")),
        )
        for position, number in enumerate(numbers)
    ]


def merged(registers) -> Register:
    return reduce(merge, registers, None)
