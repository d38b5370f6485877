"""The commands `add` and `remove`: what is stored, printed and asked, and the exit codes."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from typer import Exit

from mocktailverse.cli import add_command, remove_command
from mocktailverse.drinks.register import Register
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.operations.own_recipes import understood
from mocktailverse.operations.recipe_input import read_recipes
from mocktailverse.sources.page_request import WebPage
from mocktailverse.testing.memory_stores import MemoryRawStore

FIZZ = "Fizz\n2 oz gin\n1 oz grozzle"
OTHER = "Fizz\n1 oz rum"


class Drinks:
    def __init__(self, *texts: str) -> None:
        drinks = [understood(one) for text in texts for one in read_recipes(text.encode(), None)]
        self.table = {drink.id: Register(drink.id, drink) for drink in drinks}

    def get(self, drink_id):
        return self.table.get(drink_id)

    def many(self, ids):
        return {one: self.table[one] for one in ids if one in self.table}


@pytest.fixture
def stores(monkeypatch):
    """Return a function that sets the own drinks of the environment; it returns the stores."""

    def set_(*texts):
        environment = SimpleNamespace(bucket=MemoryRawStore(None), drinks=Drinks(*texts))
        environment.bucket.put = lambda key, body, **_: stored.append((key, body)) or None
        stored = environment.stored = []
        for module in (add_command, remove_command):
            monkeypatch.setattr(module, "connect", lambda *_: environment)
        return environment

    return set_


@pytest.fixture
def recipe_file(tmp_path):
    """Return a function that writes a file and returns its path."""

    def write(text, name="fizz.txt"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


def add(*inputs, **options):
    add_command.add(list(inputs), **options)


def test_a_recipe_is_shown_and_stored(stores, recipe_file, capsys):
    environment = stores()
    add(recipe_file(FIZZ), yes=True)
    shown = capsys.readouterr()
    assert "Fizz (own:fizz), new" in shown.out
    assert "NOT UNDERSTOOD" in shown.out
    assert "Instructions: " in shown.out
    assert "1 recipe stored" in shown.err
    ((key, body),) = environment.stored
    assert key.startswith("raw/own/")
    record = json.loads(body)
    assert record == {"id": "fizz", "format": "text", "recipe": FIZZ, "origin": "fizz.txt"}


def test_json_has_every_recipe_and_what_is_not_understood(stores, recipe_file, capsys):
    stores(FIZZ)
    path = recipe_file(f"{FIZZ}\n---\nEmpty\n---\nSour\n1 oz rum")
    with pytest.raises(Exit) as end:
        add(path, as_json=True)
    assert end.value.exit_code == 1
    shown = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["status"]) for one in shown["items"]] == [
        ("own:fizz", "unchanged"),
        ("own:sour", "new"),
    ]
    (problem,) = shown["items"][0]["problems"]
    assert problem == {"position": 2, "problems": ["unknown ingredient: grozzle"]}
    assert [(one["input"], one["number"], one["code"]) for one in shown["unreadable"]] == [
        (path, 2, "ingredients_missing")
    ]
    assert shown["stored"] == 2


@pytest.mark.parametrize(
    ("options", "stored"),
    [
        ({}, []),
        ({"replace": True}, ["fizz"]),
        ({"keep_both": True}, ["fizz-2"]),
        ({"recipe_id": "my-fizz"}, ["my-fizz"]),
    ],
)
def test_another_recipe_is_never_overwritten_silently(stores, recipe_file, capsys, options, stored):
    environment = stores(OTHER)
    path = recipe_file(FIZZ)
    if stored:
        add(path, **options)
    else:
        with pytest.raises(Exit) as end:
            add(path, **options)
        assert end.value.exit_code == 1
        assert "--replace" in capsys.readouterr().err
    assert [json.loads(body)["id"] for _, body in environment.stored] == stored


def test_a_dry_run_needs_no_environment(monkeypatch, recipe_file):
    monkeypatch.setattr(add_command, "connect", lambda *_: pytest.fail("connected"))
    add(recipe_file(FIZZ), dry_run=True)


def test_on_a_terminal_it_asks_first(stores, recipe_file, monkeypatch):
    environment = stores()
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    answers = iter([False, True])
    monkeypatch.setattr("typer.confirm", lambda *_, **__: next(answers))
    with pytest.raises(UsageError, match="Nothing was stored"):
        add(recipe_file(FIZZ))
    assert not environment.stored
    add(recipe_file(FIZZ))
    assert environment.stored


def test_stdin_and_pages_are_read(stores, monkeypatch):
    environment = stores()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(
        buffer=io.BytesIO(FIZZ.encode()), isatty=lambda: False
    ))  # fmt: skip
    add("-")
    recipe = {"@type": "Recipe", "name": "Sour", "recipeIngredient": ["1 oz rum"]}
    script = f'<script type="application/ld+json">{json.dumps(recipe)}</script>'
    page = WebPage("https://x.example/sour", f"<html>{script}".encode(), None)
    monkeypatch.setattr(add_command, "request_page", lambda *_, **__: page)
    add("https://x.example/sour")
    stdin, sour = (json.loads(body) for _, body in environment.stored)
    assert (stdin["id"], stdin["origin"]) == ("fizz", None)
    assert (sour["id"], sour["origin"]) == ("sour", "https://x.example/sour")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, {}, "cannot be read"),
        ("", {}, "empty"),
        ("Only a title", {}, "No recipe can be read"),
        ("<html></html>", {}, "no recipe"),
        (FIZZ, {"recipe_id": "No Slug"}, "not a valid id"),
        (f"{FIZZ}\n---\n{FIZZ}", {"recipe_id": "fizz"}, "for one recipe"),
        (FIZZ, {"replace": True, "keep_both": True}, "exclude each other"),
        (FIZZ, {"form": "bar-assistant"}, "does not have the format"),
    ],
)
def test_wrong_usage_stores_nothing(stores, recipe_file, content, options, message):
    environment = stores()
    path = "missing.txt" if content is None else recipe_file(content)
    with pytest.raises(UsageError, match=message):
        add(path, **options)
    assert not environment.stored


def test_an_input_that_cannot_be_read_does_not_stop_the_others(
    stores, recipe_file, capsys, monkeypatch
):
    def unreachable(*_, **__):
        raise UnreachableError("The host has no address.")

    monkeypatch.setattr(add_command, "request_page", unreachable)
    environment = stores()
    broken = recipe_file(b"\x1f\x8bno gzip", "b.gz")
    several = recipe_file("Old\n1 oz gin\n---\nEmpty", "several.txt")
    with pytest.raises(Exit) as end:
        add("https://x.example", recipe_file("", "a.txt"), broken, several, recipe_file(FIZZ))
    assert end.value.exit_code == 1
    ((_, body),) = environment.stored
    assert [json.loads(line)["id"] for line in body.splitlines()] == ["old", "fizz"]
    shown = " ".join(capsys.readouterr().err.split())
    assert "`https://x.example` cannot be read (unrecognized_form): The host" in shown
    assert f"Recipe 2 of `{several}` cannot be read (ingredients_missing)" in shown
    assert shown.count("cannot be read (") == 4


def test_own_recipes_are_removed_and_others_are_not(stores, capsys):
    environment = stores(FIZZ)
    remove_command.remove(["own:fizz", "fizz"], yes=True)
    ((_, body),) = environment.stored
    assert json.loads(body) == {"id": "fizz", "absent": True}
    with pytest.raises(UsageError, match="not one of your own recipes"):
        remove_command.remove(["thecocktaildb:11007"], yes=True)
    with pytest.raises(Exit) as end:
        remove_command.remove(["nothing"], yes=True)
    assert end.value.exit_code == 1
    assert "No own recipe has the id `own:nothing`" in capsys.readouterr().err
    assert len(environment.stored) == 1
