"""Check the wording of the project: plain words, and names that are unique.

    python .ci/check_words.py           lists what breaks a rule; exit code 1 if anything does
    python .ci/check_words.py PATH ...  only these files and folders

The list and the reason for each word are in words.toml. Docs, templates, tests and all of the
source are searched, so help texts, errors and log lines are, too.
"""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "mocktailverse"
RULES = tomllib.loads(Path(__file__).with_name("words.toml").read_text())
SUFFIXES = {".py", ".md", ".html", ".js", ".css", ".yaml", ".yml", ".toml", ".json"}
ROOTS = (
    *("src", "tests", "docs", "infrastructure", ".github"),
    *("README.md", "CONTRIBUTING.md", "Makefile"),
)


def main(names: list[str]) -> int:
    """Print each finding; return the exit code."""
    tops = [Path(name).resolve() for name in names] or [ROOT / name for name in ROOTS]
    findings = [finding for path in _texts(tops) for finding in _words_in(path)]
    findings += [] if names else [*_double_names()]
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return 1 if findings else 0


def _texts(tops: list[Path]) -> Iterator[Path]:
    """Yield the files themselves, and the texts within the folders."""
    for top in tops:
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and (path.suffix in SUFFIXES or path == top):
                yield path


def _words_in(path: Path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    if any(name.startswith(skipped) for skipped in RULES["skip"]):
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for word in RULES["word"]:
            if word.get("python_only") and path.suffix != ".py":
                continue
            # A word of its own, also within snake_case: `told`, `_told`, `told_why`.
            pattern = rf"(?<![A-Za-z])(?:{word['pattern']})(?![A-Za-z])"
            flags = 0 if word.get("case") else re.IGNORECASE
            for match in re.finditer(pattern, line, flags):
                yield f"{name}:{number}: `{match[0].strip()}`; write {word['write']}"


def _double_names() -> Iterator[str]:
    """Yield the names that two modules, or two classes, have."""
    modules, classes = defaultdict(list), defaultdict(list)
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if not path.stem.startswith("__"):
            modules[path.stem].append(name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(name)
    for kind, places in (("module", modules), ("class", classes)):
        for name, paths in sorted(places.items()):
            if len(paths) > 1:
                yield f"{kind} `{name}` has several places: {', '.join(sorted(paths))}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
