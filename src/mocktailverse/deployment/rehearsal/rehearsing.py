"""Deploy an environment, check the assumptions on it, and delete it, whatever happened before."""

import time
from collections.abc import Callable, Iterable

from mocktailverse.deployment.account import Account
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.deployment.rehearsal.assumption import (
    Assumption,
    CheckResult,
    Subject,
    check_all,
)
from mocktailverse.deployment.rehearsal.function_checks import FUNCTIONS
from mocktailverse.deployment.rehearsal.rehearsal_report import Rehearsal, RehearsalStep
from mocktailverse.deployment.rehearsal.stack_checks import STACK
from mocktailverse.deployment.rehearsal.storage_checks import STORAGE
from mocktailverse.deployment.rehearsal_mark import ForeignStackError
from mocktailverse.errors import MocktailverseError
from mocktailverse.times import now

ASSUMPTIONS = (*STORAGE, *FUNCTIONS, *STACK)
"""In the order of the checks: the alarm rings last, because it waits for minutes."""


def rehearse(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    env: str,
    account: Account,
    *,
    deploy: Callable[[], Subject],
    destroy: Callable[[], None],
    assumptions: Iterable[Assumption] = ASSUMPTIONS,
    on_result: Callable[[CheckResult], None],
) -> Rehearsal:
    """Return what a rehearsal of an environment found out.

    `deploy` creates the environment and `destroy` deletes it, also after a failure or Ctrl-C. Each
    raises a MocktailverseError if it fails, which becomes part of the result.

    Raises:
        ForeignStackError: another deployment created the environment first; nothing was deleted.
    """
    began, steps, results = now(), [], []
    subject: Subject | None = None

    def deploying() -> None:
        nonlocal subject
        subject = deploy()

    def checking() -> None:
        if subject is None:
            raise DeploymentError("Nothing was checked, because nothing was deployed.")
        for result in check_all(assumptions, subject, on_aws=account.endpoint is None):
            on_result(result)
            results.append(result)

    try:
        steps.append(_timed("deploy", deploying))
        steps.append(_timed("check", checking))
    except ForeignStackError:
        raise
    except BaseException:
        destroy()  # an error of it says what is left, and comes before the interruption
        raise
    steps.append(_timed("destroy", destroy))
    return Rehearsal(env, account, began, tuple(steps), tuple(results))


def _timed(name: str, action: Callable[[], None]) -> RehearsalStep:
    started = time.monotonic()
    failure: str | None = None
    try:
        action()
    except ForeignStackError:
        raise
    except MocktailverseError as error:
        failure = str(error)
    return RehearsalStep(name, round(time.monotonic() - started, 1), failure)
