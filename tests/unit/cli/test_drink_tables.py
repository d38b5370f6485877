"""What `drinks get` and `quality` print of unknown figures, choices and balance."""

import json
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from rich.console import Console
from typer.testing import CliRunner

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.cli import drinks_command, output, quality_command
from mocktailverse.cli.main import app
from mocktailverse.drinks.drink import Credit, Drink
from mocktailverse.drinks.register import Register


@pytest.fixture
def drink(sample_catalogue: Catalogue) -> Drink:
    """Return a drink with a choice, an optional ingredient and a bottle that nobody knows."""
    drink = next(d for d in sample_catalogue.all_drinks() if len(d.ingredients) > 2)
    first, second, *rest = drink.ingredients
    first = replace(first, name="Honey", alternatives=("Sugar", "Agave syrup"))
    second = replace(second, name="Ginger", preparation="peeled and sliced", optional=True)
    derived = replace(
        drink.derived, is_mocktail=None, abv_percent_min=None, abv_percent_max=None,
        unknown_because=("Yakult",), sugar_g_min=4.0, sugar_g_max=9.5, energy_kcal_min=20.0,
        energy_kcal_max=20.0, likely_abv_served_percent=None, acid_g_min=None, acid_g_max=None,
        acid_served_g_per_100ml_min=None, acid_served_g_per_100ml_max=None,
    )  # fmt: skip
    return replace(drink, ingredients=(first, second, *rest), derived=derived)


@pytest.fixture
def variants() -> list[Drink]:
    """Return the recipes of the drink from other sources; a test adds them."""
    return []


@pytest.fixture
def run(monkeypatch, drink, variants):
    """Return a function that runs a command on a table with one drink; it returns the lines."""
    register = Register(drink.id, drink)
    drinks = SimpleNamespace(get=lambda _: register, all=lambda: [register])
    stores = SimpleNamespace(drinks=drinks, loads=None)
    monkeypatch.setattr(output, "stdout", Console(width=80))
    for module in (drinks_command, quality_command):
        monkeypatch.setattr(module, "connect", lambda *_: stores)
    monkeypatch.setattr(quality_command, "recent_loads", lambda *_: ([], None))
    catalogue = SimpleNamespace(variants=lambda _: variants, drink=lambda _: drink)
    monkeypatch.setattr(drinks_command, "published_catalogue", lambda _: nullcontext(catalogue))

    def invoke(*arguments):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_a_drink_is_printed_with_its_balance_and_the_cause_of_what_is_unknown(run, drink):
    lines = [" ".join(line.split()) for line in run("drinks", "get", drink.id).splitlines()]
    assert "mocktail unknown" in lines
    assert "% vol as mixed unknown" in lines
    assert "sugar, g 4 to 9.5" in lines
    assert "energy, kcal 20" in lines
    assert "unknown because of Yakult" in lines
    assert not any(line.startswith(("likely", "acid")) for line in lines), "not known"


def test_a_line_is_printed_with_its_choice_its_preparation_and_whether_it_is_optional(run, drink):
    lines = run("drinks", "get", drink.id).splitlines()
    assert max(map(len, lines[:-1])) <= 80
    text = " ".join(" ".join(lines).split())
    assert "notes" in text
    assert "or Sugar or" in text
    assert "optional" in text


def test_without_any_note_there_is_no_column_for_them(run, drink, monkeypatch):
    plain = [replace(line, alternatives=(), preparation=None, optional=False)
             for line in drink.ingredients]  # fmt: skip
    register = Register(drink.id, replace(drink, ingredients=tuple(plain)))
    stores = SimpleNamespace(drinks=SimpleNamespace(get=lambda _: register))
    monkeypatch.setattr(drinks_command, "connect", lambda *_: stores)
    assert "notes" not in run("drinks", "get", drink.id)


def test_a_cause_of_any_length_fits_the_terminal(run, drink, monkeypatch):
    derived = replace(drink.derived, unknown_because=("W" * 10_000, "[bold]\u202ex"))
    register = Register(drink.id, replace(drink, derived=derived))
    stores = SimpleNamespace(drinks=SimpleNamespace(all=lambda: [register]), loads=None)
    monkeypatch.setattr(quality_command, "connect", lambda *_: stores)
    assert max(map(len, run("quality").splitlines())) <= 80


def test_quality_counts_unknown_figures_and_names_their_causes(run):
    text = " ".join(run("quality").split())
    assert "strength unknown 1" in text
    assert "mocktail or not: unknown 1" in text
    assert "Causes of unknown figures" in text
    assert "Yakult 1" in text
    (source,) = json.loads(run("quality", "--json"))["items"]
    assert (source["unknown_strength"], source["unknown_mocktail"]) == (1, 1)
    assert source["unknown_because"] == [{"ingredient": "Yakult", "drinks": 1}]


def test_a_drink_is_printed_with_its_recipes_from_other_sources(run, drink, variants):
    assert "other sources" not in run("drinks", "get", drink.id)
    variants.append(replace(drink, id="opendrinks:x", source="opendrinks"))
    printed = run("drinks", "get", drink.id)
    assert "Recipes from other sources" in printed
    assert json.loads(run("drinks", "get", drink.id, "--json"))["id"] == drink.id


def test_the_recipes_of_a_drink_are_compared(run, drink, variants):
    assert not run("drinks", "compare", drink.id)
    assert json.loads(run("drinks", "compare", drink.id, "--json")) == {
        "items": [], "next": None, "comparison": None,
    }  # fmt: skip
    credit = Credit(author="Ana", licence="MIT")
    lines = drink.ingredients[:-1]
    other = replace(drink, id="b:x", source="b", ingredients=lines, credit=credit)
    variants.append(other)
    printed = run("drinks", "compare", drink.id)
    assert "Ana" in printed
    assert "MIT" in printed
    assert "differs" in printed
    assert "same" in printed
    response = json.loads(run("drinks", "compare", drink.id, "--json"))
    assert [item["id"] for item in response["items"]] == ["b:x"]
    assert response["comparison"]["lines"][-1]["amounts"][1] is None
