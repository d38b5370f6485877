"""Wrong input to a command: the error names the input and what to choose, before any request."""

import sys

import pytest
from typer.testing import CliRunner

from mocktailverse.cli.main import app, run
from mocktailverse.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("drill nope", "Unknown drill `nope`. Choose one of dead-letters, function-errors,"),
        ("drill", "The drill's name is missing. Choose one of dead-letters,"),
        ("logs --function transform --since 5x", "--since `5x` is neither an age nor an ISO 8601"),
        ("logs --function transform --since 2999-01-01T00:00Z", "Use a time in the past."),
        ("deploy --env local", "`local` is not a deployed environment. Start the local stack with"),
        ("deploy --env qa", "There is no environment `qa`. Choose one of dev, staging, prod."),
        ("fetch swep", "Unknown strategy `swep`. Choose one of sweep, random,"),
        ("fetch ids abc", "`abc` is not an id of TheCocktailDB. An example is 11007."),
        ("fetch opendrinks sweep", "`opendrinks` has the strategy `archive` only"),
        ("fetch opendrinks --max-requests 3", "Remove the option `max_requests`."),
        ("fetch random 3 --full", "are options of the strategy `sweep`. Remove them."),
        ("fetch opendrinks --archive=", "The archive's name is empty. Pass an address, a file"),
        ("fetch opendrinks --archive ftp://a.example/b.zip", "b.zip` is not an http(s) URL."),
        ("fetch --archive a.zip", "TheCocktailDB has no archive."),
    ],
)
def test_an_error_names_the_wrong_input_and_the_choice(arguments, message):
    result = CliRunner().invoke(app, arguments.split())
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)


def test_a_folder_that_cannot_be_used_is_named_with_the_cause(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "stack"
    monkeypatch.setenv("MOCKTAILVERSE_STATE_DIR", str(folder))
    monkeypatch.setattr(sys, "argv", ["mocktailverse", "up", "--detach"])
    with pytest.raises(SystemExit) as end:
        run()
    assert end.value.code == 2
    assert f"Error: `{folder}` cannot be used: Not a directory." in capsys.readouterr().err
