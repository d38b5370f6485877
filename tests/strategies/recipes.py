"""Measures, ingredient names and instructions: real texts, shuffled words, any text."""

from hypothesis import strategies as st

from mocktailverse.drinks.ingredients import all_ingredients
from mocktailverse.drinks.measures.words import FILLERS, LENGTHS, MULTIPLES, UNIT_WORDS
from strategies.raw_objects import sample_records
from strategies.texts import texts


def _sampled(field: str) -> list[str]:
    values = {
        str(value)
        for record in sample_records()
        for name, value in record.items()
        if name.startswith(field) and value
    }
    return sorted(values)


_NUMBERS = (
    "1", "1/2", "½", "1½", "2-3", "1.5", "1,5", "0", "00", "1/0", "0/1", "1/2/3", "-1", "1e9",
    "5000", "99999999999", "1000000", "٣", "²", "⅐", "1\N{FRACTION SLASH}2", "dozen", "half",
    "two-thirds", "20001", "0.0001", ".5", "5.", "1..2", "1-2-3", "70cl", "1oz", "12%",
)  # fmt: skip
_SIGNS = (
    "x", "-", "\N{EN DASH}", "+", "(", ")", "/", ",", "%", "to", "or", "of", "about", "=", "&",
)  # fmt: skip
_words = st.sampled_from(sorted({*UNIT_WORDS, *MULTIPLES, *FILLERS, *LENGTHS, *_NUMBERS, *_SIGNS}))
_sentences = st.tuples(st.lists(_words, max_size=10), st.sampled_from([" ", " ", "", "\xa0"])).map(
    lambda pair: pair[1].join(pair[0])
)


@st.composite
def _edited(draw: st.DrawFn, real: list[str]) -> str:
    """Draw a real text with a part of it replaced."""
    text = draw(st.sampled_from(real))
    start, size = draw(st.integers(0, len(text))), draw(st.integers(0, 4))
    return text[:start] + draw(_words | texts) + text[start + size :]


measures = _sentences | st.sampled_from(_sampled("strMeasure")) | _edited(_sampled("strMeasure"))
measures |= st.text(max_size=60) | st.tuples(_sentences, st.integers(2, 60)).map(
    lambda pair: pair[0] * pair[1]
)
known_names = sorted(ingredient.name for ingredient in all_ingredients())
names = (
    st.sampled_from(known_names)
    | _edited(known_names)
    | st.sampled_from(_sampled("strIngredient"))
    | st.text(max_size=30)
    | st.sampled_from(["Vanilla extract", "Non-alcoholic gin", "Ice", "Angostura bitters"])
)
instructions = (
    st.none()
    | st.sampled_from(_sampled("strInstructions"))
    | _edited(_sampled("strInstructions"))
    | st.sampled_from(["Shake with ice.", "Stir.", "Build over ice.", "Blend.", "Top up."])
)
glasses = st.none() | st.sampled_from(_sampled("strGlass")) | texts
