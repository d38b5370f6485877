"""The command `mocktail`: finds a drink by id or name, and shows the conversion."""

import json
from types import SimpleNamespace

import pytest
from typer import Exit

from mocktailverse.cli import mocktail_command
from mocktailverse.errors import UsageError
from strategies.mocktails import recipe

SHAKE = "Shake all ingredients with ice and strain into a cocktail glass."
DAIQUIRI = recipe(
    "Daiquiri", [("60 ml", "Light rum"), ("20 ml", "Lime juice"), ("20 ml", "Sugar syrup")], SHAKE
)
MARTINI = recipe("Martini", [("60 ml", "Gin"), ("10 ml", "Dry vermouth")], SHAKE)


class Table:
    def get(self, drink_id):
        return SimpleNamespace(drink=DAIQUIRI) if drink_id == DAIQUIRI.id else None

    def page(self, _limit, after=None):
        drink, rest = (MARTINI, None) if after else (DAIQUIRI, "next")
        return [SimpleNamespace(drink=drink)], rest


@pytest.fixture(autouse=True)
def _stores(monkeypatch):
    stores = SimpleNamespace(drinks=Table())
    monkeypatch.setattr(mocktail_command, "connect", lambda *_: stores)


@pytest.mark.parametrize("text", ["own:1", "daiquiri"])
def test_a_drink_is_found_by_its_id_or_its_name(text, capsys):
    mocktail_command.mocktail(text, as_json=True)

    shown = json.loads(capsys.readouterr().out)
    assert shown["possible"]
    assert shown["drink"]["name"] == "Daiquiri (alcohol-free)"


def test_people_get_the_recipe_what_replaces_what_and_both_figures(capsys):
    mocktail_command.mocktail("Daiquiri")

    shown = " ".join(capsys.readouterr())
    for text in ("Coconut water", "As served", "sugar (g / 100 ml)", "Confidence"):
        assert text in shown


def test_a_drink_that_cannot_be_converted_gives_the_reason_and_what_would_help(capsys):
    mocktail_command.mocktail("Martini")

    shown = " ".join(" ".join(capsys.readouterr()).split())
    assert "nothing but spirit" in shown
    assert "0.0 bottle" in shown


def test_an_unknown_name_gives_exit_code_1(capsys):
    with pytest.raises(Exit) as ended:
        mocktail_command.mocktail("No such drink")

    assert ended.value.exit_code == 1
    assert "No drink `No such drink`" in " ".join(capsys.readouterr())


def test_a_part_of_a_name_lists_the_drinks_that_contain_it(capsys):
    with pytest.raises(Exit):
        mocktail_command.mocktail("martin")

    shown = " ".join(capsys.readouterr())
    assert "Did you mean" in shown
    assert "Martini" in shown


def test_a_name_of_several_drinks_lists_their_ids(monkeypatch, capsys):
    drinks = [SimpleNamespace(drink=DAIQUIRI)] * 2
    monkeypatch.setattr(Table, "page", lambda *_: (drinks, None))

    with pytest.raises(Exit) as ended:
        mocktail_command.mocktail("Daiquiri")

    assert ended.value.exit_code == 2
    shown = " ".join(capsys.readouterr())
    assert "2 drinks have the name" in shown
    assert DAIQUIRI.id in shown


def test_a_bottle_of_one_s_own_takes_bottle_style(capsys):
    mocktail_command.mocktail("Martini", have=["Tanqueray 0.0"])

    assert "Tanqueray 0.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bottle", "is_said"),
    [("Tanqueray 0.0", False), ("Seedlip Garden 108", False), ("Crodino", True)],
)
def test_a_bottle_of_one_s_own_that_is_not_used_is_named(bottle, is_said, capsys):
    mocktail_command.mocktail("Martini", have=[bottle])

    assert (f"Not used: {bottle}." in capsys.readouterr().out) is is_said


def test_an_unknown_bottle_is_refused_by_its_name():
    with pytest.raises(UsageError, match="Zanbelli"):
        mocktail_command.mocktail("Martini", have=["Zanbelli"])


def test_accents_and_case_of_a_name_do_not_matter(monkeypatch, capsys):
    drink = recipe("Daïquiri", [("60 ml", "Light rum"), ("20 ml", "Lime juice")], SHAKE)
    monkeypatch.setattr(Table, "page", lambda *_: ([SimpleNamespace(drink=drink)], None))

    mocktail_command.mocktail("DAIQUIRI", as_json=True)

    assert json.loads(capsys.readouterr().out)["possible"]


def test_names_that_contain_the_words_come_first_and_the_rest_is_counted(monkeypatch, capsys):
    names = ["Virgin Mule", "Ginger Shrub", "Pink Gin Fizz", *(f"Aging {n}" for n in range(9))]
    drinks = [SimpleNamespace(drink=recipe(name, [("60 ml", "Gin")], SHAKE)) for name in names]
    monkeypatch.setattr(Table, "page", lambda *_: (drinks, None))

    with pytest.raises(Exit):
        mocktail_command.mocktail("gin")

    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[-1] for line in lines[1:4]] == [
        "Pink Gin Fizz", "Ginger Shrub", "Aging 0",
    ]  # fmt: skip
    assert lines[-1] == "  and 2 more"
