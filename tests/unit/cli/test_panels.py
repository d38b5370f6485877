"""Help: every command is in one panel; the program prints its version."""

import tomllib

import pytest
import typer
from typer.testing import CliRunner

from mocktailverse.checkout import find_checkout
from mocktailverse.cli.main import app
from mocktailverse.cli.panels import PANELS, arrange


def test_every_command_is_in_one_panel_in_the_order_of_the_panels():
    group = typer.main.get_command(app)
    names = [name for panel in PANELS.values() for name in panel]
    assert sorted(names) == sorted(group.commands)
    assert len({*names}) == len(names)
    for panel, members in PANELS.items():
        assert {group.commands[name].rich_help_panel for name in members} == {panel}


def test_help_shows_the_panels_in_order():
    text = CliRunner().invoke(app, ["--help"]).stdout
    places = [text.index(f" {panel} ") for panel in PANELS]
    assert places == sorted(places)


def test_a_command_without_a_panel_is_an_error_that_names_it():
    other = typer.Typer()
    other.command("forgotten")(lambda: None)
    with pytest.raises(KeyError, match="forgotten"):
        arrange(other)


def test_the_version_is_that_of_the_package():
    text = (find_checkout().template.parents[1] / "pyproject.toml").read_text()
    answer = CliRunner().invoke(app, ["--version"])
    assert answer.exit_code == 0
    assert answer.stdout == f"mocktailverse {tomllib.loads(text)['project']['version']}\n"
