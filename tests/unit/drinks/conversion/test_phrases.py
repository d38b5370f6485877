"""Names inside a sentence: brands and places keep their capitals."""

import pytest

from mocktailverse.drinks.conversion.phrases import lowered
from mocktailverse.drinks.reference.tables import read_table


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Lime juice", "lime juice"),
        ("Lime Juice", "lime juice"),
        ("Crème de menthe syrup", "crème de menthe syrup"),
        ("Sprite", "Sprite"),
        ("coca-cola", "Coca-Cola"),
        ("Mountain dew", "Mountain Dew"),
        ("Dr Pepper", "Dr Pepper"),
        ("Angostura Bitters", "Angostura bitters"),
        ("Earl Grey tea", "Earl Grey tea"),
        ("Non-alcoholic Irish cream", "non-alcoholic Irish cream"),
        ("Worcestershire sauce", "Worcestershire sauce"),
        ("Heineken 0.0", "Heineken 0.0"),
        ("Lyre's Italian Orange", "Lyre's Italian Orange"),
        (
            "Non-alcoholic gin (Ritual Gin Alternative)",
            "non-alcoholic gin (Ritual Gin Alternative)",
        ),
        ("Zorblax", "Zorblax"),
        ("V8", "V8"),
        ("", ""),
    ],
)
def test_only_common_words_lose_their_capitals(name, inside):
    assert lowered(name) == inside


def test_proper_words_are_listed_once_in_lower_case():
    listed = [word for word, _source in read_table("proper_words.csv")]

    assert listed == sorted(set(listed))
    assert all(word == word.casefold() for word in listed)
