"""The generated pages are up to date, and the README's commands exist."""

import re
import subprocess
import sys
from pathlib import Path

from mocktailverse.drinks.codes import Quality, Reason

ROOT = Path(__file__).parents[2]


def test_the_generated_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_code_stands_for_both_a_reason_and_a_quality():
    assert not {code.value for code in Reason} & {code.value for code in Quality}


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"


def test_every_command_that_the_docs_name_exists():
    command = [sys.executable, "-m", "mocktailverse.cli", "--help"]
    help_text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {
        name
        for page in pages
        for name in re.findall(r"(?:^|`|bin/)mocktailverse ([a-z]+)", page.read_text())
    }
    assert named
    for name in named:
        assert re.search(rf"\b{name}\b", help_text), f"mocktailverse {name}"
