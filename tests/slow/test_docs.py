"""The generated pages are up to date and complete, and the README's commands exist."""

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mocktailverse.catalogue import schema
from mocktailverse.checkout import find_checkout
from mocktailverse.cli.main import INTERRUPTED, whole_command
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments
from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage
from mocktailverse.loads.load_record import Counts, Load
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
    """docs/generate.py, imported as `python docs/generate.py` imports it."""
    sys.path.insert(0, str(DOCS))
    yield importlib.import_module("generate")
    sys.path.remove(str(DOCS))


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The reference pages by file name; the first test compares them with the code."""
    return {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.iterdir()}


@pytest.fixture
def module_of(generator: ModuleType) -> Callable[[str], ModuleType]:
    """Return a function that imports a module of docs/pages."""
    assert generator
    return lambda name: importlib.import_module(f"pages.{name}")


@pytest.fixture
def meanings(module_of: Callable[[str], ModuleType]) -> ModuleType:
    return module_of("meanings")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(Template.read(find_checkout().template).document)


# ---- generated parts


def test_the_generated_reference_is_up_to_date():
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_with_an_edited_generated_part_is_named(
    generator, pages, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    assert generator.main(tmp_path) == 0
    (folder / "codes.md").write_text(pages["codes.md"].replace("| `", "| *`", 1))
    assert generator.main(tmp_path) == 1
    (folder / "openapi.json").unlink()
    assert generator.main(tmp_path) == 1
    output = capsys.readouterr().out
    assert "codes.md" in output
    assert "openapi.json" in output
    assert "settings.md" not in output


def test_an_edited_page_is_written_again(generator, pages, tmp_path, monkeypatch):
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "codes.md").write_text(pages["codes.md"].replace("| `", "| *`"))
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generator.main(tmp_path) == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        name: pages[name] for name in ("codes.md", "openapi.json")
    }


def test_every_page_has_a_generated_part_except_the_prose(pages):
    assert {name for name, text in pages.items() if "[[[cog" not in text} == {
        "README.md", "exports.md", "openapi.json",
    }  # fmt: skip


def test_the_terminal_s_width_and_colours_do_not_change_the_pages(module_of, pages, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("FORCE_COLOR", "1")
    cli = module_of("cli_sections")
    for block in (cli.overview(), *cli.sections()):
        assert f"\n\n{block}\n\n" in pages["cli.md"]


def test_no_page_contains_a_path_of_the_machine(pages):
    assert not [name for name, text in pages.items() if str(ROOT) in text]


# ---- completeness


def test_the_index_names_every_page_of_the_reference(pages):
    assert set(LINK.findall(pages["README.md"])) == pages.keys() - {"README.md"}


def test_every_code_is_listed(pages):
    for code in (*Reason, *Quality):
        assert f"| `{code.value}` | {code.explanation} |" in pages["codes.md"]


def test_no_code_is_both_a_reason_and_a_quality():
    assert not {code.value for code in Reason} & {code.value for code in Quality}


def commands(prefix: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        full = f"{prefix} {name}"
        if hasattr(command, "commands"):
            yield from commands(full, command)
        else:
            yield full, command


def test_every_command_with_all_its_options_has_a_section(pages):
    all_commands = list(commands("mocktailverse", whole_command()))
    assert ("mocktailverse drinks get") in dict(all_commands)
    for name, command in all_commands:
        section = pages["cli.md"].partition(f"\n### `{name}`\n")[2].partition("\n## ")[0]
        section = section.partition("\n### ")[0]
        assert command.help in section, name
        for parameter in command.params:
            shown = re.escape(parameter.metavar or parameter.opts[0])
            line = rf"^\* `(-\w, )?{shown}[ .`].*: .+"
            assert parameter.help, f"{name} {parameter.name}"
            assert re.search(line, section, re.MULTILINE), f"{name} {parameter.name}"


def test_every_exit_code_and_the_rules_of_all_commands_are_listed(pages):
    codes = pages["cli.md"].partition("## Exit codes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\d+)` \|", codes, re.MULTILINE) == [
        "0",
        "1",
        "2",
        "3",
        f"{INTERRUPTED}",
    ]
    rules = pages["cli.md"].partition("## Common to all commands")[2].partition("\n## ")[0]
    assert {"`--debug`", "`--json`"} <= set(re.findall(r"`[^`]+`", rules))


def test_every_setting_is_listed(pages):
    kinds = Settings.__subclasses__()
    assert len(kinds) >= 8
    for kind in kinds:
        for field in kind.__struct_fields__:
            assert f"| `{PREFIX}{field.upper()}` |" in pages["settings.md"]


def test_every_key_and_value_of_environments_toml_is_listed(pages):
    for kind in (environments.Environment, environments.Schedule, environments.RetentionDays):
        for field in kind.__struct_fields__:
            assert re.search(rf"^\| `(\w+\.)?{field}` \|", pages["settings.md"], re.MULTILINE)
    logs = [getattr(environments.read(find_checkout().environments), env).days.logs
            for env in ("local", *environments.DEPLOYED)]  # fmt: skip
    assert f"| `days.logs` | {' | '.join(f'`{days}`' for days in logs)} |" in pages["settings.md"]


def test_every_parameter_is_listed_with_the_settings_and_the_template(pages, template):
    for name in template["Parameters"]:
        assert f"| `{name}` |" in pages["settings.md"]
        assert f"| `{name}` |" in pages["template.md"]


def test_every_field_of_every_contract_is_listed(pages):
    kinds = (Drink, IngredientLine, Derived, Image, Lineage, Load, Counts, ObjectVersion, Rejected)
    for kind in kinds:
        section = pages["data-dictionary.md"].partition(f"\n### {kind.__name__}\n")[2]
        section = re.split(r"\n##+ ", section)[0]
        rows = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        assert rows == set(kind.__struct_fields__), kind.__name__


def test_every_table_of_the_catalogue_has_a_section(pages):
    page = pages["data-dictionary.md"].partition("## catalogue.sqlite")[2]
    for name in re.findall(r"CREATE (?:VIRTUAL )?TABLE (\w+)", schema.TABLES):
        assert f"\n### {name}\n" in page
    for name in re.findall(r"CREATE INDEX (\w+)", schema.INDEXES):
        assert f"| `{name}` |" in page


def test_the_items_have_their_keys_and_table_attributes(pages):
    page = pages["data-dictionary.md"].partition("## In DynamoDB")[2].partition("\n## ")[0]
    for name in ("version", "recipe", "absences", "part", "lease_until", "expires_at", "day"):
        assert f"| `{name}` |" in page
    assert "Index `by-day`: `day`, sorted by `started_at`." in page


def test_every_resource_permission_and_output_of_the_template_is_listed(pages, template):
    page = pages["template.md"]
    for name in (*template["Resources"], *template["Outputs"], *template["Conditions"]):
        assert f"| `{name}` |" in page
    sids = re.findall(r"- Sid: (\w+)", find_checkout().template.read_text())
    assert sids
    for sid in sids:
        assert f"| `{sid}` |" in page


def test_every_alarm_metric_and_log_group_is_listed(pages, template):
    page = pages["metrics-and-alarms.md"]
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


# ---- descriptions


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a function that writes a module with a source text, and imports it."""

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
    assert meanings.words("worded_thing") == [{"size": "How big, in m.", "long name": "Which."}]
    with pytest.raises(meanings.MissingMeaningError, match=r"`weight` .* `worded_thing`"):
        meanings.word("weight", "worded_thing")


def test_a_stored_attribute_without_a_meaning_is_an_error_that_names_it(
    module_of, meanings, monkeypatch
):
    item = {"id": "S", "colour": "S"}
    monkeypatch.setattr(module_of("stored_data"), "drink_item", lambda: item)
    with pytest.raises(meanings.MissingMeaningError, match="`colour`"):
        module_of("data_tables").drink_attributes()


def test_a_column_without_a_meaning_is_an_error_that_names_it(module_of, meanings, monkeypatch):
    stored = module_of("stored_data")
    catalogue = stored.catalogue()
    catalogue.tables["drinks"].append(stored.Column("colour", "TEXT", 1, 0))
    monkeypatch.setattr(stored, "catalogue", lambda: catalogue)
    with pytest.raises(meanings.MissingMeaningError, match="`colour`"):
        list(module_of("data_tables").catalogue())


def test_the_generator_prints_undocumented_words(generator, tmp_path, monkeypatch, capsys):
    code = "from pages.meanings import word\nword('colour', 'mocktailverse.settings')"
    (tmp_path / "reference").mkdir()
    (tmp_path / "page.md").write_text(f"<!-- [[[cog\n{code}\n]]] -->\n<!-- [[[end]]] -->\n")
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generator.main(tmp_path) == 1
    assert "`colour` is not documented" in capsys.readouterr().err


# ---- Markdown


def test_a_vertical_bar_does_not_end_a_cell(module_of):
    table = module_of("cells").table
    assert table(("a",), [("x | y",)]) == "| a |\n| --- |\n| x \\| y |"


def test_a_column_that_is_empty_everywhere_is_left_out(module_of):
    text = module_of("cells").table(("a", "b", "c"), [("1", "", "2"), ("3", "", "")])
    assert text.splitlines() == ["| a | c |", "| --- | --- |", "| 1 | 2 |", "| 3 |  |"]


def test_the_rows_of_every_table_have_the_same_number_of_cells(pages):
    for name, text in pages.items():
        for block in text.split("\n\n"):
            rows = [line for line in block.splitlines() if line.startswith("|")]
            assert len({len(UNESCAPED.findall(row)) for row in rows}) <= 1, f"{name}: {rows[:1]}"


# ---- pages without generated parts


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
