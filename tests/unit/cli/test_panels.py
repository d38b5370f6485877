"""Help: every command is in one panel; `--version` prints the version."""

import re
import tomllib
from pathlib import Path

import typer
from typer.testing import CliRunner

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import main
from mocktailverse.cli.main import PANELS, app


def name_of(command):
    return command.info.name if isinstance(command, typer.Typer) else command.__name__


NAMES = {panel: [name_of(command) for command in commands] for panel, commands in PANELS.items()}


def test_every_command_is_in_one_panel_in_the_order_of_the_panels():
    group = typer.main.get_command(app)
    names = [name for panel in NAMES.values() for name in panel]
    assert sorted(names) == sorted(group.commands)
    assert len({*names}) == len(names)
    for panel, members in NAMES.items():
        assert {group.commands[name].rich_help_panel for name in members} == {panel}


def test_help_shows_the_panels_in_order():
    text = CliRunner().invoke(app, ["--help"]).stdout
    places = [text.index(f" {panel} ") for panel in PANELS]
    assert places == sorted(places)


def test_every_command_has_a_module_of_its_name_and_every_module_is_in_a_panel():
    modules = {path.stem for path in Path(main.__file__).parent.glob("*_command.py")}
    names = {name for panel in NAMES.values() for name in panel}
    assert modules == {f"{name}_command" for name in names}


def test_the_version_is_that_of_the_package():
    text = (find_checkout().template.parents[1] / "pyproject.toml").read_text()
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"mocktailverse {tomllib.loads(text)['project']['version']}\n"


def test_no_help_text_has_square_brackets_because_rich_drops_them_as_markup():
    group = typer.main.get_command(app)
    commands = list(group.commands.values())
    commands += [
        command for group in commands for command in getattr(group, "commands", {}).values()
    ]
    texts = [getattr(item, "help", "") or "" for each in commands for item in (each, *each.params)]
    assert len(texts) > 100
    assert [text for text in texts if re.search(r"\[[a-z]", text)] == []
