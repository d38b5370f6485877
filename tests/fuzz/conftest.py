"""Run the fuzz targets for a time, with seeds that reproduce every input.

    make fuzz SECONDS=600              all targets, a new seed
    make fuzz SECONDS=0 SEED=7         one round of each target: the same inputs every time
    make fuzz TARGET="name" SEED=7     one target

A target is a Hypothesis property. It runs in rounds of ROUND_INPUTS inputs, round n with the
seed SEED + n, until its share of the time is used. A failing input is shrunk and printed as
Python literals, with the command that repeats its round.
"""

import secrets
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings

ROUND_INPUTS = 100
INPUT_CPU_S = 20
"""Maximum CPU time of one input. An input takes milliseconds, so only an endless loop takes longer.
CPU time does not depend on the load of other processes."""

SHRINKING_S = 60
"""Maximum time to shrink the bytes of a failing input."""

ROUND = settings(
    max_examples=ROUND_INPUTS,
    deadline=None,
    report_multiple_bugs=False,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class EndlessInputError(Exception):
    """One input used INPUT_CPU_S of CPU time."""


@dataclass
class Run:
    """The progress of one target."""

    name: str
    inputs: int = 0
    rounds: int = 0
    failed_seed: int | None = None
    last_input: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Campaign:
    """The options of the whole run, and the runs of its targets."""

    seconds: float
    seed: int
    runs: list[Run]
    targets: int = 1

    def run(self, name: str) -> Run:
        """Add and return the run of a target."""
        self.runs.append(Run(name))
        return self.runs[-1]

    @property
    def share_s(self) -> float:
        """The time of one target, in s."""
        return self.seconds / self.targets


CAMPAIGN = pytest.StashKey[Campaign]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `make fuzz`."""
    group = parser.getgroup("fuzz")
    group.addoption("--fuzz-seconds", type=float, default=0, help="Time for all targets together.")
    group.addoption("--fuzz-seed", type=int, default=None, help="Seed of the first round.")
    group.addoption(
        "--fuzz-api",
        default="",
        help="Address of a running API; the default is one with the sample drinks.",
    )
    group.addoption("--fuzz-key", default="", help="The API's key for operators.")


def pytest_configure(config: pytest.Config) -> None:
    """Set the seed: the option's, or a random one."""
    given = config.getoption("--fuzz-seed", None)
    number = secrets.randbelow(10**9) if given is None else given
    config.stash[CAMPAIGN] = Campaign(config.getoption("--fuzz-seconds", 0), number, [])


def pytest_report_header(config: pytest.Config) -> str:
    """Print the seed before the first target runs."""
    campaign = config.stash[CAMPAIGN]
    return f"fuzz: SEED={campaign.seed} SECONDS={campaign.seconds:g}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the targets, so that `make test` skips them."""
    item.add_marker("fuzz")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Divide the time among the targets."""
    session.config.stash[CAMPAIGN].targets = max(1, len(session.items))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a target in rounds; other tests run as usual."""
    handle = getattr(pyfuncitem.obj, "hypothesis", None)
    if handle is None:
        return None
    campaign = pyfuncitem.config.stash[CAMPAIGN]
    run = campaign.run(pyfuncitem.name)
    test = handle.inner_test
    handle.inner_test = _counting(test, run)
    target = ROUND(pyfuncitem.obj)
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}  # noqa: SLF001 - as pytest itself calls a test
    ends_at = time.monotonic() + campaign.share_s
    while run.rounds == 0 or time.monotonic() < ends_at:
        run.failed_seed = campaign.seed + run.rounds
        try:
            seed(run.failed_seed)(target)(**arguments)
        except Exception as error:
            drawn = {name: run.last_input[name] for name in run.last_input.keys() - arguments}
            run.last_input = _with_fewer_bytes(partial(test, **arguments), drawn, error)
            raise
        run.failed_seed = None
        run.rounds += 1
    return True


@pytest.fixture
def campaign(pytestconfig: pytest.Config) -> Campaign:
    """The whole run, for a target that is not a Hypothesis property."""
    return pytestconfig.stash[CAMPAIGN]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the number of inputs of each target, and the command that repeats a failure."""
    runs = config.stash[CAMPAIGN].runs
    if not runs:  # a run of other tests
        return
    terminalreporter.section("inputs")
    for run in runs:
        terminalreporter.write_line(f"{run.inputs:>9,}  {run.name}")
    terminalreporter.write_line(f"{sum(run.inputs for run in runs):>9,}  total")
    for run in runs:
        if run.failed_seed is not None:
            terminalreporter.section(run.name)
            for name, value in run.last_input.items():  # the shrunk input, which runs last
                terminalreporter.write_line(f"{name} = {value!r}")
            command = f"make fuzz SECONDS=0 SEED={run.failed_seed} TARGET={run.name}"
            terminalreporter.write_line(f"repeat: {command}", red=True)


def _counting(test: Callable[..., Any], run: Run) -> Callable[..., Any]:
    @wraps(test)
    def counted(*arguments: Any, **named: Any) -> None:
        run.inputs += 1
        run.last_input = named
        with _limited():
            test(*arguments, **named)

    return counted


def _with_fewer_bytes(
    test: Callable[..., Any], inputs: Mapping[str, Any], error: Exception
) -> dict[str, Any]:
    """Return the failing input without every part of its bytes that the failure does not need."""
    smallest, ends_at = dict(inputs), time.monotonic() + SHRINKING_S
    for name in [name for name, value in inputs.items() if isinstance(value, bytes)]:
        size = len(smallest[name])
        while size and time.monotonic() < ends_at:
            start = 0
            while start < len(smallest[name]):
                whole = smallest[name]
                fewer = {**smallest, name: whole[:start] + whole[start + size :]}
                if _location(_error_of(test, fewer)) == _location(error):
                    smallest = fewer
                else:
                    start += size
            size //= 2
    return smallest


def _error_of(test: Callable[..., Any], inputs: Mapping[str, Any]) -> BaseException | None:
    try:
        with _limited():
            test(**inputs)
    except Exception as error:  # noqa: BLE001 - any error is compared
        return error
    return None


def _location(error: BaseException | None) -> tuple[type, int] | None:
    """Return the type and the line of an error, which are equal for inputs with the same fault."""
    if error is None:
        return None
    *_, last = traceback.walk_tb(error.__traceback__)
    return type(error), last[1]


@contextmanager
def _limited() -> Iterator[None]:
    """Raise EndlessInputError within the block once the CPU time is used up."""

    def stop(*_: object) -> None:
        raise EndlessInputError(f"The input took more than {INPUT_CPU_S} s of CPU time.")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, INPUT_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
