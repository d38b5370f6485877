"""The stack that a folder already holds: used if it is alive, refused if not, never cleared.

The embedded AWS keeps its data in memory, so ending its process loses the data. Only a person
decides that, with `mocktailverse down --forget`.
"""

import contextlib
import time
from pathlib import Path

import msgspec

from mocktailverse.errors import UnreachableError
from mocktailverse.local import health, leash, parts, processes
from mocktailverse.local.deploying import Progress
from mocktailverse.local.state import EMULATOR, SERVER, LocalStack, read, state_file, temporary

_FORGET = "To drop its data and start empty, run `mocktailverse up --forget`."


def find(home: Path, timeout_s: float, on_progress: Progress) -> LocalStack | None:
    """Return the folder's stack when its embedded AWS responds; None if there is no stack.

    Other parts of the stack may be down.

    Args:
        home: folder of the stack.
        timeout_s: how long an embedded AWS that is alive may be silent.
        on_progress: gets a text while it waits.

    Raises:
        UnreachableError: the embedded AWS has ended or stays silent; nothing was changed.
        UsageError: `stack.json` cannot be read.
    """
    stack = read(home)
    if stack is None:
        _require_no_processes(home, on_progress)
        return None
    aws = stack.parts[EMULATOR]
    if parts.responds_within(
        aws,
        timeout_s,
        lambda: on_progress(f"waiting for the embedded AWS (pid {aws.pid}), which is silent"),
    ):
        return stack
    if aws.find() is None:
        raise UnreachableError(
            f"The embedded AWS of the stack in `{home}` has ended. Its data was in memory and is"
            f" lost{_last_known(stack)}. Nothing was started. To start an empty stack, run"
            " `mocktailverse up --forget`."
        )
    raise UnreachableError(
        f"The embedded AWS of the stack in `{home}` (pid {aws.pid}) is alive, but has not"
        f" responded at {stack.endpoint} for {timeout_s:.0f} s. Nothing was changed and its data"
        f" is kept. Wait a little and repeat the command. {_FORGET}"
    )


def _require_no_processes(home: Path, on_progress: Progress) -> None:
    """Wait until an interrupted start has ended its processes; `stack.json` comes last.

    Raises:
        UnreachableError: they stay, so they belong to a stack whose `stack.json` was deleted.
    """
    deadline = time.monotonic() + leash.GRACE_S + 1
    while remaining := processes.running_from(temporary(home)):
        if time.monotonic() > deadline:
            pids = ", ".join(str(process.pid) for process in remaining)
            raise UnreachableError(
                f"Processes of a stack are running (pid {pids}), but its `{state_file(home)}` is"
                f" missing. Nothing was changed and its data is kept. {_FORGET}"
            )
        on_progress("waiting for the processes of an interrupted start to end")
        time.sleep(processes.POLL_S)


def _last_known(stack: LocalStack) -> str:
    """Return how many drinks the API still lists from its copy; empty where it does not run."""
    server = stack.parts.get(SERVER)
    body = health.get(server.port, "/health") if server and server.find() else None
    with contextlib.suppress(msgspec.DecodeError):
        if body:
            return f": {msgspec.json.decode(body, type=_Health).drinks} drinks by the API's copy"
    return ""


class _Health(msgspec.Struct):
    drinks: int
