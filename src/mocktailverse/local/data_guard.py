"""Find the stack that runs in a folder: use it, or refuse to start a second one beside it."""

from pathlib import Path

from mocktailverse.errors import UnreachableError
from mocktailverse.local import health, processes, watchdog
from mocktailverse.local.deploying import Progress
from mocktailverse.local.state import EMULATOR, LocalStack, read_stack, state_file, temporary
from mocktailverse.waiting import wait_until

_STOP = "To stop it, run `mocktailverse down`; its data is kept on disk."


def find_running(state_dir: Path, timeout_s: float, on_progress: Progress) -> LocalStack | None:
    """Return the folder's stack if its embedded AWS responds; None if it has ended.

    It may be silent for `timeout_s` if it is alive. Other processes of the stack may be down.

    Raises:
        UnreachableError: the embedded AWS is alive but stays silent; nothing was changed.
        UsageError: `stack.json` cannot be read.
    """
    stack = read_stack(state_dir)
    if stack is None:
        _require_no_processes(state_dir, on_progress)
        return None
    aws = stack.by_name[EMULATOR]
    waiting = f"waiting for the embedded AWS (pid {aws.pid}), which is silent"
    if health.responds_within(aws, timeout_s, lambda: on_progress(waiting)):
        return stack
    if aws.find() is None:
        return None
    raise UnreachableError(
        f"The embedded AWS of the stack in `{state_dir}` (pid {aws.pid}) is alive, but has not"
        f" responded at {stack.endpoint} for {timeout_s:.0f} s. Nothing was changed. Wait a little"
        f" and repeat the command. {_STOP}"
    )


def _require_no_processes(state_dir: Path, on_progress: Progress) -> None:
    """Wait until an interrupted start has ended its processes; it had no `stack.json` yet.

    Raises:
        UnreachableError: they stay, so they belong to a stack whose `stack.json` was deleted.
    """
    directory = temporary(state_dir)

    def none_remain() -> bool:
        if not processes.running_from(directory):
            return True
        on_progress("waiting for the processes of an interrupted start to end")
        return False

    if not wait_until(none_remain, watchdog.GRACE_S + 1):
        pids = ", ".join(str(process.pid) for process in processes.running_from(directory))
        raise UnreachableError(
            f"Processes of a stack are running (pid {pids}), but its `{state_file(state_dir)}` is"
            f" missing. Nothing was changed. {_STOP}"
        )
