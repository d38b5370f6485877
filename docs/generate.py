"""Write what is generated: docs/reference, and the template's mapping `Stages`.

    python docs/generate.py [--check]

With --check nothing is written, and the exit code is 1 if a file is not up to date.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pages.cli import cli
from pages.codes import codes_page
from pages.cost import cost
from pages.csv_columns import csv_columns
from pages.data_dictionary import data_dictionary
from pages.index import index
from pages.meanings import MissingMeaningError
from pages.metrics_and_alarms import metrics_and_alarms
from pages.settings import settings
from pages.template import template_page

from mocktailverse.api.app import create_app
from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.deployment import environments, stage_mapping

REFERENCE = Path(__file__).parent / "reference"
INDEX = "README.md"


def openapi() -> str:
    """The HTTP API's document."""
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli,
    "codes.md": codes_page,
    "cost.md": cost,
    "csv-columns.md": csv_columns,
    "data-dictionary.md": data_dictionary,
    "metrics-and-alarms.md": metrics_and_alarms,
    "openapi.json": openapi,
    "settings.md": settings,
    "template.md": template_page,
}


def made() -> dict[str, str]:
    """All generated pages; the index names those that are written by hand, too."""
    pages = {name: make() for name, make in PAGES.items()}
    by_hand = {
        path.name: path.read_text(encoding="utf-8")
        for path in REFERENCE.glob("*.md")
        if path.name != INDEX and path.name not in pages
    }
    return {**pages, INDEX: index({**by_hand, **pages})}


def write_stage_mapping(checkout: Checkout, *, check: bool) -> bool:
    """Write the template's mapping `Stages` from environments.toml; return whether it was stale."""
    text = checkout.template.read_text(encoding="utf-8")
    current = stage_mapping.with_all_stages(text, environments.read(checkout.environments))
    if text == current:
        return False
    if check:
        print(f"{checkout.template.name} is not what `make docs` writes")
    else:
        checkout.template.write_text(current, encoding="utf-8")
    return True


def main() -> int:
    """Write or check all files."""
    check = "--check" in sys.argv
    # The mapping first: pages show it.
    stale = int(write_stage_mapping(find_checkout(), check=check) and check)
    try:
        pages = made()
    except MissingMeaningError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    for name, text in pages.items():
        path = REFERENCE / name
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(f"{path.name} is not what `make docs` writes")
            stale += 1
        elif not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
