"""`python -m trials`: random histories of data and faults on the whole stack, until one fails."""

import argparse
import itertools
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from . import history, stack
from .case import Case, Drink
from .observing import Seen, SeenLoad, observe
from .oracle import Hashes, judge
from .playing import Player, calibrate
from .readers import watch
from .shrinking import shrunk
from .stack import Stack
from .writing import write

FOLDER = Path(".mocktailverse") / "trials"
READERS_EVERY = 25
SHRINKING_ATTEMPTS = 40
QUICK_RUN = "2026"
QUICK_SEEDS = (14, 20, 12, 48, 40)
"""The fixed trials of the quick run, of most kinds; random ones follow."""

QUICK_MINUTES = 0.9
SLOW_KINDS = {"poison", "skew"}

READERS = "readers"
"""The kind of a trial in which readers poll the catalogue."""


class Trials:
    """A run of trials on one stack, with totals."""

    def __init__(self, running: Stack) -> None:
        self._stack = running
        self._hashes: Hashes = {}
        self.totals: Counter[str] = Counter()
        self.longest_ms = 0

    def run(self, case: Case, *, counted: bool = True) -> list[str]:
        """Play a case; return the problems, such as a stack that never becomes quiet."""
        try:
            return self._run(case, counted=counted)
        except TimeoutError as error:
            return [str(error)]

    def _run(self, case: Case, *, counted: bool) -> list[str]:
        if not counted:  # it was just played: a late invocation would open its loads
            self._stack.wait_for_late_invocations()
        self._stack.reset()
        self._learn(case)
        problems = Player(self._stack, case).play()
        seen = observe(self._stack)
        if judge(case, seen, self._hashes):  # a late invocation may process old messages
            self._stack.wait_for_late_invocations()
            seen = observe(self._stack)
        problems += judge(case, seen, self._hashes)
        if counted:
            self._count(case, seen)
        return problems

    def strikes(self) -> Iterator[str]:
        """Return the injected faults of the last case, one line each."""
        return map(str, self._stack.proxy.strikes.log)

    def watch_readers(self, seed: str) -> list[str]:
        """Let readers poll the catalogue during publishes; return the problems."""
        self._stack.reset()
        self._stack.configure((), seed, ())
        problems, publishes, responses = watch(self._stack, seed)
        self.totals += Counter({"publishes watched": publishes, "responses read": responses})
        return problems

    def _learn(self, case: Case) -> None:
        """Let the stack compute the content hash of each drink alone, once per run."""
        missing = {_key(drink) for drink in case.drinks} - self._hashes.keys()
        if missing:
            self._stack.configure((), case.seed, ())
            drinks = {_key(drink): drink for drink in (*history.run_deck(case.seed), *case.drinks)}
            self._hashes |= calibrate(self._stack, list(drinks.values()))
            self._stack.reset()

    def _count(self, case: Case, seen: Seen) -> None:
        log = self._stack.proxy.strikes.log
        self.totals += Counter(
            {
                "trials": 1,
                "objects": len(seen.versions),
                "records": sum(len(write(file).records) for file in case.objects),
                "faults injected": len(log),
                "applied, response lost": sum(strike.applied for strike in log),
                "kills": sum(strike.killed for strike in log),
            }
        )
        if not case.skews_s:
            self.longest_ms = max(self.longest_ms, *map(_open_ms, seen.loads), 0)


def _open_ms(load: SeenLoad) -> int:
    """Return how long a load was open, in ms."""
    return int(load.item.get("finished_at", 0)) - int(load.item["started_at"])


class Runner:
    """Plays trials until one fails or all are done; many of them share a stack."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._deadline = time.monotonic() + 60 * options.minutes if options.minutes else None
        self._totals: Counter[str] = Counter()
        self._longest_ms = 0
        self._failures = 0
        self._started_at_s = time.monotonic()

    def run(self, cases: Iterator[tuple[str, Case]]) -> int:
        """Play these trials; return the exit code."""
        numbered = enumerate(cases, 1)
        try:
            while self._on_one_stack(numbered) and self._options.keep_going:
                pass
        finally:
            self._summary()
        return 1 if self._failures else 0

    def _on_one_stack(self, cases: Iterator[tuple[int, tuple[str, Case]]]) -> bool:
        """Play until a trial fails; return whether one did, after which the stack is discarded."""
        with stack.running() as running:
            trials = Trials(running)
            try:
                for number, (seed, case) in cases:
                    if self._is_over(number):
                        return False
                    if not self._passes(trials, number, seed, case):
                        self._failures += 1
                        return True
            finally:
                self._totals += trials.totals
                self._longest_ms = max(self._longest_ms, trials.longest_ms)
        return False

    def _passes(self, trials: Trials, number: int, seed: str, case: Case) -> bool:
        if self._options.kind == READERS:
            return self._watched(trials, seed)
        watches = self._options.readers and number % READERS_EVERY == 1
        return self._played(trials, case) and (not watches or self._watched(trials, seed))

    def _is_over(self, number: int) -> bool:
        if self._options.trials and number > self._options.trials:
            return True
        return self._deadline is not None and time.monotonic() > self._deadline

    def _played(self, trials: Trials, case: Case) -> bool:
        started_at_s = time.monotonic()
        problems = trials.run(case)
        duration_s = time.monotonic() - started_at_s
        strikes = "; ".join(trials.strikes())
        verdict = "FAILED" if problems else "ok"
        report(f"{case.seed:<14} {case.kind:<7} {duration_s:5.1f} s  {verdict}  {strikes}")
        if not problems:
            return True
        for problem in problems:
            report(f"    {problem}")
        self._report(trials, case)
        return False

    def _watched(self, trials: Trials, seed: str) -> bool:
        started_at_s = time.monotonic()
        problems = trials.watch_readers(seed)
        verdict = "FAILED" if problems else "ok"
        report(f"{seed:<14} readers {time.monotonic() - started_at_s:5.1f} s  {verdict}")
        for problem in problems:
            report(f"    {problem}")
        return not problems

    def _report(self, trials: Trials, case: Case) -> None:
        """Shrink the case, and write it to a file that can be played again."""
        if self._options.shrink:
            report(f"Shrinking the case, with at most {SHRINKING_ATTEMPTS} attempts.")
            case = shrunk(
                case, lambda smaller: bool(trials.run(smaller, counted=False)), SHRINKING_ATTEMPTS
            )
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{case.seed.replace('/', '-')}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(case)))
        report(
            f"{len(case.objects)} objects, {len(case.events)} events, {len(case.faults)} faults. "
            f"Play it again:\n    make trials CASE={path}"
        )

    def _summary(self) -> None:
        totals = ", ".join(f"{count:,} {name}" for name, count in self._totals.items())
        report(f"{totals}; no load was open for longer than {self._longest_ms / 1000:.1f} s")
        report(f"{self._failures} failed, in {time.monotonic() - self._started_at_s:.0f} s")


def _key(drink: Drink) -> str:
    return f"{drink.id}/{drink.variant}"


def report(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _cases(options: argparse.Namespace) -> Iterator[tuple[str, Case]]:
    if options.case:
        case = msgspec.json.decode(options.case.read_bytes(), type=Case)
        yield case.seed, case
        return
    for seed in _seeds(options):
        case = history.generate(seed, None if options.kind == READERS else options.kind)
        if not (options.quick and case.kind in SLOW_KINDS):
            yield seed, case


def _seeds(options: argparse.Namespace) -> Iterator[str]:
    if "/" in options.seed:
        yield options.seed
    elif options.quick:
        yield from (f"{QUICK_RUN}/{number}" for number in QUICK_SEEDS)
        yield from (f"{QUICK_RUN}/{options.seed}{number:02d}" for number in itertools.count(1))
    else:
        yield from (f"{options.seed}/{number}" for number in itertools.count(1))


def _options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make trials", description=__doc__)
    parser.add_argument(
        "--trials", type=int, help="number of trials; default 20 unless --minutes is given"
    )
    parser.add_argument("--minutes", type=float, help="time limit")
    parser.add_argument("--seed", help="of a run, or of one trial: RUN/NUMBER; default random")
    parser.add_argument(
        "--kind", choices=[*history.KINDS, READERS], help="only trials of this kind"
    )
    parser.add_argument("--case", type=Path, help="play a case from a file")
    parser.add_argument("--quick", action="store_true", help="a few fixed seeds and a random one")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at a failure")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    parser.add_argument("--no-readers", dest="readers", action="store_false")
    options = parser.parse_args(arguments)
    options.seed = options.seed or str(secrets.randbelow(10**6))
    if options.quick:
        options.minutes, options.readers = QUICK_MINUTES, False
    elif not options.trials and not options.minutes:
        options.trials = 20
    if options.case or "/" in options.seed:  # only that trial
        options.readers = False
    return options


def main() -> int:
    """Run the trials that the command line selects."""
    options = _options()
    report(f"seed {options.seed}")
    return Runner(options).run(_cases(options))


if __name__ == "__main__":
    sys.exit(main())
