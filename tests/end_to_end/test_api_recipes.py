"""The recipes of docs/how-to/use-the-api.md run as they are written there."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "use-the-api.md").read_text()
PUBLISH_TIMEOUT_S = 240
SAMPLES = ("mocktails.json", "cocktails.ndjson")


def recipes(language):
    """Return the page's code blocks in a language, joined to one program."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2
    return "\n".join(blocks)


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """The address of the API of a stack with the samples."""
    home = tmp_path_factory.mktemp("recipes") / "stack"
    with lifecycle.running(home, Options(services=True)) as stack:
        files = [ROOT / "data" / "raw" / name for name in SAMPLES]
        command = Path(sys.executable).parent / "mocktailverse"
        ingest = [command, "ingest", *files, "--wait", "--state-dir", home]
        subprocess.run(ingest, check=True, capture_output=True)
        wait_for_drinks(stack.urls["api"], 142)
        yield stack.urls["api"]


def wait_for_drinks(api, number):
    """Wait until the published catalogue has all drinks."""
    deadline = time.monotonic() + PUBLISH_TIMEOUT_S
    while True:
        stats = httpx2.get(f"{api}/stats")
        if stats.is_success and stats.json()["drinks"] == number:
            return
        assert time.monotonic() < deadline, stats.text
        time.sleep(0.2)


def output_of(command, api, cwd):
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "API": api},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_recipes_run(api, tmp_path):
    (tmp_path / "recipes.py").write_text(recipes("python"))
    lines = output_of([sys.executable, "recipes.py"], api, tmp_path).splitlines()
    assert lines[0].startswith("thecocktaildb:")
    assert "Negroni []" in lines
    assert any(line.endswith(" is a mocktail") for line in lines)
    assert any(line.startswith("Negroni ") and line.endswith(" % vol") for line in lines)
    assert lines[-2:] == ["unchanged", "142 drinks"]


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_the_javascript_recipes_run(api, tmp_path):
    (tmp_path / "recipes.mjs").write_text(recipes("javascript"))
    lines = output_of(["node", "recipes.mjs"], api, tmp_path).splitlines()
    assert lines[0].startswith("thecocktaildb:")
    assert any("Negroni" in line for line in lines)
