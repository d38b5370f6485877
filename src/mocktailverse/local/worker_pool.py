"""Isolate function processes: a failure or an update does not end others of the same function.

MiniStack runs each function in a pool of processes ("workers"). A worker that fails to start, and
every update of a function, ends all workers of the function, those in the middle of an invocation
and those that are starting included. `install` replaces the four parts of the pool that do so,
gives the functions' roles new keys at each start, and reports the classes of errors.
Symptom, cause and the patch proposed to MiniStack: docs/decisions/0014-function-processes.md.
"""

import re
import signal
import subprocess
import time
import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from mocktailverse.local import code_folders
from mocktailverse.local.patched_modules import require_unchanged

START_ATTEMPTS = 3
START_PAUSE_S = 0.2
"""Pause before the second start; twice as long before the third one."""

LOG_END_S = 1.0
"""Timeout for the end of an ended process's log, which one of its children may hold open."""

_ENDED_EARLY = "Worker process exited immediately"
"""How MiniStack's error begins when a process ended before it had imported its function."""

_ENDED = "Worker process died"
"""MiniStack's error when a process ended in the middle of an invocation."""

PATCHED = {  # digests of public files, which a search for secrets takes for keys
    # pragma: allowlist nextline secret
    lambda_runtime: "59c8f7a843819fb64e014a2f72624b8a2f6d9592f050b62971c41630f6e8b00d",
    # pragma: allowlist nextline secret
    lambda_svc: "f308d572dd7e2dca242e56f37e91a5e8f0b5d8e9873db65d33a4d6c6c886c49b",
}
"""SHA-256 of the source files that this patch was written for (MiniStack 1.5.33)."""

_lock, _workers = lambda_runtime._lock, lambda_runtime._workers  # noqa: SLF001 - its pool
_acquire_worker = lambda_runtime.acquire_worker
_execution_credentials = lambda_runtime.execution_credentials
_execute = lambda_svc._execute_function_warm  # noqa: SLF001 - no public API runs a function

_THIS_START = uuid.uuid4().hex


class WorkerStartError(RuntimeError):
    """A function's process could not be started; no other process is affected."""


class IndependentWorker(lambda_runtime.Worker):  # type: ignore[misc]  # it has no types
    """A function's process that is restarted if necessary, and whose failure affects no other."""

    _started: subprocess.Popen[str]
    """The process started last; MiniStack forgets it when it ends."""

    def _spawn(self) -> None:
        """Start the process.

        A start that fails for lack of resources (fork, memory, files), or whose process is killed,
        is not the function's fault: Lambda does not report it to the caller, but starts another
        execution environment. The event was not passed on yet, so a retry is safe.

        Raises:
            WorkerStartError: the function cannot be imported, or all attempts failed.
        """
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                super()._spawn()
            except (OSError, RuntimeError, zipfile.BadZipFile) as error:
                self.kill()  # removes its process and its code folder
                is_temporary = isinstance(error, OSError) or str(error).startswith(_ENDED_EARLY)
                if not is_temporary or attempt == START_ATTEMPTS:
                    raise WorkerStartError(str(error)) from error
                time.sleep(START_PAUSE_S * attempt)
            else:
                self._started = self._proc
                return

    def invoke(self, event: object, request_id: str, **context: object) -> dict[str, object]:
        """Return the result of MiniStack's worker; a failed start is an error of this invocation.

        MiniStack ends all workers of a function when `invoke` raises. If the process ended, the
        error explains how, in Lambda's words, and the log holds all that it wrote.
        """
        try:
            result = cast("dict[str, object]", super().invoke(event, request_id, **context))
        except WorkerStartError as error:
            return {"status": "error", "error": str(error), "log": ""}
        if result.get("error") == _ENDED:
            result["error"] = f"Runtime exited with error: {_exit_reason(self._started)}"
            self._stderr_thread.join(LOG_END_S)
            result["log"] = f"{result['log']}\n{self._drain_stderr()}".strip("\n")
        return result


def _exit_reason(process: subprocess.Popen[str]) -> str:
    code = process.wait()  # it has closed its output
    if code >= 0:
        return f"exit status {code}"
    return f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"


def acquire_worker(
    func_name: str, config: Mapping[str, object], code_zip: bytes, **options: object
) -> tuple[IndependentWorker | None, str]:
    """Lease a worker that runs this code; None at MiniStack's limit of workers.

    An invocation that read its function's record just before an update may add a worker with the
    old code just after it. Such a worker is dropped here, where a later invocation would get it.
    """
    while True:
        worker, reason = _acquire_worker(func_name, config, code_zip, **options)
        if worker is None or worker.code_zip == code_zip:
            return worker, reason
        with _lock:
            for workers in _workers.values():
                if worker in workers:
                    workers.remove(worker)
        release_worker(worker)


def release_worker(worker: IndependentWorker | None) -> None:
    """End a lease; a worker that has been taken out of the pool meanwhile ends with it."""
    if worker is None:
        return
    with _lock:
        worker.in_use = False
        pooled = any(worker in workers for workers in _workers.values())
    if not pooled:
        lambda_runtime.kill_workers([worker])


def invalidate_worker(
    func_name: str,
    qualifier: str | None = None,
    account: str | None = None,
    region: str | None = None,
) -> None:
    """Take a function's workers out of the pool, as its code or configuration has changed.

    Idle workers end now, the others when their invocation does (`release_worker`).
    None matches every qualifier, account or region.
    """
    pattern = (account, region, func_name, qualifier)

    def matches(key: str) -> bool:
        return all(part in (None, own) for part, own in zip(pattern, key.split(":"), strict=True))

    with _lock:
        removed = [worker for key in filter(matches, [*_workers]) for worker in _workers.pop(key)]
        idle = [worker for worker in removed if not worker.in_use]
    lambda_runtime.kill_workers(idle)


def execution_credentials(config: Mapping[str, object]) -> dict[str, str]:
    """Return the keys of a function's role, which only this start accepts.

    MiniStack derives them from the role's ARN, so they were equal in every stack: a process that
    outlives its killed emulator could write into the next one on the same port. A path in the ARN
    changes the keys, and neither the role's name nor its rights.
    """
    role = str(config.get("Role", "")).replace(":role/", f":role/{_THIS_START}/")
    return cast("dict[str, str]", _execution_credentials({**config, "Role": role}))


def execute(*invocation: object) -> dict[str, Any]:
    """Run an invocation; report the class of its error as `errorType`, as Lambda does.

    MiniStack reports every error as `Runtime.HandlerError`, so that a caller could not see that the
    function refused its input. The class is in the last lines of the traceback, before the message.
    """
    result: dict[str, Any] = _execute(*invocation)
    if result.get("error"):
        message = re.escape(result["body"]["errorMessage"])
        raised = re.search(
            rf"^(?:\w+\.)*(\w+): {message}\s*\Z", result.get("log", ""), re.MULTILINE
        )
        if raised:
            result["body"]["errorType"] = raised[1]
    return result


def install(code_cache: Path) -> None:
    """Replace parts of MiniStack with those of this module; `code_cache` is for unpacked code.

    Raises:
        SystemExit: MiniStack is not the version that they were written for.
    """
    require_unchanged(PATCHED, __name__, "0014-function-processes.md")
    lambda_runtime.zipfile = code_folders.shared_zipfile(code_cache)
    lambda_runtime.Worker = IndependentWorker
    for replacement in (acquire_worker, execution_credentials, release_worker, invalidate_worker):
        for module in PATCHED:  # lambda_svc has imported them by name
            setattr(module, replacement.__name__, replacement)
    lambda_svc._execute_function_warm = execute  # noqa: SLF001 - see above
