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
"""Trials of the quick run that are always the same, of most kinds; random ones follow."""

QUICK_MINUTES = 0.9
SLOW_KINDS = {"poison", "skew"}

READERS = "readers"
"""The kind of a trial in which readers look on."""


class Trials:
    """A run of trials on one stack, and what it went through."""

    def __init__(self, running: Stack) -> None:
        self._stack = running
        self._hashes: Hashes = {}
        self.totals: Counter[str] = Counter()
        self.longest_ms = 0

    def run(self, case: Case, *, counted: bool = True) -> list[str]:
        """Play a case; what is wrong. A stack that never comes to rest is a finding, too."""
        try:
            return self._run(case, counted=counted)
        except TimeoutError as error:
            return [str(error)]

    def _run(self, case: Case, *, counted: bool) -> list[str]:
        if not counted:  # it was just played: a late invocation would open loads of this one
            self._stack.wait_for_late_invocations()
        self._stack.reset()
        self._learn(case)
        problems = Player(self._stack, case).play()
        seen = observe(self._stack)
        if judge(case, seen, self._hashes):  # a late invocation may be at work with old messages
            self._stack.wait_for_late_invocations()
            seen = observe(self._stack)
        problems += judge(case, seen, self._hashes)
        if counted:
            self._count(case, seen)
        return problems

    def strikes(self) -> Iterator[str]:
        """The faults of the case played last, a line each."""
        return map(str, self._stack.proxy.strikes.log)

    def watch_readers(self, seed: str) -> list[str]:
        """Readers look on while publishing goes on; what is wrong."""
        self._stack.reset()
        self._stack.configure((), seed, ())
        problems, publishings, answers = watch(self._stack, seed)
        self.totals += Counter({"publishings watched": publishings, "answers read": answers})
        return problems

    def _learn(self, case: Case) -> None:
        """Have the stack show the content hash of each drink alone, once a run."""
        unknown = {_key(drink) for drink in case.drinks} - self._hashes.keys()
        if unknown:
            self._stack.configure((), case.seed, ())
            shown = {_key(drink): drink for drink in (*history.run_deck(case.seed), *case.drinks)}
            self._hashes |= calibrate(self._stack, list(shown.values()))
            self._stack.reset()

    def _count(self, case: Case, seen: Seen) -> None:
        log = self._stack.proxy.strikes.log
        self.totals += Counter(
            {
                "trials": 1,
                "objects": len(seen.versions),
                "records": sum(len(write(file).records) for file in case.objects),
                "faults injected": len(log),
                "applied, answer lost": sum(strike.applied for strike in log),
                "kills": sum(strike.killed for strike in log),
            }
        )
        if not case.skews_s:
            self.longest_ms = max(self.longest_ms, *map(_open_ms, seen.loads), 0)


def _open_ms(load: SeenLoad) -> int:
    """How long a load was open."""
    return int(load.item.get("finished_at", 0)) - int(load.item["started_at"])


class Runner:
    """Plays trials until one fails or all are done; starts a stack for many of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._deadline = time.monotonic() + 60 * options.minutes if options.minutes else None
        self._totals: Counter[str] = Counter()
        self._longest_ms = 0
        self._failures = 0
        self._began = time.monotonic()

    def run(self, cases: Iterator[tuple[str, Case]]) -> int:
        """Play these; the exit code."""
        numbered = enumerate(cases, 1)
        try:
            while self._on_one_stack(numbered) and self._options.keep_going:
                pass
        finally:
            self._summary()
        return 1 if self._failures else 0

    def _on_one_stack(self, cases: Iterator[tuple[int, tuple[str, Case]]]) -> bool:
        """Play until one fails, whether one did; a stack that failed is not used again."""
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
        began = time.monotonic()
        problems = trials.run(case)
        took = time.monotonic() - began
        struck = "; ".join(trials.strikes())
        verdict = "FAILED" if problems else "ok"
        say(f"{case.seed:<14} {case.kind:<7} {took:5.1f} s  {verdict}  {struck}")
        if not problems:
            return True
        for problem in problems:
            say(f"    {problem}")
        self._report(trials, case)
        return False

    def _watched(self, trials: Trials, seed: str) -> bool:
        began = time.monotonic()
        problems = trials.watch_readers(seed)
        verdict = "FAILED" if problems else "ok"
        say(f"{seed:<14} readers {time.monotonic() - began:5.1f} s  {verdict}")
        for problem in problems:
            say(f"    {problem}")
        return not problems

    def _report(self, trials: Trials, case: Case) -> None:
        """Shrink the case, and write it down ready to be played again."""
        if self._options.shrink:
            say(f"Looking for a smaller case, {SHRINKING_ATTEMPTS} attempts at most.")
            case = shrunk(
                case, lambda one: bool(trials.run(one, counted=False)), SHRINKING_ATTEMPTS
            )
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{case.seed.replace('/', '-')}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(case)))
        say(
            f"{len(case.objects)} objects, {len(case.events)} events, {len(case.faults)} faults. "
            f"Play it again:\n    make trials CASE={path}"
        )

    def _summary(self) -> None:
        totals = ", ".join(f"{count:,} {name}" for name, count in self._totals.items())
        say(f"{totals}; no load was open for longer than {self._longest_ms / 1000:.1f} s")
        say(f"{self._failures} failed, in {time.monotonic() - self._began:.0f} s")


def _key(drink: Drink) -> str:
    return f"{drink.id}/{drink.variant}"


def say(text: str) -> None:
    """Tell people, at once."""
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
    parser.add_argument("--trials", type=int, help="how many; default 20 unless --minutes is given")
    parser.add_argument("--minutes", type=float, help="for how long")
    parser.add_argument("--seed", help="of a run, or of one trial: RUN/NUMBER; default random")
    parser.add_argument(
        "--kind", choices=[*history.KINDS, READERS], help="only trials of this kind"
    )
    parser.add_argument("--case", type=Path, help="play a case that was written down")
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
    if options.case or "/" in options.seed:  # that trial alone
        options.readers = False
    return options


def main() -> int:
    """Run the trials that the command line asks for."""
    options = _options()
    say(f"seed {options.seed}")
    return Runner(options).run(_cases(options))


if __name__ == "__main__":
    sys.exit(main())
