"""The generated pages are up to date and whole, and the README's commands exist."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from mocktailverse.catalogue import schema
from mocktailverse.checkout import find_checkout
from mocktailverse.cli.main import INTERRUPTED, app
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments
from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage
from mocktailverse.loads.load import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
LINK = re.compile(r"\]\(([^)\s]+)\)")
UNESCAPED = re.compile(r"(?<!\\)\|")


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    """docs/generate.py, imported as `python docs/generate.py` would."""
    sys.path.insert(0, str(DOCS))
    yield importlib.import_module("generate")
    sys.path.remove(str(DOCS))


@pytest.fixture(scope="module")
def made(generator: ModuleType) -> dict[str, str]:
    """All generated pages, by file name."""
    pages: dict[str, str] = generator.made()
    return pages


@pytest.fixture
def meanings(generator: ModuleType) -> ModuleType:
    assert generator
    return importlib.import_module("pages.meanings")


@pytest.fixture
def markdown(generator: ModuleType) -> ModuleType:
    assert generator
    return importlib.import_module("pages.markdown")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(Template.read(find_checkout().template).document)


# ---- drift


def test_the_generated_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_that_was_edited_by_hand_is_named(generator, made, tmp_path, monkeypatch, capsys):
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(generator, "REFERENCE", tmp_path)
    monkeypatch.setattr(generator, "made", lambda: made)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generator.main() == 0
    (tmp_path / "codes.md").write_text("# Codes\n")
    (tmp_path / "cli.md").unlink()
    assert generator.main() == 1
    said = capsys.readouterr().out
    assert "codes.md" in said
    assert "cli.md" in said
    assert "settings.md" not in said


def test_a_terminal_s_width_and_colours_change_nothing(generator, made, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert generator.PAGES["cli.md"]() == made["cli.md"]


def test_no_page_knows_the_machine_that_made_it(made):
    assert not [name for name, text in made.items() if str(ROOT) in text]


# ---- nothing is left out


def test_the_index_names_every_page_of_the_reference(made):
    named = set(LINK.findall(made["README.md"]))
    assert named == {path.name for path in REFERENCE.iterdir()} - {"README.md"}


def test_every_code_has_its_line(made):
    for code in (*Reason, *Quality):
        assert f"| `{code.value}` | {code.explanation} |" in made["codes.md"]


def test_no_code_stands_for_both_a_reason_and_a_quality():
    assert not {code.value for code in Reason} & {code.value for code in Quality}


def commands(prefix: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        full = f"{prefix} {name}"
        if hasattr(command, "commands"):
            yield from commands(full, command)
        else:
            yield full, command


def test_every_command_with_all_its_options_has_a_section(made):
    found = list(commands("mocktailverse", typer.main.get_command(app)))
    assert ("mocktailverse drinks get") in dict(found)
    for name, command in found:
        section = made["cli.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert section, name
        for parameter in command.params:
            is_option = parameter.param_type_name == "option"
            shown = parameter.opts[0] if is_option else parameter.metavar or parameter.name.upper()
            assert f"`{shown}`" in section, f"{name} {shown}"


def test_every_exit_code_and_the_rules_of_all_commands_are_there(made):
    codes = made["cli.md"].partition("## Exit codes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (\d+) \|", codes, re.MULTILINE) == [
        "0",
        "1",
        "2",
        "3",
        f"{INTERRUPTED}",
    ]
    rules = made["cli.md"].partition("## Of all commands")[2].partition("\n## ")[0]
    assert {"`--debug`", "`--json`"} <= set(re.findall(r"`[^`]+`", rules))


def test_every_setting_has_its_line(made):
    kinds = Settings.__subclasses__()
    assert len(kinds) >= 8
    for kind in kinds:
        for field in kind.__struct_fields__:
            assert f"| `{PREFIX}{field.upper()}` |" in made["settings.md"]


def test_every_key_and_value_of_environments_toml_is_there(made):
    for kind in (environments.Environment, environments.Schedule, environments.RetentionDays):
        for field in kind.__struct_fields__:
            assert re.search(rf"^\| `(\w+\.)?{field}` \|", made["settings.md"], re.MULTILINE)
    logs = [getattr(environments.read(find_checkout().environments), env).days.logs
            for env in ("local", *environments.DEPLOYED)]  # fmt: skip
    assert f"| `days.logs` | {' | '.join(f'`{days}`' for days in logs)} |" in made["settings.md"]


def test_every_parameter_stands_in_settings_and_template(made, template):
    for name in template["Parameters"]:
        assert f"| `{name}` |" in made["settings.md"]
        assert f"| `{name}` |" in made["template.md"]


def test_every_field_of_every_contract_has_its_line(made):
    kinds = (Drink, IngredientLine, Derived, Image, Lineage, Load, Counts, ObjectVersion, Rejected)
    for kind in kinds:
        section = made["data-dictionary.md"].partition(f"\n### {kind.__name__}\n")[2]
        section = re.split(r"\n##+ ", section)[0]
        rows = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        assert rows == set(kind.__struct_fields__), kind.__name__


def test_every_table_of_the_catalogue_has_its_section(made):
    page = made["data-dictionary.md"].partition("## catalogue.sqlite")[2]
    for name in re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", schema.TABLES):
        assert f"\n### {name}\n" in page
    for name in re.findall(r"CREATE INDEX (\w+)", schema.INDEXES):
        assert f"| `{name}` |" in page


def test_the_items_have_their_keys_and_what_only_the_tables_hold(made):
    page = made["data-dictionary.md"].partition("## In DynamoDB")[2].partition("\n## ")[0]
    for name in ("version", "recipe", "absences", "part", "lease_until", "expires_at", "day"):
        assert f"| `{name}` |" in page
    assert "Index `by-day`: `day`, sorted by `started_at`." in page


def test_every_resource_right_and_output_of_the_template_is_there(made, template):
    page = made["template.md"]
    for name in (*template["Resources"], *template["Outputs"], *template["Conditions"]):
        assert f"| `{name}` |" in page
    sids = re.findall(r"- Sid: (\w+)", find_checkout().template.read_text())
    assert sids
    for sid in sids:
        assert f"| `{sid}` |" in page


def test_every_alarm_metric_and_log_group_is_there(made, template):
    page = made["metrics-and-alarms.md"]
    for resource in template["Resources"].values():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::CloudWatch::Alarm":
                name = properties["AlarmName"]["Fn::Sub"].replace("${Stage}", "<environment>")
                assert f"| `{name}` |" in page
                assert properties["MetricName"] in page
            case "AWS::Logs::LogGroup":
                name = properties["LogGroupName"]["Fn::Sub"].replace("${Stage}", "<environment>")
                assert f"| `{name}` |" in page
    for code in (find_checkout().source / "functions").glob("*.py"):
        for name in re.findall(r'add_metric\(\s*"(\w+)"', code.read_text()):
            assert f"| `{name}` |" in page


# ---- nothing is told without its meaning


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Makes a module of a source text, and imports it."""

    def make(name: str, text: str) -> ModuleType:
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return make


def test_a_field_s_meaning_is_the_text_below_it(meanings, module):
    fields = 'size: int\n    """How\n    big."""\n    name: str = ""\n    """Its name."""\n'
    text = f"class Thing:\n    {fields}"
    thing = module("documented_thing", text).Thing
    assert meanings.fields(thing) == {"size": "How big.", "name": "Its name."}


def test_a_field_without_a_meaning_is_an_error_that_names_it(meanings, module):
    text = 'class Thing:\n    size: int\n    """How big."""\n    name: str\n'
    thing = module("undocumented_thing", text).Thing
    with pytest.raises(meanings.MissingMeaningError, match=r"undocumented_thing\.Thing\.name"):
        meanings.fields(thing)


def test_a_word_without_a_meaning_is_an_error_that_names_it(meanings, module):
    module("worded_thing", '"""A thing.\n\nsize  how big,\n      in m\nlong name  which\n"""\n')
    assert meanings.words("worded_thing") == [{"size": "how big, in m", "long name": "which"}]
    with pytest.raises(meanings.MissingMeaningError, match=r"weight .* worded_thing"):
        meanings.word("weight", "worded_thing")


@pytest.mark.parametrize("name", ["drink_item", "catalogue"])
def test_what_a_store_holds_without_a_meaning_is_an_error_that_names_it(
    generator, meanings, monkeypatch, name
):
    stored = importlib.import_module("pages.stored")
    tables, indexes, keys = stored.catalogue()
    colour = stored.Column("colour", "TEXT", nullable=True, in_key=False)
    more = {
        "drink_item": {"id": "S", "colour": "S"},
        "catalogue": ({**tables, "drinks": [*tables["drinks"], colour]}, indexes, keys),
    }
    monkeypatch.setattr(stored, name, lambda: more[name])
    with pytest.raises(meanings.MissingMeaningError, match="colour"):
        generator.PAGES["data-dictionary.md"]()


def test_the_generator_ends_with_the_sentence_that_names_it(
    generator, meanings, monkeypatch, capsys
):
    def fails() -> str:
        raise meanings.MissingMeaningError("drinks.Drink.colour says nowhere what it means")

    monkeypatch.setattr(generator, "PAGES", {"data-dictionary.md": fails})
    assert generator.main() == 1
    assert "drinks.Drink.colour" in capsys.readouterr().err


def test_an_option_without_a_help_text_is_an_error_that_names_it(generator, meanings, monkeypatch):
    bare = typer.Typer()

    def work(size: int = 1) -> None:
        """Work."""

    bare.command("work")(work)
    bare.command("rest")(lambda: None)
    cli = importlib.import_module("pages.cli")
    monkeypatch.setattr(cli, "app", bare)
    with pytest.raises(meanings.MissingMeaningError, match=r"mocktailverse (work|rest)"):
        cli.cli()
    assert generator.PAGES["cli.md"] is cli.cli


# ---- what GitHub shows


def test_a_bar_does_not_end_a_cell(markdown):
    assert markdown.table(("a",), [("x | y",)]) == "| a |\n| --- |\n| x \\| y |"


def test_a_column_that_is_empty_everywhere_is_left_out(markdown):
    found = markdown.table(("a", "b", "c"), [("1", "", "2"), ("3", "", "")])
    assert found.splitlines() == ["| a | c |", "| --- | --- |", "| 1 | 2 |", "| 3 |  |"]


def test_the_rows_of_every_table_are_of_one_width(made):
    for name, text in made.items():
        for block in text.split("\n\n"):
            rows = [line for line in block.splitlines() if line.startswith("|")]
            assert len({len(UNESCAPED.findall(row)) for row in rows}) <= 1, f"{name}: {rows[:1]}"


# ---- pages written by hand


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
