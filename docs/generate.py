"""Write the generated parts of the documentation: `python docs/generate.py [--check]`.

cog runs the code in the comments `[[[cog ... ]]]` of a page, and replaces the text between them and
`[[[end]]]` with what the code prints. JSON has no comments, so the OpenAPI document is written as a
whole. The template's mapping `Stages` is written from environments.toml, and the table of
create-only properties from AWS's schemas. With --check nothing is written, and the exit code is 1
if a file is out of date.
"""

import json
import sys
from pathlib import Path

from cogapp import Cog
from pages.create_only_table import PATH, create_only_json

from mocktailverse.api.api_app import openapi_document
from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments, stage_mapping

DOCS = Path(__file__).parent
MARKER = "[[[cog"


def write_stage_mapping(checkout: Checkout, *, check: bool) -> bool:
    """Write the template's mapping `Stages` from environments.toml; return whether it was stale."""
    text = checkout.template.read_text(encoding="utf-8")
    current = stage_mapping.with_all_stages(text, environments.read(checkout.environments))
    if text == current:
        return False
    if check:
        print(f"{checkout.template.name} is out of date. Run `make docs`.")
    else:
        checkout.template.write_text(current, encoding="utf-8")
    return True


def write_create_only_table(checkout: Checkout, *, check: bool) -> bool:
    """Write the table of create-only properties; return whether it was out of date."""
    path = checkout.source / PATH
    current = create_only_json(Template.read(checkout.template))
    if path.exists() and path.read_text(encoding="utf-8") == current:
        return False
    if check:
        print(f"{path.name} is out of date. Run `make docs`.")
    else:
        path.write_text(current, encoding="utf-8")
    return True


def main(docs: Path = DOCS) -> int:
    """Write or check all pages; return the exit code."""
    check = "--check" in sys.argv
    is_mapping_stale = write_stage_mapping(find_checkout(), check=check)  # first: pages show it
    is_table_stale = write_create_only_table(find_checkout(), check=check)
    openapi = docs / "reference" / "openapi.json"
    text = json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"
    is_stale = not openapi.exists() or openapi.read_text(encoding="utf-8") != text
    if check and is_stale:
        print(f"{openapi.name} is out of date. Run `make docs`.")
    elif is_stale:
        openapi.write_text(text, encoding="utf-8")
    pages = [str(p) for p in sorted(docs.rglob("*.md")) if MARKER in p.read_text(encoding="utf-8")]
    mode = "--check" if check else "-r"
    failed = Cog().main(["cog", mode, "-P", "--verbosity=1", "-I", str(DOCS), *pages])
    return 1 if failed or (check and (is_stale or is_mapping_stale or is_table_stale)) else 0


if __name__ == "__main__":
    sys.exit(main())
