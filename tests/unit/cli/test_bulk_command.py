"""The command `bulk`: what it refuses, and what it reads from files and folders."""

import gzip
import importlib
import json
import os
import sys
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from mocktailverse.cli import bulk_command
from mocktailverse.cli.main import app
from mocktailverse.errors import UsageError


@pytest.fixture
def bulk(tmp_path):
    """Return a function that runs `bulk` in one process, and returns its result."""

    def run(*arguments, output=tmp_path / "output"):
        named = ["bulk", output, *arguments, "--processes", "1"]
        return CliRunner().invoke(app, [str(argument) for argument in named])

    return run


def test_files_and_folders_are_read_with_the_time_at_which_they_were_written(
    bulk, raw_record, tmp_path
):
    folder = tmp_path / "raw" / "inner"
    folder.mkdir(parents=True)
    for name, minutes in (("a", 2), ("b", 1)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(raw_record(name=f"Sour {name}")))
        os.utime(path, (60 * minutes, 60 * minutes))
    result = bulk(tmp_path / "raw", folder / "b.json", "--json")
    assert json.loads(result.stdout) == {"objects": 3, "read": 3, "rejected": 0, "items": 1}
    (part,) = (tmp_path / "output" / "items").iterdir()
    item = json.loads(gzip.decompress(part.read_bytes()))["Item"]
    assert (item["name"]["S"], item["observed_at"]["N"]) == ("Sour a", "120000")


def test_an_existing_folder_is_not_written_to(bulk, tmp_path):
    result = bulk(output=tmp_path)
    assert isinstance(result.exception, UsageError)
    assert "exists already" in str(result.exception)


def test_an_environment_without_raw_objects_is_refused(bulk, monkeypatch):
    bucket = SimpleNamespace(versions=lambda: iter(()))
    monkeypatch.setattr(bulk_command, "connect", lambda *_: SimpleNamespace(bucket=bucket))
    result = bulk()
    assert isinstance(result.exception, UsageError)
    assert "no raw objects" in str(result.exception)


def test_without_dask_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask", None)
    monkeypatch.delitem(sys.modules, "mocktailverse.operations.bulk_reprocess", raising=False)
    with pytest.raises(UsageError, match="mocktailverse\\[bulk\\]"):
        importlib.reload(bulk_command)
    monkeypatch.undo()
    importlib.reload(bulk_command)
