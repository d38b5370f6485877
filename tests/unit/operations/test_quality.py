"""Quality figures: the shares of understood measures and ingredients by source."""

import json
import re

import msgspec
from msgspec.structs import replace

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.quality import Cause, Share, SourceQuality, quality
from mocktailverse.pipeline.transformation import transform

GIN_TONIC = {
    "idDrink": "1",
    "strDrink": "Gin Tonic",
    "strAlcoholic": "Alcoholic",
    "strInstructions": "Build over ice.",
    "strIngredient1": "Gin",
    "strMeasure1": "5 cl",
    "strIngredient2": "Tonic water",
    "strMeasure2": "10 cl",
}
ODD = {
    "idDrink": "2",
    "strDrink": "Odd",
    "strAlcoholic": "Non alcoholic",
    "strInstructions": "Shake.",
    "strIngredient1": "Gin",
    "strMeasure1": "5 cl",
    "strIngredient2": "Blorf",
    "strMeasure2": "1/0 cl",
    "strIngredient3": "Salt",
    "strMeasure3": "3 pints",
}


def drinks_of(raw_object, *records):
    raw = raw_object(json.dumps(list(records)).encode())
    version = ObjectVersion("data", "raw/thecocktaildb/x", "v")
    return [piece.register.drink for piece in transform(raw, version)]


def test_without_drinks_there_are_no_figures():
    assert quality([]) == []


def test_understood_drinks_count_in_full(raw_object):
    (figures,) = quality(drinks_of(raw_object, GIN_TONIC))
    assert (figures.source, figures.drinks, figures.withdrawn) == ("thecocktaildb", 1, 0)
    assert figures.measures == Share(2, 2, 100.0)
    assert figures.ingredients == Share(2, 2, 100.0)
    assert figures.strength == Share(1, 1, 100.0)
    assert figures.mocktails == Share(0, 1, 0.0)
    assert figures.contradictions == 0


def test_problems_and_contradictions_are_counted(raw_object):
    (figures,) = quality(drinks_of(raw_object, GIN_TONIC, ODD))
    assert figures.measures == Share(3, 5, 60.0)
    assert figures.ingredients == Share(4, 5, 80.0)
    assert figures.contradictions == 1
    assert figures.codes["strength_contradicts"] == 1
    assert figures.codes["measure_unknown"] == 1
    assert figures.codes["measure_implausible"] == 1


def test_every_figure_is_a_count_and_its_share(raw_object):
    juice = {
        "idDrink": "3",
        "strDrink": "Juice",
        "strAlcoholic": "Non alcoholic",
        "strIngredient1": "Orange juice",
        "strMeasure1": "10 cl",
        "strIngredient2": "Sugar",
    }
    drinks = drinks_of(raw_object, GIN_TONIC, ODD, juice)
    gone = msgspec.structs.replace(drinks[0], source="another", withdrawn_at=0)
    other, figures = quality([*drinks, gone])
    assert (other.source, other.drinks, other.withdrawn) == ("another", 1, 1)
    assert figures == SourceQuality(
        "thecocktaildb",
        drinks=3,
        withdrawn=0,
        measures=Share(4, 6, 66.7),
        ingredients=Share(6, 7, 85.7),
        strength=Share(2, 3, 66.7),
        mocktails=Share(1, 3, 33.3),
        contradictions=1,
        codes={
            "ingredient_unknown": 1,
            "measure_implausible": 1,
            "measure_unknown": 1,
            "no_instructions": 1,
            "strength_contradicts": 1,
        },
        unknown_strength=1,
        unknown_mocktail=0,
        unknown_because=[Cause("Blorf", 1), Cause("Salt", 1)],
    )
    assert list(figures.codes) == sorted(figures.codes)


def test_unknown_figures_are_counted_with_their_causes_the_most_frequent_first(raw_object):
    known, *_ = drinks_of(raw_object, GIN_TONIC)

    def unknown(*names):
        derived = replace(known.derived, abv_percent_max=None, is_mocktail=None)
        return replace(known, derived=replace(derived, unknown_because=names))

    (figures,) = quality([unknown("Yakult", "Blorf"), known, unknown("Yakult", "Ale", "Ale")])
    assert (figures.unknown_strength, figures.unknown_mocktail) == (2, 2)
    assert figures.unknown_because == [Cause("Yakult", 2), Cause("Ale", 1), Cause("Blorf", 1)]


def test_the_share_of_nothing_is_none(raw_object):
    (figures,) = quality(
        drinks_of(raw_object, {"idDrink": "4", "strDrink": "Gin", "strIngredient1": "Gin"})
    )
    assert (figures.measures, figures.ingredients) == (Share(0, 0, None), Share(1, 1, 100.0))


# ---- codes


def test_every_code_is_its_name_in_lower_case_and_has_an_explanation(raw_object):
    version = ObjectVersion("data", "raw/thecocktaildb/x", "v")
    odd, wrong = transform(raw_object(json.dumps([ODD, 1]).encode()), version)
    assert {Quality(code) for code in odd.register.drink.quality} < {*Quality}
    assert Reason(wrong.rejected.code) is Reason.NOT_AN_OBJECT
    codes = [*Reason, *Quality]
    for code in codes:
        assert code == code.value == str(code) == code.name.lower()
        assert type(code)(code.name.lower()) is code
        assert re.fullmatch(r"(strA|[A-Z])\S*( \S+)+\.", code.explanation), code
    assert len({*codes}) == len({code.explanation for code in codes}) == len(codes)
