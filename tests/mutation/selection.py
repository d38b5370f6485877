"""The tests that can notice a fault: those that run its line, or code that depends on it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mutation.operators import Mutant

Line = tuple[str, int]


class _Unit(NamedTuple):
    """A function, a method, or a statement of a module or class.

    `body` is the first line that does not run when it is only defined.
    """

    path: str
    first: int
    body: int
    last: int
    defines: frozenset[str]
    mentions: frozenset[str]


class Selection:
    """Finds the tests of a mutant."""

    def __init__(self, root: Path, tests: dict[str, dict[str, Any]], at_import: set[Line]) -> None:
        """Store the lines that each test runs, and those that run during imports."""
        self._at_import = at_import
        self._tests: dict[Line, set[str]] = defaultdict(set)
        self.seconds = {test: entry["seconds"] for test, entry in tests.items()}
        for test, entry in tests.items():
            for lines in entry["lines"]:
                for path, numbers in lines.items():
                    for number in numbers:
                        self._tests[path, number].add(test)
        files = sorted((root / "src").rglob("*.py"))
        self._units = [
            unit for file in files for unit in _units(str(file.relative_to(root)), file.read_text())
        ]

    def imported(self, mutant: Mutant) -> bool:
        """Return whether the fault has an effect during imports, not only in function calls."""
        lines = range(mutant.first_line, mutant.last_line + 1)
        return any((mutant.path, line) in self._at_import for line in lines)

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests to run, the quickest first."""
        tests = self._running(mutant.path, mutant.first_line, mutant.last_line)
        if self.imported(mutant):
            tests |= self._using(mutant)
        return sorted(tests, key=lambda test: (self.seconds[test], test))

    def _running(self, path: str, first: int, last: int) -> set[str]:
        return {
            test for line in range(first, last + 1) for test in self._tests.get((path, line), ())
        }

    def _using(self, mutant: Mutant) -> set[str]:
        """Return the tests that run a function that uses, even indirectly, the changed code."""
        changed = [
            unit
            for unit in self._units
            if unit.path == mutant.path and unit.first <= mutant.first_line <= unit.last
        ]
        names = {name for unit in changed for name in unit.defines}
        tests: set[str] = set()
        for unit in changed:  # a changed default has an effect where the function itself runs
            tests |= self._running(unit.path, unit.first, unit.last)
        seen: set[_Unit] = set()
        while True:
            users = [unit for unit in self._units if unit not in seen and unit.mentions & names]
            if not users:
                return tests
            for unit in users:
                seen.add(unit)
                tests |= self._running(unit.path, unit.first, unit.last)
                if self._ran_at_import(unit):
                    names |= unit.defines

    def _ran_at_import(self, unit: _Unit) -> bool:
        inner = range(unit.body, unit.last + 1)
        return any((unit.path, line) in self._at_import for line in inner)


def _units(path: str, text: str) -> Iterator[_Unit]:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                names = {statement.name}
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("__"):
                    names = {inner.name}
                yield _unit(path, inner, names | _assigned(inner))
            head = ast.ClassDef(statement.name, statement.bases, statement.keywords, [], [])
            yield _Unit(
                path, statement.lineno, statement.lineno, statement.body[0].lineno - 1,
                frozenset({statement.name}), _mentioned(head),
            )  # fmt: skip
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            yield _unit(path, statement, _assigned(statement))


def _unit(path: str, statement: ast.stmt, names: set[str]) -> _Unit:
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
    body = statement.body[0].lineno if isinstance(statement, ast.FunctionDef) else first
    last = statement.end_lineno or first
    return _Unit(path, first, body, last, frozenset(names), _mentioned(statement))


def _assigned(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def _mentioned(statement: ast.AST) -> frozenset[str]:
    return frozenset(
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Attribute) and not isinstance(node.ctx, ast.Store)
    )
