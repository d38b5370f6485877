"""`mocktailverse export`, with a published catalogue on disk."""

import csv
import io
import json
import shutil
import sqlite3
import sys
from types import SimpleNamespace

import pytest

from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.cli.main import run
from mocktailverse.errors import MissingError, UnreachableError

pytestmark = pytest.mark.usefixtures("published")


class FakePublishedCatalogue:
    """The published catalogue, or the error of its download."""

    def __init__(self, path, error=None):
        self.path = path
        self.error = error

    def download(self, path, *, unless=None, **_):
        assert unless is None
        if self.error:
            raise self.error
        shutil.copyfile(self.path, path)
        return CatalogueState("etag")


@pytest.fixture
def published(catalogue_path, monkeypatch):
    catalogue = FakePublishedCatalogue(catalogue_path)
    connection = SimpleNamespace(catalogue=catalogue)
    monkeypatch.setattr("mocktailverse.cli.export_command.connect", lambda *_: connection)
    return catalogue


@pytest.fixture
def export(monkeypatch, capfdbinary):
    """Return a function that runs the command and returns exit code, stdout and stderr."""

    def run_export(*arguments):
        argv = ["mocktailverse", "export", *(str(a) for a in arguments)]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as exit_:
            run()
        out, err = capfdbinary.readouterr()
        return exit_.value.code, out.decode(), " ".join(err.decode().split())

    return run_export


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_every_text_format_contains_the_same_drinks(export):
    code, out, err = export("--format", "ndjson")
    ids = [json.loads(line)["id"] for line in out.splitlines()]
    names = [json.loads(line)["name"] for line in out.splitlines()]
    assert (code, err) == (0, f"{len(ids)} drinks exported")
    assert len(ids) > 5
    assert [drink["id"] for drink in json.loads(export("--format", "json")[1])] == ids
    assert [row["id"] for row in rows_of(export("--format", "csv")[1])] == ids
    recipes = json.loads(export("--format", "bar-assistant")[1])
    assert [(entry["source"], entry["name"]) for entry in recipes] == list(
        zip(ids, names, strict=True)
    )


def test_a_file_gets_the_same_bytes_as_stdout_and_is_replaced(export, tmp_path):
    target = tmp_path / "drinks.csv"
    target.write_text("old")
    code, out, _ = export("--format", "csv", "-o", target)
    assert (code, out) == (0, "")
    assert target.read_bytes().decode() == export("--format", "csv", "-o", "-")[1]
    assert list(tmp_path.iterdir()) == [target]


def test_sqlite_is_the_published_file(export, published, tmp_path):
    target = tmp_path / "copy.sqlite"
    code, _, err = export("--format", "sqlite", "-o", target)
    assert code == 0
    assert target.read_bytes() == published.path.read_bytes()
    ((drinks,),) = sqlite3.connect(target).execute("SELECT count(*) FROM drinks")
    assert err == f"{drinks} drinks exported"


def test_filters_select_drinks(export):
    mocktails = rows_of(export("--format", "csv", "--mocktail")[1])
    assert mocktails
    assert {row["is_mocktail"] for row in mocktails} == {"true"}
    free = rows_of(export("--format", "csv", "--zero-proof", "alcohol_free")[1])
    assert free
    assert {row["abv_percent_max"] for row in free} == {"0.0"}
    with_gin = rows_of(export("--format", "csv", "--ingredient", "gin", "--no-mocktail")[1])
    assert with_gin
    assert all("Gin" in row["spirits"] for row in with_gin)
    ordinary = export("--format", "ndjson", "--category", "ordinary drink", "--without", "gin")[1]
    assert {json.loads(line)["category"] for line in ordinary.splitlines()} == {"Ordinary Drink"}
    assert export("--format", "ndjson", "--q", "nosuchdrinkanywhere")[:2] == (0, "")


def test_sqlite_accepts_no_filters(export):
    code, out, err = export("--format", "sqlite", "--mocktail")
    assert (code, out) == (2, "")
    assert "Use filters with another format" in err


def test_sqlite_does_not_go_to_a_terminal(export, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    code, _, err = export("--format", "sqlite")
    assert code == 2
    assert "-o catalogue.sqlite" in err


def test_without_a_published_catalogue_the_error_says_what_to_do(export, published, tmp_path):
    published.error = MissingError("No such object.")
    code, _, err = export("--format", "csv", "-o", tmp_path / "drinks.csv")
    assert code == 2
    assert "No catalogue is published yet" in err
    assert "mocktailverse ingest" in err
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_service_ends_with_3(export, published):
    published.error = UnreachableError("S3 is unreachable.")
    assert export("--format", "csv")[0] == 3


def test_a_file_that_is_not_a_catalogue_ends_with_1_and_leaves_no_export(
    export, published, tmp_path
):
    published.path = tmp_path / "other"
    published.path.write_bytes(b"not a database, but long enough to be inspected" * 100)
    code, _, err = export("--format", "csv", "-o", tmp_path / "drinks.csv")
    assert code == 1
    assert "catalogue" in err
    assert list(tmp_path.iterdir()) == [published.path]


def test_a_missing_folder_is_wrong_usage(export, tmp_path):
    code, _, err = export("--format", "csv", "-o", tmp_path / "none" / "drinks.csv")
    assert code == 2
    assert "cannot be written" in err
