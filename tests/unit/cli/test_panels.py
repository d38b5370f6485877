"""Help: every command is in one panel; `--version` prints the version."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import main
from mocktailverse.cli.commands import PANELS
from mocktailverse.cli.main import app, whole_command

NAMES = [name for commands in PANELS.values() for name in commands]


def test_every_command_is_in_one_panel_with_the_summary_of_its_own_help():
    commands = whole_command().commands
    assert list(commands) == NAMES
    for panel, summaries in PANELS.items():
        for name, summary in summaries.items():
            first, *_ = (commands[name].help or "").split("\n\n")
            assert " ".join(first.split()) == summary
            assert commands[name].rich_help_panel == panel


def test_help_and_a_command_import_only_what_they_need():
    code = """if True:
        import sys
        from mocktailverse.cli.main import run
        sys.argv[1:] = {arguments}
        try:
            run()
        except SystemExit:
            print(*sys.modules)
    """
    for arguments, needed in (["--help"], set()), (["measure", "1 oz"], {"measure_command"}):
        done = subprocess.run(
            [sys.executable, "-c", code.format(arguments=arguments)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        modules = done.stdout.splitlines()[-1].split()
        assert {name.rpartition(".")[2] for name in modules if name.endswith("_command")} == needed
        assert not {"boto3", "fastapi", "streamlit"}.intersection(modules)


def test_help_shows_the_panels_in_order():
    text = CliRunner().invoke(app, ["--help"]).stdout
    places = [text.index(f" {panel} ") for panel in PANELS]
    assert places == sorted(places)


def test_every_command_has_a_module_of_its_name_and_every_module_is_in_a_panel():
    modules = {path.stem for path in Path(main.__file__).parent.glob("*_command.py")}
    assert modules == {f"{name}_command" for name in NAMES}


def test_the_version_is_that_of_the_package():
    text = (find_checkout().template.parents[1] / "pyproject.toml").read_text()
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout == f"mocktailverse {tomllib.loads(text)['project']['version']}\n"


def test_no_help_text_has_square_brackets_because_rich_drops_them_as_markup():
    commands = list(whole_command().commands.values())
    commands += [
        command for group in commands for command in getattr(group, "commands", {}).values()
    ]
    texts = [getattr(item, "help", "") or "" for each in commands for item in (each, *each.params)]
    assert len(texts) > 100
    assert [text for text in texts if re.search(r"\[[a-z]", text)] == []
