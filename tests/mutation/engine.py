"""The pytest plugin that runs each mutant in a fork of a process that has imported everything."""

import gc
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

import pytest

from mutation import warm
from mutation.coverage_map import CoverageMap, Recorder, new_coverage
from mutation.emulator import SharedStack
from mutation.operators import Mutant
from mutation.selection import Selection

OPTIONS = (
    "-x", "-s", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:xdist",
    "-p", "no:faulthandler", "-W", "ignore::pytest.PytestAssertRewriteWarning",
    "-m", "not soak and not browser", "-o", "timeout=0", "-o", "addopts=--import-mode=importlib",
)  # fmt: skip
CPU_S, CPU_FACTOR = 3, 8
"""A test may take CPU_S more processor time than CPU_FACTOR times its usual time."""
WALL_S, WALL_FACTOR = 120, 30
"""The same for all tests of a mutant in wall-clock time, because they may wait forever."""
MEMORY_BYTES = 3 << 30

Prepare = Callable[[Path], bool]
"""Runs in a child; returns whether pytest's loop must then run the session's items."""


class Result(NamedTuple):
    """The outcome of a mutant (`killed`, `survived` or `timed out`), and the tests that ran."""

    mutant: Mutant
    outcome: str
    tests: list[str]
    killer: str = ""


class _Child(NamedTuple):
    job: object
    notes: Path
    deadline: float


class Engine:
    """Forks a child for each mutant when pytest has collected the tests."""

    def __init__(
        self,
        root: Path,
        mutants: list[Mutant],
        jobs: int,
        on_result: Callable[[Result], None],
        on_step: Callable[[str], None],
    ) -> None:
        """Store the checkout's copy, and the callbacks for results and progress."""
        self._root, self._mutants, self._jobs = root, mutants, jobs
        self._on_result, self._on_step = on_result, on_step
        self._imports = new_coverage(root)
        self._stack = SharedStack()
        self._cleanup = ExitStack()
        self._children: dict[int, _Child] = {}
        self._in_child = False
        self._at_end: Callable[[], None] = lambda: None
        self.failures: list[str] = []
        """Tests that fail without any fault, and collection errors."""

    def run(self, tests: Iterable[str]) -> None:
        """Collect, measure and try; return only in the first process."""
        self._scratch = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory()))
        self._imports.start()
        try:
            code = pytest.main([*OPTIONS, *tests], plugins=[self, self._stack])
            if not self._in_child and code != pytest.ExitCode.OK:
                self.failures.append(f"pytest ended with {code!r}")
        finally:
            if self._in_child:
                self._at_end()
                os._exit(0)
            for pid in self._children:
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            self._cleanup.close()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a collection error."""
        if report.failed:
            self.failures.append(f"{report.nodeid}: {report.longreprtext[-800:]}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Measure what the tests run, then try each mutant. In a child, run pytest's own loop."""
        self._imports.stop()
        self._functions, self._caches = warm.functions_by_place(self._root), warm.caches()
        gc.collect()
        gc.freeze()  # so that the garbage collector does not touch it, and forks do not copy it
        if self.failures:
            return True
        if any("local_stack" in item.fixturenames for item in session.items):
            self._on_step("starting an embedded AWS")
            self._stack.start(self._scratch / "stack", self._cleanup)
        coverage_map = CoverageMap(self._root)
        if self._measure(session, coverage_map) and not self.failures:
            self._try(session, coverage_map)
        return None if self._in_child else True

    # ---- children

    def _forked(self, jobs: Iterable[tuple[object, Prepare, float]], done: Callable) -> bool:
        """Run jobs in concurrent children; return False in a child that must run tests."""
        for number, (job, prepare, seconds) in enumerate(jobs):
            while len(self._children) >= self._jobs:
                self._reap(done)
            folder = self._scratch / str(number)
            folder.mkdir(exist_ok=True)
            pid = os.fork()
            if pid == 0:
                self._become_child(folder)
                if prepare(folder):
                    return False
                os._exit(0)
            self._children[pid] = _Child(job, folder, time.monotonic() + seconds)
        while self._children:
            self._reap(done)
        return True

    def _become_child(self, folder: Path) -> None:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._in_child = True
        self._children = {}
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open until the child ends
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(null, descriptor)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(folder)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))

    def _reap(self, done: Callable) -> None:
        """Wait until a child ends, or kill one that exceeds its deadline."""
        while True:
            for pid, child in list(self._children.items()):
                ended, status = os.waitpid(pid, os.WNOHANG)
                is_late = time.monotonic() > child.deadline
                if ended == 0 and not is_late:
                    continue
                if ended == 0:
                    os.killpg(pid, signal.SIGKILL)
                    _, status = os.waitpid(pid, 0)
                del self._children[pid]
                done(child.job, child.notes, status)
                return
            time.sleep(0.005)

    # ---- measuring

    def _measure(self, session: pytest.Session, coverage_map: CoverageMap) -> bool:
        """Measure the test files that have no valid entry; return False in a child."""
        items: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            items.setdefault(item.nodeid.split("::")[0], []).append(item)
        missing = coverage_map.missing(items)
        remaining = len(missing)

        def prepared(file: str) -> Prepare:
            def prepare(folder: Path) -> bool:
                recorder = Recorder(self._root, self._caches)
                session.items[:] = items[file]
                session.config.option.maxfail = 0
                session.config.pluginmanager.register(recorder)

                def write() -> None:
                    notes = {"tests": recorder.measured(), "failed": recorder.failed}
                    (folder / "measured.json").write_text(json.dumps(notes))

                self._at_end = write
                recorder.start()
                return True

            return prepare

        def done(file: object, folder: Path, _status: int) -> None:
            nonlocal remaining
            remaining -= 1
            self._on_step(f"measuring what the tests run, {remaining} files left")
            written = _read_once(folder / "measured.json")
            notes = json.loads(written or '{"failed": ["' + str(file) + '"]}')
            self.failures += notes["failed"]
            if not notes["failed"]:
                coverage_map.add(str(file), notes["tests"])

        self._on_step(f"measuring what the tests run, {remaining} files left")
        return self._forked(((file, prepared(file), 3600.0) for file in missing), done)

    # ---- trying

    def _try(self, session: pytest.Session, coverage_map: CoverageMap) -> None:
        selection = Selection(self._root, coverage_map.tests, self._lines_at_import())
        killers: dict[str, Counter[str]] = defaultdict(Counter)
        items = {item.nodeid: item for item in session.items}

        def jobs() -> Iterator[tuple[object, Prepare, float]]:
            for mutant in self._mutants:
                tests = [test for test in selection.tests(mutant) if test in items]
                if "/stores/" not in mutant.path:  # the embedded AWS is slow
                    tests = [test for test in tests if not test.startswith("tests/integration")]
                if not tests:
                    self._on_result(Result(mutant, "survived", []))
                    continue
                killed = killers[mutant.path]  # a test that killed a neighbour may kill this one
                tests.sort(key=lambda test: (-killed[test], selection.seconds[test]))
                usual = {test: selection.seconds[test] for test in tests}
                trial = _Trial(self._root, mutant, usual)
                limit = WALL_S + WALL_FACTOR * sum(usual.values())
                file = self._root / mutant.path
                prepare = (
                    trial.warm(session, items, self._functions, self._caches)
                    if not selection.imported(mutant)
                    and warm.can_patch(file, mutant.applied(file.read_bytes()))
                    else trial.cold(self._stack)
                )
                yield mutant, prepare, limit

        def done(mutant: object, folder: Path, status: int) -> None:
            assert isinstance(mutant, Mutant)
            notes = _read_once(folder / "notes").splitlines()
            result = _result(mutant, notes, status)
            killers[mutant.path][result.killer] += 1
            self._on_result(result)

        self._forked(jobs(), done)

    def _lines_at_import(self) -> set[tuple[str, int]]:
        data = self._imports.get_data()
        return {
            (str(Path(file).relative_to(self._root)), line)
            for file in data.measured_files()
            for line in data.lines(file) or ()
        }


class _Trial:
    """A pytest plugin in a child: records the tests that run, and limits the time of each."""

    def __init__(self, root: Path, mutant: Mutant, usual: dict[str, float]) -> None:
        self._root, self._mutant, self._usual = root, mutant, usual
        self._notes: Path | None = None

    def warm(
        self,
        session: pytest.Session,
        items: dict[str, pytest.Item],
        functions: dict[warm.Place, list[FunctionType]],
        caches: list[Any],
    ) -> Prepare:
        """Change functions that are already imported, and let pytest run the collected tests."""

        def prepare(folder: Path) -> bool:
            self._begin(folder)
            file = self._root / self._mutant.path
            warm.patch(functions, file, self._mutant.applied(file.read_bytes()))
            for cache in caches:
                cache.cache_clear()
            session.items[:] = [items[test] for test in self._usual]
            session.config.pluginmanager.register(self)
            return True

        return prepare

    def cold(self, stack: SharedStack) -> Prepare:
        """Import everything again, with the mutated module, and let pytest start again."""

        def prepare(folder: Path) -> bool:
            self._begin(folder)
            file = self._root / self._mutant.path
            warm.forget_modules(self._root)
            name = ".".join(file.relative_to(self._root / "src").with_suffix("").parts)
            mutated = self._mutant.applied(file.read_bytes())
            sys.meta_path.insert(
                0, warm.MutatedImport(name.removesuffix(".__init__"), file, mutated)
            )
            files = list(dict.fromkeys(test.split("::")[0] for test in self._usual))
            for group in filter(None, (files[:1], files[1:4], files[4:])):  # imports are slow
                code = pytest.main([*OPTIONS, *group], plugins=[self, stack])
                if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                    self._note("failed")
                    break
            return False

        return prepare

    def _begin(self, folder: Path) -> None:
        self._notes = folder / "notes"
        self._limit(CPU_S * 10)

    def _note(self, text: str) -> None:
        assert self._notes
        with self._notes.open("a") as notes:
            notes.write(text + "\n")

    def _limit(self, seconds: float) -> None:
        used = time.process_time()
        limit = int(used + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep only the tests to run, the quickest first."""
        collected = {item.nodeid: item for item in items}
        items[:] = [collected[test] for test in self._usual if test in collected]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Record the test and limit its time."""
        self._note(item.nodeid)
        self._limit(CPU_S + CPU_FACTOR * self._usual[item.nodeid])
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record that the mutated code cannot be imported."""
        if report.failed:
            self._note("failed")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a failure."""
        if report.failed:
            self._note("failed")


def _read_once(file: Path) -> str:
    """Return and delete what a child wrote; the text is empty if it ended before."""
    text = file.read_text() if file.exists() else ""
    file.unlink(missing_ok=True)
    return text


def _result(mutant: Mutant, notes: list[str], status: int) -> Result:
    tests = [line for line in notes if line != "failed"]
    last = tests[-1] if tests else "collecting"
    if "failed" in notes:
        return Result(mutant, "killed", tests, last)
    if os.WIFSIGNALED(status):
        return Result(mutant, "timed out", tests, last)
    return Result(mutant, "survived", tests)
