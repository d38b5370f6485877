"""An assumption about AWS that the project relies on, and what a check of it can show."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import httpx2
from msgspec import Struct

from mocktailverse.errors import MocktailverseError
from mocktailverse.stores.environment import Stores

REQUEST_TIMEOUT_S = 35.0
"""API Gateway itself gives up after 30 s."""

State = Literal["confirmed", "refuted", "not checkable here"]


class RefutedError(Exception):
    """AWS behaves otherwise than assumed; the text says what was seen instead."""


class Subject(Struct, frozen=True):
    """The deployed environment on which the checks run."""

    env: str
    stack: str
    stores: Stores
    api_url: str
    key: str
    """A name that only this rehearsal uses: part of every object and item that a check writes."""


Check = Callable[[Subject], str]


class Assumption(Struct, frozen=True):
    """One assumption; its check returns what it saw, or raises RefutedError."""

    text: str
    """A sentence about AWS."""
    document: str
    """The AWS document that says so."""
    check: Check
    emulated: bool
    """Whether the embedded AWS does it by itself, so that the check means something there."""


class Assumptions(list[Assumption]):
    """The assumptions of a module, in the order of their checks."""

    def add(self, text: str, document: str, *, emulated: bool) -> Callable[[Check], Check]:
        """Return a decorator that makes a function the check of an assumption."""

        def register(check: Check) -> Check:
            self.append(Assumption(text, document, check, emulated))
            return check

        return register


class CheckResult(Struct, frozen=True):
    """What a rehearsal found out about one assumption."""

    text: str
    document: str
    state: State
    evidence: str
    seconds: float


def check_all(
    assumptions: Iterable[Assumption], subject: Subject, *, on_aws: bool
) -> Iterator[CheckResult]:
    """Yield a result for each assumption; one that fails or cannot be checked stops no other."""
    for assumption in assumptions:
        started = time.monotonic()
        state, evidence = _checked(assumption, subject, on_aws=on_aws)
        seconds = round(time.monotonic() - started, 1)
        yield CheckResult(assumption.text, assumption.document, state, evidence, seconds)


def _checked(assumption: Assumption, subject: Subject, *, on_aws: bool) -> tuple[State, str]:
    if not (on_aws or assumption.emulated):
        return "not checkable here", "Only AWS can show this."
    try:
        return "confirmed", assumption.check(subject)
    except RefutedError as error:
        return "refuted", str(error)
    except (MocktailverseError, httpx2.HTTPError) as error:
        return "refuted", f"The check could not finish: {error}"


def require(holds: object, seen: str) -> str:
    """Return what was seen; RefutedError unless the assumption holds."""
    if not holds:
        raise RefutedError(seen)
    return seen


def get(subject: Subject, path: str, **headers: str) -> httpx2.Response:
    """Return the API's answer to a path, which is sent as it is written."""
    return httpx2.get(subject.api_url + path, headers=headers, timeout=REQUEST_TIMEOUT_S)
