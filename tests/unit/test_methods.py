"""The preparation method, read from instructions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.strength.methods import mentions_ice, preparation_method


@pytest.mark.parametrize(
    ("instructions", "method"),
    [
        ("Shake all ingredients with ice, strain into a cocktail glass.", "shaken"),
        ("Shake with ice and strain. Fill with soda and stir.", "shaken"),
        ("Muddle the mint in a shaker, add the rum and shake.", "shaken"),
        ("Shaken, not stirred", "shaken"),
        ("Shake or stir with ice, strain.", "shaken"),
        ("Stir or shake with ice, strain.", "stirred"),
        ("Stir all ingredients with ice and strain into a coupe.", "stirred"),
        ("Pour into a mixing glass with ice. Stir. Strain.", "stirred"),
        ("Do not shake! Stir over ice, strain.", "stirred"),
        ("Blend with crushed ice until smooth.", "blended"),
        ("Prepare in a blender or shaker.", "blended"),
        ("Throw everything into a blender and liquify.", "blended"),
        ("Muddle mint with sugar, fill the glass with ice, add rum.", "muddled"),
        ("Layer in a shot glass.", "layered"),
        ("Pour the cream over the back of a spoon. Do not stir.", "layered"),
        ("Pour into a glass filled with ice. Stir gently.", "built"),
        ("Stir into glass over ice, garnish and serve.", "built"),
        ("Build all ingredients in a highball.", "built"),
        ("Pour the blended whiskey over ice in a tumbler.", "built"),
        ("Add a shake of pepper to the glass.", "built"),
        ("Don't shake.", None),
        ("Combine in a jar. Shake daily for two weeks.", "built"),
        ("Enjoy responsibly.", None),
        ("Mélanger doucement.", None),
        ("", None),
        (None, None),
    ],
)
def test_the_method_is_what_melts_the_ice(instructions, method):
    assert preparation_method(instructions) == method


@pytest.mark.parametrize(
    ("text", "ice"),
    [("over ICE cubes", True), ("on the rocks", True), ("vanilla ice-cream", False), (None, False)],
)
def test_ice_cream_is_no_ice(text, ice):
    assert mentions_ice(text) is ice


@given(st.text(max_size=3000))
def test_no_instructions_are_too_odd(text):
    preparation_method(text)
