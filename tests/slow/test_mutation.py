"""The mutation tool: the faults that it puts into code, and the tests that it runs for each."""

import ast
import gc
import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mutation import warm
from mutation.operators import mutants
from mutation.selection import Selection

ROOT = Path(__file__).parents[2]
HEADER = b"def f(a, b):\n    "


def changes(line):
    """The replaced text of each mutant of one statement in a function."""
    source = HEADER + line.encode()
    return {
        mutant.applied(source).removeprefix(HEADER).decode() for mutant in mutants("m.py", source)
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("if a < b: pass", {"if a <= b: pass"}),
        ("if a not in b: pass", {"if a in b: pass"}),
        ("if a is not b: pass", {"if a is b: pass"}),
        ("if (a) == (b): pass", {"if (a) != (b): pass"}),
        ("if a: pass", {"if not (a): pass"}),
        ("if not a: pass", {"if   a: pass"}),
        ("x = a and b", {"x = a or b"}),
        ("x = a + b", {"x = a - b"}),
        ("x = a // b", {"x = a / b"}),
        ("x += a", {"x -= a", "pass"}),
        ("x = -a", {"x = +a"}),
        ("x = 1", {"x = 2"}),
        ("x = True", {"x = False"}),
        ("x = None", set()),
        ('x = "a"', {'x = "XXaXX"'}),
        ('x = {"a": b}', {'x = {"XXaXX": b}'}),
        ('x = f"{a}."', {'x = f"XX{a}.XX"'}),
        ("return a", {"return None"}),
        ("return None", set()),
        ("x = lambda: a", {"x = lambda: None"}),
        ("while a < b: break", {"while a <= b: break", "while a < b: continue"}),
        ("a(b)", {"pass"}),
        ("a.b = a", {"pass"}),
        ("x = a(b, c=b)", {"x = a(b)"}),
        ("x = a(b=b, c=b)", {"x = a(c=b)", "x = a(b=b)"}),
        ("x = a[a:b]", {"x = a[:b]", "x = a[a:]"}),
        ("x = [a, b]", {"x = [b]"}),
        ("raise a", {"pass"}),
    ],
)  # fmt: skip
def test_each_operator_makes_its_faults(line, expected):
    assert changes(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        '"""Docstring."""',
        'x: "int"',
        "x: Literal[1]",
        '__all__ = ["a"]',
        "if TYPE_CHECKING: x = 1",
        'log.info("Done", extra=1)',
        "import a",
        "X = float | None",
        'def g(a: "X") -> "Y": pass',
        "@cache(1)\n    def g(): pass",
        'x = cast("X", a)',
        "x = zip(a, b, strict=True)",
    ],
)
def test_code_that_no_test_must_notice_is_not_changed(line):
    assert not changes(line)


def test_a_message_to_people_is_not_changed_but_removed():
    assert changes('raise AError("It is late")') == {"pass", "raise AError(None)"}
    assert changes('x = f"It is {a} now."') == {"x = None"}


def test_a_fault_keeps_the_lines_of_the_file_and_names_its_statement():
    source = b'def f(a):\n    return g(\n        "a"\n        "b",\n    )\n\nclass C:\n    x = 1\n'
    faults = mutants("m.py", source)
    assert {mutant.applied(source).count(b"\n") for mutant in faults} == {8}
    assert {(m.function, m.first_line, m.last_line) for m in faults} == {("f", 2, 5), ("C", 8, 8)}
    (last,) = [mutant for mutant in faults if mutant.function == "C"]
    assert last.lines(source) == ("x = 1", "x = 2")
    assert "-    x = 1\n+    x = 2\n" in last.diff(source)


def test_every_mutant_is_another_program():
    for name in ("catalogue/search/paging.py", "drinks/measures/quantity.py"):
        source = (ROOT / "src/mocktailverse" / name).read_bytes()
        original = ast.dump(ast.parse(source))
        for mutant in mutants(name, source):
            assert ast.dump(ast.parse(mutant.applied(source))) != original, mutant


MODULE = """
from functools import cache

TABLE = {"a": 1}

def value(key):
    return TABLE[key] + 1

@cache
def remembered():
    return value("a")

class C:
    def method(self):
        return [value(key) for key in ("a",)]
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """An imported module, and its file."""
    file = tmp_path / "mutated_module.py"
    file.write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import mutated_module  # noqa: PLC0415 - created here

    yield mutated_module, file
    del sys.modules["mutated_module"]


def test_functions_that_are_already_imported_get_the_fault(module, tmp_path):
    imported, file = module
    value, method = imported.value, imported.C().method
    mutated = MODULE.replace("+ 1", "+ 2").encode()
    warm.patch(warm.functions_by_place(tmp_path), file, mutated)
    assert value("a") == 3
    assert method() == [3]
    assert imported.remembered() == 3


def test_an_import_gets_the_fault_at_the_top_of_a_module(module, monkeypatch):
    file = module[1]
    monkeypatch.delitem(sys.modules, "mutated_module")
    finder = warm.MutatedImport("mutated_module", file, MODULE.replace("1}", "5}").encode())
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    mutated_module = importlib.import_module("mutated_module")

    assert mutated_module.value("a") == 6
    gc.collect()


def test_a_fault_is_tried_with_the_tests_that_run_it_or_the_code_that_uses_it(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/m.py").write_text(MODULE)
    tests = {
        "slow": {"seconds": 2, "lines": [{"src/m.py": [7]}]},
        "quick": {"seconds": 1, "lines": [{"src/m.py": [7, 15]}]},
        "other": {"seconds": 1, "lines": [{"src/m.py": [11]}]},
    }
    at_import = {("src/m.py", line) for line in (2, 4, 6, 9, 10, 13, 14)}
    selection = Selection(tmp_path, tests, at_import)
    selected = {
        (mutant.first_line, mutant.operator): selection.tests(mutant)
        for mutant in mutants("src/m.py", MODULE.encode())
    }
    assert selected[7, "constant"] == ["quick", "slow"]
    assert selected[11, "value to None"] == ["other"]
    assert selected[4, "constant"] == ["quick", "slow"]


def test_tests_that_run_a_function_try_its_faults_even_if_an_import_has_run_it(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/m.py").write_text(MODULE)
    tests = {"only": {"seconds": 1, "lines": [{"src/m.py": [7]}]}}
    selection = Selection(tmp_path, tests, {("src/m.py", line) for line in (2, 4, 6, 7, 9)})
    fault = next(m for m in mutants("src/m.py", MODULE.encode()) if m.first_line == 7)
    assert selection.tests(fault) == ["only"]


CODE = """
from functools import cache

LIMIT = 10

def capped(number):
    if number > LIMIT:
        return LIMIT
    return number

@cache
def doubled(number):
    return 2 * capped(number)

def endless(number):
    while number:
        number -= 1
    return "done"

def forgotten(number):
    return number + 1

def stepped(number, by=1):
    return number + by

class Failure(Exception):
    def __init__(self):
        super().__init__("text")
"""
TESTS = """
from mocktailverse.code import Failure, capped, doubled, endless, stepped

def test_capped():
    assert (capped(9), capped(11)) == (9, 10)

def test_doubled():
    assert doubled(20) == 20

def test_endless():
    assert endless(2) == "done"

def test_stepped():
    assert stepped(1) == 2

def test_failure():
    assert str(Failure()) == "text"
"""
RUN = """
import sys
from pathlib import Path
from mutation import engine
from mutation.operators import mutants

engine.CPU_S, engine.CPU_FACTOR = 0, 1
root = Path(sys.argv[1])
sys.path.insert(0, str(root / "src"))
faults = mutants("src/mocktailverse/code.py", (root / "src/mocktailverse/code.py").read_bytes())

def show(result):
    print(result.mutant.function or "module", result.mutant.operator, result.outcome, sep=",")

trial = engine.Engine(root, faults, 1, show, lambda _: None)
trial.run(["tests"])
print(*trial.failures)
"""


def test_faults_are_noticed_or_not_and_leave_nothing_behind(tmp_path):
    for name, text in {"src/mocktailverse/code.py": CODE, "tests/unit/test_code.py": TESTS}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text.lstrip())
    (tmp_path / "src/mocktailverse/__init__.py").touch()
    (tmp_path / "scratch").mkdir()
    places = {"PYTHONPATH": str(ROOT / "tests"), "TMPDIR": str(tmp_path / "scratch")}
    process = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path)],
        cwd=tmp_path, env={**os.environ, **places, "MUTATION_CACHE": str(tmp_path / "cache")},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert set(process.stdout.split("\n")) >= {
        "module,constant,killed",
        "capped,value to None,killed",
        "capped,comparison,survived",  # the limit itself gives the same result
        "doubled,arithmetic,killed",
        "endless,arithmetic,timed out",
        "forgotten,arithmetic,survived",
        "stepped,constant,killed",  # a default has an effect during the import
        "Failure.__init__,statement deleted,killed",  # it loses a free variable
    }
    assert not list((tmp_path / "scratch").iterdir())


def test_each_equivalent_mutant_is_one_of_the_current_code():
    entries = tomllib.loads((ROOT / "tests/mutation/equivalent.toml").read_text())
    keys: dict[str, set[tuple[str, str, str]]] = {}
    for entry in entries.get("mutant", ()):
        path = entry["path"]
        if path not in keys:
            source = (ROOT / path).read_bytes()
            keys[path] = {
                (mutant.function, *mutant.lines(source)) for mutant in mutants(path, source)
            }
        assert (entry["function"], entry["original"], entry["mutated"]) in keys[path], entry
        assert entry["reason"], entry
