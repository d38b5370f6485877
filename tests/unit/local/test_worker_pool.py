"""The pool of function processes, tested without processes: the worker of an invocation."""

import pytest
from ministack import app as ministack_app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc, sts

from mocktailverse.local import worker_pool

CONFIG = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:drinks"}
POOL = "000000000000:us-east-1:drinks:$LATEST"


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[worker_pool.IndependentWorker]]:
    """Return MiniStack's workers by pool; all changes are undone after the test."""
    workers = lambda_runtime._workers  # noqa: SLF001 - no public API returns them
    monkeypatch.setitem(workers, POOL, [])
    for module in worker_pool.PATCHED:
        for name in (
            "acquire_worker",
            "release_worker",
            "invalidate_worker",
            "execution_credentials",
        ):
            monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(lambda_svc, "_execute_function_warm", lambda_svc._execute_function_warm)  # noqa: SLF001 - MiniStack's
    for name in ("Worker", "zipfile"):
        monkeypatch.setattr(lambda_runtime, name, getattr(lambda_runtime, name))
    return workers


def acquire(code: bytes):
    worker, _reason = worker_pool.acquire_worker("drinks", CONFIG, code)
    return worker


def test_an_idle_worker_is_used_again_for_the_same_code():
    first = acquire(b"code")
    worker_pool.release_worker(first)
    assert acquire(b"code") is first


def test_a_busy_worker_is_not_shared():
    assert acquire(b"code") is not acquire(b"code")


def test_a_worker_that_is_released_with_old_code_after_an_update_is_not_used(workers):
    worker_pool.invalidate_worker("drinks")
    late = acquire(b"old code")
    worker_pool.release_worker(late)
    assert acquire(b"new code").code_zip == b"new code"
    assert late not in workers[POOL]


@pytest.mark.parametrize(
    "other",
    [
        ("gin", None, None, None),
        ("drinks", "1", None, None),
        ("drinks", None, "111111111111", None),
        ("drinks", None, None, "eu-west-1"),
    ],
)
def test_an_update_removes_no_workers_of_other_functions(other):
    worker = acquire(b"code")
    worker_pool.release_worker(worker)
    worker_pool.invalidate_worker(*other)
    assert acquire(b"code") is worker


@pytest.mark.parametrize("module", worker_pool.PATCHED, ids=lambda module: module.__name__)
def test_another_ministack_than_the_one_patched_is_refused(module, monkeypatch, tmp_path):
    changed = tmp_path / "changed.py"
    changed.write_text("# another version\n")
    monkeypatch.setattr(module, "__file__", str(changed))
    with pytest.raises(SystemExit, match=r"`.*changed\.py` is not the file"):
        worker_pool.install(tmp_path)
    assert lambda_runtime.Worker is not worker_pool.IndependentWorker


def test_the_locked_ministack_is_the_one_patched(tmp_path):
    worker_pool.install(tmp_path)
    assert lambda_runtime.Worker is worker_pool.IndependentWorker


def test_another_start_gives_the_same_role_other_keys(monkeypatch):
    monkeypatch.setattr(ministack_app, "AUTH", True)
    config = {
        "FunctionName": "transform",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:transform",
        "Role": "arn:aws:iam::000000000000:role/transform-role",
    }
    keys = worker_pool.execution_credentials(config)
    assert worker_pool.execution_credentials(config) == keys
    session = sts._sessions[keys["AWS_ACCESS_KEY_ID"]]  # noqa: SLF001 - it has no other reader
    assert session["Arn"].endswith(":assumed-role/transform-role/transform")

    monkeypatch.setattr(worker_pool, "_THIS_START", "another start")
    others = worker_pool.execution_credentials(config)
    assert all(others[name] != keys[name] for name in keys)


@pytest.mark.parametrize(
    ("message", "log", "error_type"),
    [
        ("a: b", "stored\nTraceback ...\nmocktailverse.errors.UsageError: a: b\n", "UsageError"),
        ("two\nlines", "Traceback ...\nKeyError: two\nlines\n", "KeyError"),
        ("Runtime exited", "ValueError: Runtime exited\nand more", "Runtime.HandlerError"),
        ("Task timed out", "", "Runtime.HandlerError"),
    ],
)
def test_an_error_has_the_class_that_its_traceback_ends_with(monkeypatch, message, log, error_type):
    body = {"errorMessage": message, "errorType": "Runtime.HandlerError"}
    monkeypatch.setattr(worker_pool, "_execute", lambda: {"error": True, "body": body, "log": log})
    assert worker_pool.execute()["body"] == {"errorMessage": message, "errorType": error_type}
