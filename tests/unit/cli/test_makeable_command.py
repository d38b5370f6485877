"""`mocktailverse makeable`, with a published catalogue on disk."""

import json
import re
import shutil
import sys
from types import SimpleNamespace

import pytest

from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import Makeable
from mocktailverse.cli.main import run
from mocktailverse.errors import MissingError

RUM_SHELF = ("light rum", "lime juice", "simple syrup")


@pytest.fixture
def makeable(monkeypatch, capfd, catalogue_path):
    """Return a function that runs the command and returns exit code, stdout and stderr."""

    def download(path, *, unless=None, **_):
        assert unless is None
        shutil.copyfile(catalogue_path, path)
        return CatalogueState("etag")

    stores = SimpleNamespace(catalogue=SimpleNamespace(download=download))
    monkeypatch.setattr("mocktailverse.cli.makeable_command.connect", lambda *_: stores)

    def run_makeable(*arguments):
        monkeypatch.setattr(sys, "argv", ["mocktailverse", "makeable", *arguments])
        with pytest.raises(SystemExit) as exit_:
            run()
        out, err = capfd.readouterr()
        return exit_.value.code, out, " ".join(err.split())

    run_makeable.stores = stores
    return run_makeable


def names(out):
    return [item["drink"]["name"] for item in json.loads(out)["items"]]


def test_the_listing_is_that_of_the_catalogue(makeable, catalogue_path):
    code, out, _ = makeable(*RUM_SHELF, "--missing", "1", "--json")
    listing = json.loads(out)
    expected = Catalogue(catalogue_path).makeable(RUM_SHELF, missing=1, limit=1000)
    assert code == 0
    assert list(listing) == ["items", "next", "have", "unknown", "counts", "unlocks"]
    assert listing["next"] is None
    assert names(out) == [item.drink.name for item in expected.items]
    assert listing["counts"] == expected.counts


def test_a_limit_and_its_cursor_give_the_listing_in_parts(makeable):
    whole = names(makeable(*RUM_SHELF, "--missing", "2", "--json")[1])
    part = makeable(*RUM_SHELF, "--missing", "2", "--json", "--limit", "2")[1]
    after = json.loads(part)["next"]
    rest = makeable(*RUM_SHELF, "--missing", "2", "--json", "--next", after)[1]
    assert names(part) + names(rest) == whole


def test_substitutes_can_be_excluded_or_widened(makeable):
    lemon = ("light rum", "lemon juice", "simple syrup", "--json")
    assert "Daiquiri" in names(makeable(*RUM_SHELF, "--json")[1])
    assert "Daiquiri" not in names(makeable(*RUM_SHELF, "--json", "--strict")[1])
    assert "Daiquiri" not in names(makeable(*lemon)[1])
    assert "Daiquiri" in names(makeable(*lemon, "--acceptable")[1])


def test_only_mocktails_can_be_listed(makeable):
    shelf = ("gin", "lime juice", "soda water", "simple syrup", "--missing", "2", "--json")
    drinks = [i["drink"] for i in json.loads(makeable(*shelf, "--mocktails")[1])["items"]]
    assert drinks
    assert all(drink["derived"]["is_mocktail"] for drink in drinks)


def test_people_see_what_replaces_what_and_what_to_buy(makeable):
    code, out, err = makeable(*RUM_SHELF, "unobtainium")
    text = " ".join(out.split())
    assert code == 0
    assert "Daiquiri" in text
    assert "Sugar syrup for Powdered sugar" in text
    assert "No drink uses: unobtainium." in err
    assert "Buy next: " in err


@pytest.mark.parametrize("arguments", [("gin", "--strict", "--acceptable"), (" ",), ()])
def test_a_wrong_call_is_refused(makeable, arguments):
    assert makeable(*arguments)[0] == 2


def test_without_a_published_catalogue_the_message_says_what_to_do(makeable):
    def download(_path, **_options):
        raise MissingError("There is no catalogue.")

    makeable.stores.catalogue.download = download
    code, _, err = makeable("gin")
    assert code == 2
    assert "mocktailverse ingest" in err


def test_convertible_adds_cocktails_by_their_conversion(makeable, catalogue_path):
    shelf = ("lime juice", "sugar syrup", "soda water", "coconut water", "mint")
    _, out, _ = makeable(*shelf, "--convertible", "--json")
    expected = Catalogue(catalogue_path).makeable(shelf, convertible=True, limit=1000)
    assert names(out) == [item.drink.name for item in expected.items]
    converted = [item for item in json.loads(out)["items"] if item["as_mocktail"]]
    assert converted
    table = makeable(*shelf, "--convertible")[1]
    assert f"{converted[0]['drink']['name']} (as a mocktail)" in " ".join(table.split())


def test_a_shelf_that_makes_nothing_says_what_would_show_drinks(makeable):
    code, out, err = makeable("light rum", "lime juice")
    assert (code, out) == (0, "")
    assert re.search(r"No drink yet\. \d+ drinks? miss(es)? 1 ingredient: .* --missing 1\.", err)


def test_a_shelf_far_from_any_drink_says_that_there_is_none(monkeypatch, makeable):
    nothing = Makeable(["Gin"], [], {"0": 0, "1": 0, "2": 0}, [], [], None)
    monkeypatch.setattr(Catalogue, "makeable", lambda *_, **__: nothing)
    assert makeable("gin")[1:] == ("", "No drink.")
