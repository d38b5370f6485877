"""Writes the generated pages of docs/reference: `python docs/generate.py [--check]`.

With --check nothing is written, and the exit code is 1 where a page is not what it should be.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from mocktailverse.drinks.codes import Quality, Reason

REFERENCE = Path(__file__).parent / "reference"


def codes() -> str:
    """The page of all reason and quality codes."""
    parts = [
        "# Codes",
        "Generated from `src/mocktailverse/drinks/codes.py`; do not edit.",
        "## Reason codes: why a raw record or object is rejected",
        _table((code.value, code.explanation) for code in Reason),
        "## Quality codes: what is worth knowing of a drink that did load",
        _table((code.value, code.explanation) for code in Quality),
    ]
    return "\n\n".join(parts) + "\n"


PAGES = {"codes.md": codes}


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = ["| code | meaning |", "|---|---|"]
    return "\n".join(lines + [f"| `{code}` | {text} |" for code, text in rows])


def main() -> int:
    """Write or check all pages."""
    check = "--check" in sys.argv
    stale = 0
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if check and (not path.exists() or path.read_text() != text):
            print(f"{path.name} is not what `make docs` writes")
            stale += 1
        elif not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
