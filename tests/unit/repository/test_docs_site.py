"""docs/build_site.py: links to files outside docs point to the repository, others are unchanged."""

import importlib
import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
URL = "https://host.example/repository"


@pytest.fixture(scope="module")
def build_site():
    sys.path.insert(0, str(DOCS))
    yield importlib.import_module("build_site")
    sys.path.remove(str(DOCS))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("../README.md", f"{URL}/blob/main/README.md"),
        ("../CONTRIBUTING.md#docs", f"{URL}/blob/main/CONTRIBUTING.md#docs"),
        ("../src", f"{URL}/tree/main/src"),
        ("how-to", f"{URL}/tree/main/docs/how-to"),
        ("generate.py", f"{URL}/blob/main/docs/generate.py"),
        ("how-to/deploy.md#destroy", "how-to/deploy.md#destroy"),
        ("reference/openapi.json", "reference/openapi.json"),
        ("#words", "#words"),
        ("https://other.example/a", "https://other.example/a"),
        ("missing.md", "missing.md"),  # left for the build to report
    ],
)
def test_a_link_of_the_site_has_the_expected_target(build_site, link, expected):
    text = f"See [this]({link}).\n\n```\n[code](../README.md)\n```\n"
    built = build_site.for_the_site(text, DOCS / "page.md", URL)
    assert built == text.replace(f"[this]({link})", f"[this]({expected})")


def test_the_workflow_pins_its_actions_and_stores_no_secret():
    text = (ROOT / ".github" / "workflows" / "pages.yml").read_text()
    jobs = yaml.safe_load(text)["jobs"]
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)
    assert "secrets." not in text
